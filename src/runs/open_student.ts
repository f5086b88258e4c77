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
import { studentFile } from "./student_file.ts";

/** A student and labelled images. */
export interface OpenedStudent extends Disposable {
  /** The student. */
  readonly student: Classifier;
  /** The images. */
  readonly images: Dataset<LabelledBatch>;
  /** Other labelled images, which neighbors and a probe of its features know; null if none were asked for. */
  readonly known: Dataset<LabelledBatch> | null;
}

/**
 * Loads the student of a run: from its folder, or from a file that `models.save` wrote.
 *
 * @throws {ArgumentError} if there is none.
 */
export function loadStudent(path: string): Classifier {
  return load(studentFile(path));
}

/**
 * Loads the student of a run and opens the images that it is measured on: those of a folder, else those that its recipe
 * names as `data.test`.
 *
 * @param folder A folder with a folder of images for each class.
 * @param known Another one of the same classes.
 * @throws {ArgumentError} if there is no student, or nothing to measure it on.
 */
export async function openStudent(
  path: string,
  folder?: string,
  known?: string,
): Promise<OpenedStudent> {
  const file = studentFile(path);
  const owned = new DisposableStack();
  try {
    const student = owned.use(load(file));
    const read = (folder: string, classNames: readonly string[] | null): ImageFolder =>
      owned.use(
        new ImageFolder(folder, {
          ...(student.view && { part: partOf(student.view) }),
          ...(classNames && { classNames }),
        }),
      );
    const other = known === undefined ? null : read(known, student.classNames);
    const images = folder === undefined
      ? await testImages(file, owned.use(new DataOpener()), student.classNames)
      : read(folder, student.classNames ?? other?.classNames ?? null);
    return { student, images, known: other, [Symbol.dispose]: () => owned.dispose() };
  } catch (error) {
    owned.dispose();
    throw error;
  }
}

async function testImages(
  file: string,
  opener: DataOpener,
  learned: readonly string[] | null,
): Promise<Dataset<LabelledBatch>> {
  const { recipe } = loadSafetensorsMetadata(file);
  const test = recipe === undefined ? null : resolveRecipe(JSON.parse(recipe) as Recipe).data.test;
  if (test !== null) return await opener.labelled(test, "data.test", learned);
  throw new ArgumentError(
    `The recipe of the run in ${
      dirname(file)
    } names no test images. Give a folder of images to measure its student on.`,
  );
}
