/**
 * Recording what a model computes.
 *
 * @module
 */

import { ArgumentError, DeviceError, DTypeError } from "../base/errors.ts";
import { watchForwards } from "../models/watch_forwards.ts";
import type { Classifier, Module } from "../nn/mod.ts";
import { evaluated } from "../nn/modes.ts";
import * as torch from "../torch/mod.ts";
import { type Trace, trace } from "../torch/trace.ts";
import type { ImageSize } from "./input_size.ts";
import { type BatchUse, batchUse } from "./symbolic.ts";

/** What is traced with: numbers of images that nothing else in a network is likely to be. */
const BATCHES = [2, 3] as const;

/** A model's computation, for any number of images. */
export interface TracedModel {
  /** The operators that were called. */
  readonly trace: Trace;
  /** What of it follows the number of images. */
  readonly batch: BatchUse;
}

/**
 * Records what a model computes of images in evaluation mode.
 *
 * @param size Channels, rows and columns of the images.
 * @param compute The tensors that are wanted, of images (B, C, H, W).
 * @returns The trace, which the caller disposes of.
 * @throws {ArgumentError} if what the model does depends on the number of images.
 * @throws {DeviceError} if the model does not lie on the CPU.
 * @throws {DTypeError} if its parameters are not float32.
 */
export function traceModel(
  model: Classifier,
  size: ImageSize,
  compute: (images: torch.Tensor) => readonly torch.Tensor[],
): TracedModel {
  checkState(model);
  const traces: Trace[] = [];
  try {
    return evaluated(model, () =>
      torch.noGrad(() => {
        // What a model keeps between calls is made first, so that both traces take it as it is.
        torch.scope(() => void compute(torch.zeros([BATCHES[0], ...size])));
        for (const batch of BATCHES) traces.push(traceOnce(model, [batch, ...size], compute));
        return { trace: traces[0], batch: batchUse([traces[0], traces[1]], BATCHES) };
      }));
  } catch (error) {
    traces[0]?.dispose();
    throw error;
  } finally {
    traces[1]?.dispose();
  }
}

function traceOnce(
  model: Classifier,
  shape: readonly number[],
  compute: (images: torch.Tensor) => readonly torch.Tensor[],
): Trace {
  const names = new Map<Module, string>();
  for (const [name, module] of model.namedModules()) if (name !== "") names.set(module, name);
  const traced = {
    className: model.constructor.name,
    modules: [...names].map(([module, name]) => [name, module.constructor.name] as const),
    tensors: [
      ...model.namedParameters().map(([name, tensor]) => [name, tensor, false] as const),
      ...model.namedBuffers().map(([name, tensor]) => [name, tensor, true] as const),
    ],
  };
  using images = torch.zeros(shape);
  return trace([images], traced, (modules) => {
    const onEnter = (module: Module) => modules.enter(names.get(module)!);
    const onOutput = () => modules.leave();
    return watchForwards(
      new Set(names.keys()),
      { onEnter, onOutput },
      () => torch.scope(() => [...compute(images)]),
    );
  });
}

function checkState(model: Classifier): void {
  const [parameter] = model.parameters();
  if (parameter === undefined) throw new ArgumentError("The model has no parameters to export.");
  if (parameter.device !== "cpu") {
    throw new DeviceError(
      `The model lies on ${parameter.device}; move it first, with model.to("cpu").`,
    );
  }
  if (parameter.dtype !== "float32") {
    throw new DTypeError(
      `The model's parameters are ${parameter.dtype}; make them float32 first, with model.to("float32").`,
    );
  }
}
