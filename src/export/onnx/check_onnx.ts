/**
 * Whether an ONNX file says what the model says.
 *
 * @module
 */

import type { View } from "../../data/view.ts";
import type { Classifier } from "../../nn/mod.ts";
import type { OrtRuntime } from "../../teachers/onnx_runtime.ts";
import { openSession, runSession } from "../../teachers/onnx_session.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { compareOutputs, inEvaluation, relative } from "../compare_outputs.ts";
import type { ImageSize } from "../input_size.ts";
import { outputsOf } from "../outputs.ts";
import { seeThrough } from "./see.ts";

/** The largest relative difference of outputs that rounding explains, for weights of each precision. */
const ALLOWED = { float32: 1e-5, float16: 2e-2 };

/**
 * How far ONNX Runtime's outputs for a file are from the model's, relative to these, on random images.
 *
 * @throws {ExportError} if they are further apart than rounding explains.
 */
export function checkImages(
  runtime: OrtRuntime,
  bytes: Uint8Array<ArrayBuffer>,
  model: Classifier,
  size: ImageSize,
  options: { readonly features: boolean; readonly float16: boolean; readonly path: string },
): number {
  return compareOutputs(model, size, {
    path: options.path,
    features: options.features,
    allowed: options.float16 ? ALLOWED.float16 : ALLOWED.float32,
    run: (images) => run(runtime, bytes, { images }, options.path),
  });
}

/** The same for probabilities, or features where there are none, of a photograph of random noise. */
export function checkPixels(
  runtime: OrtRuntime,
  bytes: Uint8Array<ArrayBuffer>,
  model: Classifier,
  view: View,
  path: string,
): number {
  return inEvaluation(model, () => {
    using generator = new torch.Generator(0);
    const [height, width] = view.size.map((side) => side + 40);
    const shape = [2, height, width + 7, 3];
    const pixels = torch.randint(0, 256, shape, { generator }).to("uint8");
    const [output] = outputsOf(model, seeThrough(pixels, view), false);
    const right = model.numClasses > 0 ? output.softmax(-1) : output;
    return relative(run(runtime, bytes, { pixels }, path)[0], right);
  });
}

/** The outputs of a file, in their order. */
function run(
  runtime: OrtRuntime,
  bytes: Uint8Array<ArrayBuffer>,
  inputs: Readonly<Record<string, Tensor>>,
  path: string,
): Tensor[] {
  const session = openSession(runtime, path, bytes, {});
  try {
    const names = session.outputMetadata.map(({ name }) => name);
    return Object.values(runSession(session, inputs, names, path));
  } finally {
    session.dispose();
  }
}
