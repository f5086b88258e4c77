/**
 * The student of a run, and what it is measured on.
 *
 * @module
 */

import { dirname } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import { loadSafetensorsMetadata } from "../torch/mod.ts";
import type { Dataset, LabelledBatch } from "../data/mod.ts";
import { ImageFolder } from "../data/mod.ts";
import { partOf } from "../data/view_part.ts";
import { load } from "../models/saved.ts";
import type { Classifier } from "../nn/classifier.ts";
import { DataOpener } from "./open_data.ts";
import type { Recipe } from "./recipe.ts";
import { resolveRecipe } from "./recipe_table.ts";
import { savedModel } from "./saved_model.ts";

/** A student and labelled images. */
export interface OpenedStudent extends Disposable {
  /** The student. */
  readonly student: Classifier;
  /** The images. */
  readonly images: Dataset<LabelledBatch>;
}

/**
 * Loads the student of a run: from its folder, or from a file that `models.save` wrote.
 *
 * @throws {ArgumentError} if there is none.
 */
export function loadStudent(path: string): Classifier {
  return load(fileOf(path));
}

function fileOf(path: string): string {
  const file = savedModel(path);
  if (file !== null) return file;
  throw new ArgumentError(
    `There is no student at ${path}. Give the folder of a run that is done, or a file that models.save wrote.`,
  );
}

/**
 * Loads the student of a run and opens the images that it is measured on: those of a folder, else those that its recipe
 * names as `data.test`.
 *
 * @throws {ArgumentError} if there is no student, or nothing to measure it on.
 */
export async function openStudent(path: string, folder?: string): Promise<OpenedStudent> {
  const file = fileOf(path);
  const owned = new DisposableStack();
  try {
    const student = owned.use(load(file));
    const images = folder === undefined
      ? await testImages(file, owned.use(new DataOpener()))
      : owned.use(
        new ImageFolder(folder, {
          ...(student.view && { part: partOf(student.view) }),
          ...(student.classNames && { classNames: student.classNames }),
        }),
      );
    return { student, images, [Symbol.dispose]: () => owned.dispose() };
  } catch (error) {
    owned.dispose();
    throw error;
  }
}

async function testImages(file: string, opener: DataOpener): Promise<Dataset<LabelledBatch>> {
  const { recipe } = loadSafetensorsMetadata(file);
  const test = recipe === undefined ? null : resolveRecipe(JSON.parse(recipe) as Recipe).data.test;
  if (test !== null) return await opener.labelled(test, "data.test");
  throw new ArgumentError(
    `The recipe of the run in ${
      dirname(file)
    } names no test images. Give a folder of images to measure its student on.`,
  );
}
