/**
 * What a saved model's file says of it beside the weights.
 *
 * @module
 */

import { checkView } from "../data/check_view.ts";
import type { View } from "../data/view.ts";
import { ArgumentError, FormatError } from "../base/errors.ts";
import type { Classifier } from "../nn/mod.ts";
import { SMALL_MODELS } from "./small/all.ts";

/** What {@linkcode save} keeps beside the weights. */
export interface SaveModelOptions {
  /** The names of the classes, in their order; the model's own by default. */
  classNames?: readonly string[];
  /** What the model wants of images; the model's own by default. */
  view?: View;
  /** Other strings by name. */
  metadata?: Readonly<Record<string, string>>;
}

/** What a saved model says that it is. */
const FORMAT = "apprentice-model";
const VERSION = "1";

/** What a file says whose readers in Python ask for PyTorch's format; that it is a saved model stands elsewhere. */
const FOREIGN = "pt";

const taken = ["format", "version", "model", "architecture", "options", "classNames", "view"];

/** Strings by name. */
type Metadata = Readonly<Record<string, string>>;

/**
 * The metadata of a model's file.
 *
 * @param foreign Whether readers in Python may ask for the format that PyTorch's files say.
 * @throws {ArgumentError} if the model does not know how it was made, there are not as many names as classes, or the view
 * cannot be used.
 */
export function savedMetadata(
  model: Classifier,
  options: SaveModelOptions,
  foreign = false,
): Record<string, string> {
  const { recipe } = model;
  if (recipe === null) {
    throw new ArgumentError(
      `This ${model.constructor.name} does not know how it was made, so that it could not be loaded again. Make it ` +
        `with models.create or as one of ${
          Object.keys(SMALL_MODELS).join(", ")
        }; or write its weights alone, with ` +
        `torch.saveSafetensors.`,
    );
  }
  const classNames = options.classNames ?? model.classNames;
  if (classNames !== null && classNames.length !== model.numClasses) {
    throw new ArgumentError(
      `The model has ${model.numClasses} classes, and classNames ${classNames.length} names; give one for each.`,
    );
  }
  const view = options.view ?? model.view;
  if (view !== null) checkView(view);
  const clash = Object.keys(options.metadata ?? {}).filter((name) => taken.includes(name));
  if (clash.length > 0) {
    throw new ArgumentError(`The metadata's names ${clash.join(", ")} are taken; use others.`);
  }
  return {
    ...options.metadata,
    ...(foreign ? { format: FOREIGN, model: FORMAT } : { format: FORMAT }),
    version: VERSION,
    architecture: recipe.architecture,
    options: JSON.stringify(recipe.options),
    ...(classNames && { classNames: JSON.stringify(classNames) }),
    ...(view && { view: JSON.stringify(view) }),
  };
}

/** Whether a file's metadata are those of a saved model. */
export function isSavedModel({ format, model }: Metadata): boolean {
  return (format === FOREIGN ? model : format) === FORMAT;
}

/**
 * Makes sure that a file is of a saved model.
 *
 * @throws {FormatError} if it is not, or one of another version.
 */
export function checkSavedModel(metadata: Metadata, path: string): void {
  const { format, version } = metadata;
  if (isSavedModel(metadata) && version === VERSION) return;
  throw new FormatError(
    `${path} is not a model that models.save of this version wrote (its format is ` +
      `${format ?? "not said"}, version ${
        version ?? "not said"
      }). Weights alone are loaded into a ` +
      `model that is there already, with models.create(name, { weights }) or loadStateDict.`,
  );
}

/** The names of classes in a file's metadata; null if there are none. */
export function savedNames({ classNames }: Metadata, count: number): readonly string[] | null {
  if (classNames === undefined) return null;
  const names = savedJson(classNames, "classNames");
  const good = Array.isArray(names) && names.length === count &&
    names.every((name) => typeof name === "string");
  if (!good) throw new FormatError(`its classNames are no ${count} names`);
  return Object.freeze(names);
}

/** The view in a file's metadata; null if there is none. */
export function savedView(metadata: Metadata): View | null {
  if (metadata.view === undefined) return null;
  const view = savedJson(metadata.view, "view") as View;
  checkView(view);
  return view;
}

/** Plain data in a file's metadata. */
export function savedJson(text: string | undefined, what: string): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch (cause) {
    throw new FormatError(`its ${what} cannot be read`, { cause });
  }
}
