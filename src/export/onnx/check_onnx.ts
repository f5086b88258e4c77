/**
 * Whether an ONNX file says what the model says.
 *
 * @module
 */

import { ApprenticeError } from "../../base/errors.ts";
import type { View } from "../../data/view.ts";
import type { Classifier } from "../../nn/mod.ts";
import { rememberModes } from "../../nn/modes.ts";
import { type OrtRuntime, ortRuntime } from "../../teachers/onnx_runtime.ts";
import { fromOrt, openSession, toOrt } from "../../teachers/onnx_session.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { type ImageSize, outputsOf } from "./onnx_of.ts";
import { seeThrough } from "./see.ts";

/** The file computes something else than the model. */
export class ExportError extends ApprenticeError {}

/** What is compared: a batch that was not traced with. */
const BATCH = 5;

/** The largest relative difference of outputs that rounding explains, for weights of each precision. */
const ALLOWED = { float32: 1e-4, float16: 2e-2 };

/**
 * How far ONNX Runtime's outputs for a file are from the model's, relative to these, on random images.
 *
 * @throws {ExportError} if they are further apart than rounding explains.
 */
export async function checkOnnx(
  bytes: Uint8Array<ArrayBuffer>,
  model: Classifier,
  size: ImageSize,
  options: { readonly features: boolean; readonly float16: boolean; readonly path: string },
): Promise<number> {
  const runtime = await ortRuntime();
  return evaluated(model, () => {
    using generator = new torch.Generator(0);
    const images = torch.randn([BATCH, ...size], { generator });
    const right = outputsOf(model, images, options.features);
    const found = run(runtime, bytes, { images }, options.path);
    const worst = Math.max(...right.map((tensor, i) => relative(Object.values(found)[i], tensor)));
    const { float16, path } = options;
    // Networks differ in how much they make of rounding; what doubles say of this one decides.
    const allowed = float16 ? ALLOWED.float16 : ALLOWED.float32;
    if (worst <= allowed || worst <= 10 * rounding(model, images, right)) return worst;
    throw new ExportError(
      `What ONNX Runtime computes of ${path} differs from the model by ${
        worst.toExponential(1)
      } of it, which is more ` +
        "than rounding: the file was not written. Please report the architecture.",
    );
  });
}

/** The mean difference of probabilities or features with the view in the graph, on a photograph of random noise. */
export async function checkPixels(
  bytes: Uint8Array<ArrayBuffer>,
  model: Classifier,
  view: View,
  path: string,
): Promise<number> {
  const runtime = await ortRuntime();
  return evaluated(model, () => {
    using generator = new torch.Generator(0);
    const [height, width] = view.size.map((side) => side + 40);
    const shape = [2, height, width + 7, 3];
    const pixels = torch.randint(0, 256, shape, { generator }).to("uint8");
    const [output] = outputsOf(model, seeThrough(pixels, view), false);
    const right = model.numClasses > 0 ? output.softmax(-1) : output;
    const [found] = Object.values(run(runtime, bytes, { pixels }, path));
    return relative(found, right);
  });
}

function evaluated<R>(model: Classifier, body: () => R): R {
  const restore = rememberModes(model.modules());
  try {
    model.eval();
    return torch.scope(() => torch.inferenceMode(body));
  } finally {
    restore();
  }
}

/** The outputs of a file, in their order. */
function run(
  runtime: OrtRuntime,
  bytes: Uint8Array<ArrayBuffer>,
  inputs: Readonly<Record<string, Tensor>>,
  path: string,
): Record<string, Tensor> {
  const session = openSession(runtime, path, bytes, {});
  try {
    const feeds = Object.entries(inputs).map(([name, tensor]) => [name, toOrt(tensor)]);
    const wanted = session.outputMetadata.map(({ name }) => [name, null]);
    const found = session.run(Object.fromEntries(feeds), Object.fromEntries(wanted), {});
    return Object.fromEntries(
      session.outputMetadata.map(({ name }) => [name, fromOrt(found[name], name, path)]),
    );
  } finally {
    session.dispose();
  }
}

function relative(found: Tensor, right: Tensor): number {
  const by = right.norm().item() as number;
  return (found.to(right.dtype).sub(right).norm().item() as number) / Math.max(by, 1e-12);
}

/** How far the model's own outputs are from what it computes in float64. */
function rounding(model: Classifier, images: Tensor, right: readonly Tensor[]): number {
  try {
    model.to("float64");
    const exact = outputsOf(model, images.to("float64"), right.length > 1);
    return Math.max(...right.map((tensor, i) => relative(tensor.to("float64"), exact[i])));
  } finally {
    // Every float32 is a float64: the weights are as they were.
    model.to("float32");
  }
}
