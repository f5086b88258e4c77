/**
 * Selections in a recipe: which images of a data set.
 *
 * @module
 */

import { byName, either, list, nullable } from "../base/option_parts.ts";
import { choice, flag, number, text, whole } from "../base/option_values.ts";
import { variants } from "../base/option_variants.ts";
import type { Option } from "../base/options.ts";
import { CORRUPT_OPTIONS, type Corruption } from "../data/transforms/corrupt.ts";

/** What divides images into those chosen and a rest. */
export type DividingRecipe =
  | { perClass: number; seed?: number }
  | { fraction: number; seed?: number }
  | { listed: string };

/** Which of the images; several are applied one after the other. */
export type SelectionRecipe =
  /** The first so many. */
  | { take: number }
  /** One of several parts of given sizes that share no image, in an order that `seed` decides. */
  | { split: readonly number[]; part: number; seed?: number }
  /** So many of each class. */
  | { perClass: number; seed?: number }
  /** A part of each class, such as 0.01 for 1 %. */
  | { fraction: number; seed?: number }
  /** The image files that a text file names, as the lists of 1 % and 10 % of ImageNet do. */
  | { listed: string }
  /** All that another selection leaves, in their order: the unlabelled images beside few labels, the training images beside a test part. */
  | { rest: DividingRecipe }
  /** The images of some classes, which `relabel` numbers anew from 0. */
  | { classes: readonly (string | number)[]; relabel?: boolean; name?: string | null }
  /** The images of some classes, each group of them as one class, by name: `{ coarse: { shoes: ["Sandal", "Sneaker"] } }`. */
  | { coarse: Readonly<Record<string, readonly (string | number)[]>>; name?: string | null }
  /** All of them, a share with the label of another class, any or the next one: for teachers that contradict. */
  | { mislabel: number; to?: "random" | "next"; seed?: number }
  /** All images in memory, as something corrupted them. */
  | { corrupt: Corruption; severity?: number; seed?: number }
  /** All of them so many times, so that an epoch is longer than a few batches. */
  | { repeat: number }
  /** All, without their labels, in random order. */
  | { unlabelled: boolean; seed?: number };

const seed = whole({ default: 0, min: 0, help: "decides which" });

const CLASS = either<[string, number]>([text({}), whole({ min: 0 })], {});

/** What divides images. */
const DIVIDING = {
  perClass: { perClass: whole({ min: 1, help: "so many of each class" }), seed },
  fraction: {
    fraction: number({ above: 0, max: 1, help: "a part of each class, such as 0.01" }),
    seed,
  },
  listed: { listed: text({ help: "a text file that names images" }) },
};

/** Which of the images. */
export const SELECTION: Option<SelectionRecipe> = variants<SelectionRecipe>({
  take: { take: whole({ min: 1, help: "the first so many" }) },
  split: {
    split: list(whole({ min: 1 }), { least: 1, help: "the sizes of all parts" }),
    part: whole({ min: 0, help: "which part, from 0" }),
    seed,
  },
  ...DIVIDING,
  rest: {
    rest: variants<DividingRecipe>(DIVIDING, {
      what: "selection",
      help: "all that this selection leaves",
    }),
  },
  classes: {
    classes: list(CLASS, { least: 1, help: "the names or numbers of the classes to keep" }),
    relabel: flag({ default: false, help: "numbers the classes anew from 0" }),
    name: nullable(text({ help: "what these images are called" })),
  },
  coarse: {
    coarse: byName(list(CLASS, { least: 1 }), {
      help: "for each new class the names or numbers of those that it is made of",
    }),
    name: nullable(text({ help: "what these images are called" })),
  },
  mislabel: {
    mislabel: number({ min: 0, max: 1, help: "the share of images with a wrong label" }),
    to: choice(["random", "next"], {
      default: "random",
      help: "whether a wrong label is any other class, or the next one",
    }),
    seed,
  },
  corrupt: {
    corrupt: CORRUPT_OPTIONS.corruption,
    severity: CORRUPT_OPTIONS.severity,
    seed,
  },
  repeat: { repeat: whole({ min: 1, help: "how many times an epoch has each image" }) },
  unlabelled: { unlabelled: choice([true], { help: "takes the labels away" }), seed },
}, { what: "selection" });
