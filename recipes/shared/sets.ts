/**
 * Several data sets as one label space, in parts that share no image: the student's, those to validate on, and the pool that
 * teachers learn from.
 */
import { data as rooms, type runs } from "../../mod.ts";

/** A data set by its name in recipes. */
export type SetName = "mnist" | "fashionMnist" | "cifar10";

/** The classes of each data set. */
export const CLASSES: Readonly<Record<SetName, readonly string[]>> = {
  mnist: rooms.MNIST_CLASSES,
  fashionMnist: rooms.FASHION_MNIST_CLASSES,
  cifar10: rooms.CIFAR10_CLASSES,
};

/** Groups of digits and clothes as classes. */
export const GROUPS = {
  even: ["0", "2", "4", "6", "8"],
  odd: ["1", "3", "5", "7", "9"],
  tops: ["T-shirt/top", "Pullover", "Dress", "Coat", "Shirt"],
  shoes: ["Sandal", "Sneaker", "Ankle boot"],
};

/** Who an image is for. */
type Reader = "student" | "validation" | "teachers";

/** How data sets are put together. */
export interface SetsOptions {
  /** The data sets, in the order of their classes. */
  readonly names: readonly SetName[];
  /** How many training images of each data set everybody gets. */
  readonly sizes: Readonly<Record<Reader, number>>;
  /** What images are made the same by. */
  readonly as?: { readonly size: number; readonly channels: 1 | 3 };
}

/** Which images of a part. */
export interface PartOptions {
  /** Only these data sets. */
  readonly only?: readonly SetName[];
  /** What is chosen of each data set, before they are put together. */
  readonly each?: readonly runs.SelectionRecipe[];
  /** What is chosen of all of them together. */
  readonly then?: readonly runs.SelectionRecipe[];
}

/** Chooses labels for a teacher: so many of each class, by a seed. */
export type Few = (
  perClass: number,
  seed: number,
  then?: readonly runs.SelectionRecipe[],
) => runs.DataRecipe;

/** Several data sets as one label space. */
export class Sets {
  readonly #options: SetsOptions;

  /** Takes which ones, and how they are divided. */
  constructor(options: SetsOptions) {
    this.#options = options;
  }

  /** The names of all classes. */
  get classes(): readonly string[] {
    return this.#options.names.flatMap((name) => CLASSES[name]);
  }

  /** The training images of one reader, or some of them. */
  part(reader: Reader, options: PartOptions = {}): runs.DataRecipe {
    const { sizes } = this.#options;
    const split = [sizes.student, sizes.validation, sizes.teachers];
    const part = (["student", "validation", "teachers"] as const).indexOf(reader);
    return this.#join({ ...options, each: [{ split, part }, ...options.each ?? []] }, "train");
  }

  /**
   * How to choose so many of the teachers' images of each class, others for each seed, and what is chosen of those then; of
   * some data sets only if these are named, whose classes alone are known then.
   */
  few(...only: SetName[]): Few {
    return (perClass, seed, then = []) =>
      this.part("teachers", {
        ...(only.length > 0 && { only }),
        each: [{ perClass, seed }],
        then,
      });
  }

  /** All test images. */
  test(): runs.DataRecipe {
    return this.#join({}, "test");
  }

  /** What a student learns from without labels, is validated on, and tested on. */
  data(): runs.DataRecipes {
    const train = this.part("student", { then: [{ unlabelled: true }] });
    return { train, validation: this.part("validation"), test: this.test() };
  }

  #join({ only, each, then }: PartOptions, split: "train" | "test"): runs.DataRecipe {
    const { names, as } = this.#options;
    const join = (only ?? names).map((dataset) => ({ dataset, split, select: each }));
    return { join, ...as, select: then };
  }
}
