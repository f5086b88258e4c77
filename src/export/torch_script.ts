/**
 * Models as TorchScript files.
 *
 * @module
 */

import { dirname } from "node:path";
import { FileError } from "../base/errors.ts";
import { checkTarget, makeFolder, removeTemporaries, temporaryName } from "../base/files.ts";
import type { Classifier } from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { compareOutputs } from "./compare_outputs.ts";
import { inputSizeOf } from "./input_size.ts";
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
  /** Its size in bytes. */
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
  await makeFolder(dirname(path));
  removeTemporaries(path);
  const size = inputSizeOf(model);
  const temporary = temporaryName(path);
  try {
    torch.scope(() => {
      const { trace, batch } = traceModel(model, size, (x) => outputsOf(model, x, features));
      using _ = trace;
      for (const [index, factor] of batch.multiples) trace.scale(index, factor);
      trace.save(temporary);
    });
    using script = torch.loadScript(temporary);
    const difference = compareOutputs(model, size, {
      path,
      features,
      allowed: 1e-5,
      run: (images) => [script.forward(images)].flat() as Tensor[],
    });
    await Deno.rename(temporary, path);
    const { size: bytes } = await Deno.stat(path);
    return { path, bytes, difference };
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new FileError(`${path} cannot be written: ${cause.message}`, { cause });
  } finally {
    await Deno.remove(temporary).catch(() => {});
  }
}
