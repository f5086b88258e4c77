/**
 * Students as timm and torchvision take them.
 *
 * @module
 */

import { resolve } from "node:path";
import { pythonUse } from "../export/python_use.ts";
import { publisherOf } from "../export/publisher.ts";
import { writeSafetensors } from "../export/write_safetensors.ts";
import type { Classifier } from "../nn/classifier.ts";
import { openExported } from "./export_source.ts";

/** How {@linkcode exportSafetensors} writes a student. */
export interface ExportSafetensorsOptions {
  /** Whether weights are in half precision, half the size; statistics of batch norms stay in float32. False by default. */
  readonly float16?: boolean;
}

/** What {@linkcode exportSafetensors} wrote. */
export interface SafetensorsExport {
  /** The folder. */
  readonly folder: string;
  /** The names of the files in it. */
  readonly files: readonly string[];
  /** The architecture's name in Python's library, or here where there is none. */
  readonly architecture: string;
  /** The libraries of Python that make the architecture by its name: `"timm"`, `"torchvision"`, both or neither. */
  readonly libraries: readonly ("timm" | "torchvision")[];
  /** Lines of Python that load it; null where no library has a class of its name. */
  readonly python: string | null;
  /** Sentences on what cannot be had, and why. */
  readonly notes: readonly string[];
}

/**
 * Writes a student as timm and torchvision take it: `model.safetensors`, whose names of parameters are the publisher's and
 * load with `strict=True`, and a `config.json` in timm's form, with the size and statistics of images, the names of the
 * classes and of the first and last layers. `timm.create_model("local-dir:FOLDER", pretrained=True)` makes the student of a
 * folder; `models.load` and `teachers.load` take it too.
 *
 * @param source The folder of a run, a file that `models.save` wrote, or a model.
 * @param folder Where to; other files in it stay.
 * @throws {ArgumentError} if there is no student, or the model was not made by this package.
 * @throws {FileError} if a file cannot be written.
 *
 * @example
 * ```ts
 * import { models, runs } from "@apprentice/distill";
 *
 * const folder = await Deno.makeTempDir();
 * using student = models.create("mobilenetv3_small_050", { numClasses: 10 });
 * const { python } = await runs.exportSafetensors(student, folder);
 * console.log(python); // import timm …
 * using again = models.load(folder);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function exportSafetensors(
  source: string | Classifier,
  folder: string,
  options: ExportSafetensorsOptions = {},
): Promise<SafetensorsExport> {
  using opened = await openExported(source);
  const { student, provenance } = opened;
  const files = await writeSafetensors(folder, student, provenance, options);
  const { libraries, name } = publisherOf(student);
  const { code, notes } = pythonUse(student, resolve(folder));
  return { folder, files, architecture: name, libraries, python: code, notes };
}
