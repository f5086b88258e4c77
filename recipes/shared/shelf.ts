/**
 * Teachers of studies: small networks, each trained by a recipe of its own.
 */
import { runs } from "../../mod.ts";
import { choosing } from "./choosing.ts";

/** A teacher in a recipe. */
export type Teacher = NonNullable<runs.Recipe["teachers"]>[number];

/** Photographs shifted and mirrored. */
export const MIRRORED = [{ name: "randomCrop", padding: 4 }, "randomHorizontalFlip"];

/** Images in negative. */
export const NEGATIVES = [{ name: "randomSolarize", threshold: 0, p: 1 }];

/** Images out of focus. */
export const BLURRED = [{ name: "randomGaussianBlur", size: 7, p: 1 }];

/** How a teacher is trained. */
export interface Training extends Partial<Omit<runs.Recipe, "name" | "data" | "optimizer">> {
  /** Decides everything random about it. */
  readonly seed: number;
  /** What it learns from. */
  readonly train: runs.DataRecipe;
  /** Its architecture. */
  readonly student: runs.Recipe["student"];
  /** Passes over the images. */
  readonly epochs: number;
  /** The highest learning rate. */
  readonly lr?: number;
}

/** The recipe of a network that learns labels, unless `method` says otherwise. */
export function trained(
  name: string,
  { train, lr = 4e-3, ...rest }: Training,
): runs.Recipe {
  return runs.recipe({
    name,
    data: { train },
    augment: [{ name: "randomCrop", padding: 2 }],
    method: { name: "Supervised", labelSmoothing: 0.1 },
    optimizer: { name: "AdamW", lr, weightDecay: 0.05 },
    schedule: "OneCycle",
    batchSize: 64,
    ...rest,
  });
}

/** A teacher that votes on the classes that it knows. */
export function voting(name: string, training: Training): Teacher {
  return { name, kind: "predictive", recipe: trained(called(name), training) };
}

/** A teacher that gives features only. */
export function describing(name: string, training: Training): Teacher {
  return { name, kind: "descriptive", recipe: trained(called(name), training) };
}

/** A teacher that learned without labels which way up images are. */
export function turning(name: string, training: Training): Teacher {
  const { train, student } = training;
  const upright = choosing(train, { unlabelled: true });
  const network = typeof student === "string" ? { name: student } : student;
  return describing(name, {
    ...training,
    train: upright,
    student: { ...network, numClasses: 4 },
    augment: [],
    method: { name: "Rotation", labelSmoothing: 0.1 },
    batchSize: 32,
  });
}

/** A name for tables as the name of a run. */
function called(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, "_");
}
