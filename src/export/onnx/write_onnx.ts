/**
 * Models as ONNX files.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { writeAtomic } from "../../base/files.ts";
import type { View } from "../../data/view.ts";
import type { Classifier } from "../../nn/mod.ts";
import { ortRuntime } from "../../teachers/onnx_runtime.ts";
import { inputSizeOf } from "../input_size.ts";
import { checkImages, checkPixels } from "./check_onnx.ts";
import type { OnnxPort } from "./graph.ts";
import { onnxOf } from "./onnx_of.ts";
import { onnxPackages } from "./packages.ts";

/** How a model is written as ONNX. */
export interface OnnxOptions {
  /**
   * Whether the graph begins with the model's view: it then takes `pixels`, uint8 (B, H, W, 3) of any height and width, and
   * gives `probabilities`. Without, it takes `images`, float32 (B, C, height, width), normalized, and gives `logits`. True by
   * default for models that have a view.
   */
  view?: boolean;
  /** Whether `features`, (B, D), come out as well; true by default. */
  features?: boolean;
  /** Whether weights are kept in half precision, which halves the file; false by default. */
  float16?: boolean;
  /** Whether ONNX Runtime's outputs are compared with the model's before the file is written; true by default. */
  check?: boolean;
  /** Further strings for the file's metadata, by name. */
  metadata?: Readonly<Record<string, string>>;
}

/** What was exported. */
export interface OnnxExport {
  /** The file. */
  readonly path: string;
  /** The size of the file in bytes. */
  readonly bytes: number;
  /** What the file is fed: names, dtypes, and shapes in which a name is a size that is left open. */
  readonly inputs: readonly OnnxPort[];
  /** What can be fetched from it. */
  readonly outputs: readonly OnnxPort[];
  /**
   * How far ONNX Runtime's logits and features are from the model's for random images, relative to these; null if that was
   * not checked.
   */
  readonly difference: number | null;
  /**
   * The same for probabilities from pixels. Pixels are resized as Pillow does it, to 1 of 255, so that this is larger. Null if
   * it was not checked or the view is not in the graph.
   */
  readonly pixelDifference: number | null;
}

/**
 * Writes a model as an ONNX file, for any number of images. Operators are those of opset 18. Names of classes, the view and
 * the architecture are in the file's metadata.
 *
 * @param path The file's name.
 * @throws {ArgumentError} if the view is wanted and not known, or what the model does depends on the number of images.
 * @throws {UntranslatedError} if an operator of the model has no counterpart; the message names it and its module.
 * @throws {ExportError} if the file would say something else than the model.
 * @throws {DeviceError} if the model does not lie on the CPU, {@linkcode DTypeError} if it is not float32.
 * @throws {FileError} if the file cannot be written; what was there before stays.
 */
export async function writeOnnx(
  model: Classifier,
  path: string,
  options: OnnxOptions = {},
): Promise<OnnxExport> {
  const { features = true, float16 = false, check = true } = options;
  const view = wantedView(model, options.view);
  const size = inputSizeOf(model);
  const packages = await onnxPackages();
  const metadata = { ...describe(model), ...options.metadata };
  // Logits say more of rounding than probabilities: a file that takes pixels is compared without its view, too.
  const views = check && view !== null ? [view, null] : [view];
  let [difference, pixelDifference]: (number | null)[] = [null, null];
  const files = onnxOf(packages, model, size, { features, float16, metadata }, views);
  const { bytes, inputs, outputs } = files[0];
  if (check) {
    const runtime = await ortRuntime();
    const plain = files.at(-1)!;
    difference = checkImages(runtime, plain.bytes, model, size, { features, float16, path });
    if (view !== null) pixelDifference = checkPixels(runtime, bytes, model, view, path);
  }
  await writeAtomic(path, bytes);
  return { path, bytes: bytes.length, inputs, outputs, difference, pixelDifference };
}

function wantedView(model: Classifier, wanted: boolean | undefined): View | null {
  if (wanted === false || (wanted === undefined && model.view === null)) return null;
  if (model.view !== null) return model.view;
  throw new ArgumentError(
    "The view is to be in the graph, and it is not known what this model wants of images. Set model.view, or give " +
      "view: false.",
  );
}

/** What the file says of the model. */
function describe(model: Classifier): Record<string, string> {
  const { classNames, view, recipe } = model;
  return {
    ...(recipe && { architecture: recipe.architecture }),
    ...(classNames && { classNames: JSON.stringify(classNames) }),
    ...(view && { view: JSON.stringify(view) }),
  };
}
