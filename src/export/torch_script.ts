/**
 * Models as TorchScript files.
 *
 * @module
 */

import { checkTarget, removeTemporaries, temporaryName, writeAtomic } from "../base/files.ts";
import type { Classifier } from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { compareOutputs } from "./compare_outputs.ts";
import { type ImageSize, inputSizeOf } from "./input_size.ts";
import { outputsOf } from "./outputs.ts";
import { traceModel } from "./trace_model.ts";

/** How a model is written as TorchScript. */
export interface TorchScriptOptions {
  /** Whether `forward` returns logits and features, as a tuple; false by default, for logits alone. */
  features?: boolean;
}

/** What was written. */
export interface TorchScriptExport {
  /** The file. */
  readonly path: string;
  /** The size of the file in bytes. */
  readonly bytes: number;
  /** How far the outputs of the file are from the model's for random images, relative to these. */
  readonly difference: number;
}

/**
 * Writes a model as a TorchScript file: `forward` takes images, float32 (B, C, height, width), normalized, for any number of
 * them, and returns logits (B, classes), or features where there are no classes. Modules, parameters and buffers have the
 * names that they have in the model.
 *
 * @throws {ArgumentError} if what the model does depends on the number of images.
 * @throws {ExportError} if the file would say something else than the model.
 * @throws {DeviceError} if the model does not lie on the CPU, {@linkcode DTypeError} if it is not float32.
 * @throws {FileError} if the file cannot be written; what was there before stays.
 */
export async function writeTorchScript(
  model: Classifier,
  path: string,
  { features = false }: TorchScriptOptions = {},
): Promise<TorchScriptExport> {
  checkTarget(path);
  const size = inputSizeOf(model);
  const bytes = scriptOf(model, size, features);
  // libtorch loads scripts by their path: what is compared is a file, and not yet the one that is wanted.
  const temporary = temporaryName(path);
  try {
    await writeAtomic(temporary, bytes);
    const difference = checkScript(temporary, model, size, { features, path });
    await Deno.rename(temporary, path);
    return { path, bytes: bytes.length, difference };
  } finally {
    await Deno.remove(temporary).catch(() => {});
    removeTemporaries(path);
  }
}

/** The bytes of a TorchScript file of a model. */
export function scriptOf(
  model: Classifier,
  size: ImageSize,
  features: boolean,
): Uint8Array<ArrayBuffer> {
  return torch.scope(() => {
    const { trace, batch } = traceModel(
      model,
      size,
      (images) => outputsOf(model, images, features),
    );
    using _ = trace;
    for (const [index, factor] of batch.multiples) trace.scale(index, factor);
    return trace.toScript();
  });
}

/** How far a file's outputs are from the model's. */
export function checkScript(
  file: string,
  model: Classifier,
  size: ImageSize,
  { features, path }: { readonly features: boolean; readonly path: string },
): number {
  using script = torch.loadScript(file);
  const run = (images: Tensor): Tensor[] => [script.forward(images)].flat() as Tensor[];
  return compareOutputs(model, size, { path, features, allowed: 1e-5, run });
}
