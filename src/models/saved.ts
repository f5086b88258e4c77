/**
 * Models in a file of their own, with all that it takes to use them: architecture and options, names of classes, view.
 *
 * @module
 */

import { ApprenticeError, ArgumentError, FormatError } from "../base/errors.ts";
import { removeTemporaries } from "../base/files.ts";
import { skipped } from "../nn/init.ts";
import type { Classifier } from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import { ownState, publishedState } from "./published_state.ts";
import { create } from "./create.ts";
import { entryOf } from "./entry_of.ts";
import { has } from "./registry.ts";
import { fileAt, savedFile } from "./saved_file.ts";
import {
  checkSavedModel,
  savedJson,
  savedMetadata,
  savedNames,
  savedView,
  type SaveModelOptions,
} from "./saved_metadata.ts";
import { SMALL_MODELS } from "./small/all.ts";

export type { SaveModelOptions } from "./saved_metadata.ts";

/**
 * Writes a model to a safetensors file, with checksums, and in its metadata what {@linkcode load} needs: the
 * architecture and its options, the names of the classes, and the view. Other programs read the weights as ever. Clears
 * away what processes that were killed left of the same file.
 *
 * @throws {ArgumentError} if the model was not made by this package's small classes or by {@linkcode create}, there are
 * not as many names as classes, or the view cannot be used.
 * @throws {FileError} if the file cannot be written; what was there before stays.
 *
 * @example
 * ```ts
 * import { models } from "@apprentice/distill";
 *
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * using student = new models.SmallCnn({ numClasses: 2 });
 * models.save(path, student, {
 *   classNames: ["cat", "dog"],
 *   view: { size: [28, 28], mean: [0.5], std: [0.25] },
 * });
 * using again = models.load(path);
 * again.classNames; // ["cat", "dog"]
 * await Deno.remove(path);
 * ```
 */
export function save(path: string, model: Classifier, options: SaveModelOptions = {}): void {
  const metadata = savedMetadata(model, options);
  removeTemporaries(path);
  torch.scope(() =>
    torch.saveSafetensors(path, publishedState(model), metadata, { checksums: true })
  );
}

/**
 * Makes a model of a file that {@linkcode save} wrote, of the student in a run's folder, or of a folder that
 * `runs.exportSafetensors` or `runs.exportHub` wrote: on the CPU, in evaluation
 * mode, with the names of its classes and its view.
 *
 * @param place The file, or a folder with a `student.safetensors` or an exported `model.safetensors` in it.
 * @throws {FormatError} if the file is missing, was not written by {@linkcode save}, or does not fit together.
 * @throws {ChecksumError} if it is damaged.
 * @throws {FileError} if it cannot be read, or the folder has no student.
 */
export function load(place: string): Classifier {
  const path = fileAt(place);
  const metadata = torch.loadSafetensorsMetadata(path);
  checkSavedModel(metadata, path);
  let model: Classifier | undefined;
  try {
    model = build(metadata.architecture, savedJson(metadata.options, "options"), path);
    const own = model;
    torch.scope(() => own.loadStateDict(ownState(own, torch.loadSafetensors(path))));
    own.classNames = savedNames(metadata, own.numClasses);
    own.view = savedView(metadata);
    return own.eval();
  } catch (error) {
    model?.dispose();
    const bad = error instanceof TypeError ||
      (error instanceof ApprenticeError && error.constructor === ArgumentError);
    if (!bad && !(error instanceof FormatError)) throw error;
    if (error instanceof FormatError && error.message.includes(path)) throw error;
    throw new FormatError(
      `${path} does not fit together: ${error.message.replace(/\.$/, "")}. Make the file anew.`,
      { cause: error },
    );
  }
}

/** Whether {@linkcode load} can be asked for what is at a path: a file that {@linkcode save} wrote, or a run's folder. */
export function isSaved(place: string): boolean {
  return savedFile(place) !== null;
}

/** A model whose initial values do not matter, for the weights at a path. */
function build(architecture: string | undefined, options: unknown, path: string): Classifier {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new FormatError(`its options are ${JSON.stringify(options)}`);
  }
  const name = architecture ?? "";
  if (Object.hasOwn(SMALL_MODELS, name)) {
    return skipped(() => SMALL_MODELS[name].build(options as never));
  }
  if (!has(name)) {
    throw new FormatError(
      `its architecture is ${JSON.stringify(architecture)}, which this version does not know`,
    );
  }
  // Names that are several publishers' now were one's before; the file's names of parameters tell.
  return skipped(() => create(entryOf(name, path).name, options));
}
