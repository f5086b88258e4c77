/**
 * The recipe of the other usual job: a few labelled photographs, or those of another domain, beside many without labels.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { say } from "../base/progress.ts";
import { listed } from "../data/listed.ts";
import { load } from "../models/saved.ts";
import { savedFile } from "../models/saved_file.ts";
import { otherLayers } from "./build_student.ts";
import { areNumbers } from "./check_classes.ts";
import { type LabelledImages, labelledImages } from "./labelled_images.ts";
import { LEARNING, randomPart, teachersOf } from "./photographs_parts.ts";
import type { PhotographsOptions } from "./photographs_recipe.ts";
import type { Recipe } from "./recipe.ts";
import { hasClasses } from "./same_classes.ts";

/** What {@linkcode labelledPhotographsRecipe} is made from. */
export interface LabelledPhotographsOptions extends PhotographsOptions {
  /** The labelled photographs: a folder with a folder for each class, a list of paths and labels, or a tar file. */
  labelled: string;
  /** Labelled photographs that the student is measured on, before and after; none by default. */
  test?: string;
  /**
   * What the student begins with; fresh weights by default. A classifier of the labelled classes that `models.save` wrote, or
   * a run of one, is taught as it is; with anything else the student learns the labels first.
   */
  weights?: string;
  /** Passes of distillation over the photographs, besides as many of customization; 10 by default. */
  epochs?: number;
}

/** How many classes a message names. */
const NAMED = 5;
/** Passes over the labelled photographs alone, and how many one pass has at least: fewer are shown repeatedly. */
const [LABEL_EPOCHS, LABEL_IMAGES] = [10, 2000];

/**
 * CustomKD on few labels (semi-supervised learning), or on the labels of another domain (unsupervised domain adaptation). The
 * student becomes a classifier: a recipe within the recipe teaches it the labels alone, then the teachers teach it on all
 * photographs. They are asked once about the middle of each photograph, while the student sees random parts.
 *
 * The labelled photographs may be among the others too. Files are listed and none is opened; of `weights` classes are read.
 *
 * @throws {FileError} if the labelled photographs, or the list of them, are not there or cannot be read.
 * @throws {FormatError} if they have no labels.
 * @throws {ArgumentError} if there are test photographs of other classes, or the weights are of another architecture.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const root = await Deno.makeTempDir();
 * for (const name of ["cat", "dog"]) {
 *   await Deno.mkdir(`${root}/labelled/${name}`, { recursive: true });
 *   await Deno.writeFile(`${root}/labelled/${name}/1.jpg`, new Uint8Array(1));
 * }
 * const recipe = runs.labelledPhotographsRecipe({
 *   photos: ["photos"],
 *   labelled: `${root}/labelled`,
 *   teachers: ["hf://timm/vit_large_patch14_dinov2.lvd142m"],
 * });
 * console.log(recipe.student, recipe.epochs); // …, 20
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export function labelledPhotographsRecipe(options: LabelledPhotographsOptions): Recipe {
  const { photos, labelled, test, student = "mobilenet_v3_small", weights, epochs = 10 } = options;
  const { size = 224, batchSize = 32 } = options;
  const part = randomPart(size);
  const few = labelledImages(labelled, part);
  const tested = test === undefined ? null : labelledImages(test, { kind: "center", size });
  if (tested !== null) checkTested(few, tested, options);
  const shown = { name: student, ...(weights !== undefined && { weights }) };
  const repeat = Math.ceil(LABEL_IMAGES / few.length);
  const before: Recipe = {
    name: "labels",
    data: { train: { ...few.recipe, ...(repeat > 1 && { select: [{ repeat }] }) } },
    student: shown,
    ...LEARNING,
    epochs: LABEL_EPOCHS,
    batchSize,
  };
  return {
    name: "distill",
    data: {
      train: { images: photos, part },
      labelled: few.recipe,
      ...(tested !== null && { test: tested.recipe }),
    },
    student: knows(options, student, few.classNames)
      ? shown
      : { name: student, weights: { recipe: before } },
    teachers: teachersOf(options.teachers, size),
    // Predictions beside features: the student was better with them wherever it was tried (docs/custom_kd.md).
    method: { name: "CustomKD", weights: { logit: 1 } },
    ...LEARNING,
    stages: { customize: { optimizer: { name: "AdamW", lr: 1e-2, weightDecay: 10 } } },
    // Both stages take turns.
    epochs: 2 * epochs,
    batchSize,
    store: { plain: true },
    evaluation: { before: tested !== null },
  };
}

/** Refuses test photographs of classes that nobody learns, before anything is trained. */
function checkTested(
  few: LabelledImages,
  tested: LabelledImages,
  { labelled, test }: LabelledPhotographsOptions,
): void {
  if (areNumbers(tested.classNames)) return;
  const other = tested.present.filter((name) => !few.classNames.includes(name));
  if (other.length === 0) return;
  throw new ArgumentError(
    `${test} has photographs of ${listed(other, NAMED)}, and ${labelled} of ${
      listed(few.classNames, NAMED)
    }: the student learns the latter. Give the folders of one class the same name in both, or take out what is none of them.`,
  );
}

/**
 * Whether weights are of a classifier of the classes of the labelled photographs.
 *
 * @throws {ArgumentError} if they are of another architecture: said before teachers are asked about all photographs.
 */
function knows(
  { weights, labelled }: LabelledPhotographsOptions,
  student: string,
  classNames: readonly string[],
): boolean {
  const file = weights === undefined ? null : savedFile(weights);
  if (file === null) return false;
  using saved = load(file);
  const { architecture } = saved.recipe!;
  if (architecture !== student) throw otherLayers(file, architecture, student);
  if (hasClasses(saved, classNames.length, classNames)) return true;
  if (saved.numClasses > 0) {
    say(
      `${weights} has other classes than ${labelled}: the student begins with its weights, and learns the labels first.`,
    );
  }
  return false;
}
