/**
 * Data in a recipe: where images are, and which of them.
 *
 * @module
 */

import { either, list, named, nullable, span } from "../base/option_parts.ts";
import { choice, number, text, whole } from "../base/option_values.ts";
import { lazy, shared, variants } from "../base/option_variants.ts";
import type { AnyTable, Option } from "../base/options.ts";
import { sizeOption } from "../data/size_option.ts";
import type { ImagePart } from "../data/images/image_part.ts";
import { SELECTION, type SelectionRecipe } from "./selection_recipe.ts";

/** What every source of data may have. */
export interface ChosenRecipe {
  /** Which of the images. */
  select?: readonly SelectionRecipe[];
}

/** How images in memory that differ in size or channels are put together. */
export interface TogetherRecipe extends ChosenRecipe {
  /** Resizes all of them: rows and columns, or one number for both. */
  size?: number | readonly [number, number] | null;
  /** Makes all of them gray (1) or colored (3). */
  channels?: 1 | 3 | null;
}

/** How image files are read. */
export interface ReadingRecipe extends ChosenRecipe {
  /** Which part of each image, and how large; the middle at 224 pixels if null. */
  part?: ImagePart | null;
  /** Threads that decode; as many as there are processors but one if null. Decides nothing. */
  workers?: number | null;
  /** Whether an image that cannot be read ends the run, or the next one stands in for it. */
  onError?: "throw" | "skip";
}

/** One of several domains of the same classes. */
export interface DomainRecipe extends ReadingRecipe {
  /** The folder with the domains: a folder for each with one for each class, or lists. */
  domains: string;
  /** Which of them. */
  domain: string;
  /** The images that the domain's list of this split names; all of the domain if null. */
  split?: "train" | "test" | null;
  /** The folder with lists, if they count; the root, where there is a split or there are no folders, if null. */
  lists?: string | null;
  /** The domains that have the same classes; all that there are if null. */
  among?: readonly string[] | null;
}

/** A data set that comes with the package. */
export type NamedDataset = "mnist" | "mnistM" | "uciDigits" | "fashionMnist" | "cifar10";

/** Where images are: exactly one of `dataset`, `cifar100`, `folder`, `list`, `domains`, `shards`, `images`, `join`, `concatenate`. */
export type DataRecipe =
  /** A data set by name. */
  | { dataset: NamedDataset; split?: "train" | "test" } & ChosenRecipe
  /** CIFAR-100, from the folder with the files of its binary version. */
  | { cifar100: string; split?: "train" | "test"; labels?: "fine" | "coarse" } & ChosenRecipe
  /** A folder with a folder for each class. */
  | { folder: string } & ReadingRecipe
  /** A list of paths and labels. */
  | { list: string; root?: string | null } & ReadingRecipe
  /** One of several domains of the same classes, as OfficeHome and DomainNet come: `{ domains: "OfficeHome", domain: "Art" }`. */
  | DomainRecipe
  /** Tar files as WebDataset lays them out. */
  | { shards: string | readonly string[] } & ReadingRecipe
  /** Images without labels: a folder of any depth, a list of paths, tar files. */
  | { images: string | readonly string[] } & ReadingRecipe
  /** Several data sets in one label space, the classes of each for themselves. */
  | { join: readonly DataRecipe[] } & TogetherRecipe
  /** Several data sets of the same classes, behind each other. */
  | { concatenate: readonly DataRecipe[] } & TogetherRecipe;

const CHOSEN: AnyTable = {
  select: list(shared(SELECTION, "selection"), {
    default: [],
    help: "which of the images, one step after the other",
  }),
};

const interpolation = choice(["bilinear", "bicubic"], {
  default: "bilinear",
  help: "how pixels are resized",
});

const size = sizeOption({ help: "rows and columns, or one number for both" });

/** Which part of each image, and how large. */
export const PART: Option<ImagePart> = named<ImagePart>({
  random: {
    size,
    scale: span({ default: [0.08, 1], above: 0, max: 1, help: "the part of the image's area" }),
    ratio: span({ default: [3 / 4, 4 / 3], above: 0, help: "width divided by height" }),
    flip: number({ default: 0.5, min: 0, max: 1, help: "the probability of being mirrored" }),
    interpolation,
  },
  center: {
    size,
    resize: nullable(whole({ min: 1, help: "the shorter side before; 8/7 of the size if null" })),
    interpolation,
  },
  whole: { size, interpolation },
}, { what: "part of an image", key: "kind", help: "which part of each image, and how large" });

const TOGETHER: AnyTable = {
  size: nullable(size, { help: "resizes images in memory: rows and columns, or one number" }),
  channels: nullable(choice([1, 3], { help: "makes images in memory gray (1) or colored (3)" })),
  ...CHOSEN,
};

const READING: AnyTable = {
  part: nullable(shared(PART, "part")),
  workers: nullable(whole({ min: 0, help: "threads that decode" })),
  onError: choice(["throw", "skip"], { default: "throw", help: "what a damaged image does" }),
  ...CHOSEN,
};

const path = text({ help: "a path; a relative one starts from where the run is started" });
const paths = either<[string, string[]]>([path, list(path, { least: 1 })], { help: "where" });

const split = choice(["train", "test"], {
  default: "train",
  help: "its training or test images",
});

function several(help: string): Option<DataRecipe[]> {
  const one = lazy<DataRecipe>(() => DATA, { wants: "data", ref: "#/$defs/data" });
  return list<DataRecipe>(one, { least: 1, help });
}

/** Where images are, and which of them. */
export const DATA: Option<DataRecipe> = variants<DataRecipe>({
  dataset: {
    dataset: choice<NamedDataset>(["mnist", "mnistM", "uciDigits", "fashionMnist", "cifar10"], {
      help: "the name of a data set",
    }),
    split,
    ...CHOSEN,
  },
  cifar100: {
    cifar100: path,
    split,
    labels: choice(["fine", "coarse"], {
      default: "fine",
      help: "labels of 100 classes, or of 20",
    }),
    ...CHOSEN,
  },
  folder: { folder: path, ...READING },
  list: {
    list: path,
    root: nullable(text({ help: "where the list's paths start; its own folder if null" })),
    ...READING,
  },
  domains: {
    domains: path,
    domain: text({ help: "which of them" }),
    split: nullable(
      choice(["train", "test"], { help: "the split whose list counts; all if null" }),
    ),
    lists: nullable(text({ help: "the folder with lists of domains" })),
    among: nullable(
      list(text({}), { least: 1, help: "the domains that have the same classes; all if null" }),
    ),
    ...READING,
  },
  shards: { shards: paths, ...READING },
  images: { images: paths, ...READING },
  join: { join: several("the data sets that become one label space"), ...TOGETHER },
  concatenate: { concatenate: several("the data sets of the same classes"), ...TOGETHER },
}, { what: "source of data" });
