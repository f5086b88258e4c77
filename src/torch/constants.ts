/**
 * Tensors of fixed values, which lie on a card for good.
 *
 * @module
 */

import { inferenceMode } from "./backward.ts";
import { tensor } from "./creation.ts";
import type { Device } from "./device.ts";
import type { DType } from "./dtype.ts";
import { keep, scope } from "./scope.ts";
import type { Tensor } from "./tensor.ts";

/** As many are remembered; then all are forgotten. */
const most = 1024;

/** What lies on cards, by device, dtype, shape and values. */
const known = new Map<string, Tensor>();

/** How a {@linkcode constant} is made. */
export interface ConstantOptions {
  /** The element type. */
  readonly dtype: DType;
  /** The device that the tensor lies on. */
  readonly device: Device;
  /** The shape; one dimension by default. */
  readonly shape?: readonly number[];
}

/**
 * A tensor of a few numbers that a step needs again and again, such as the means of a view or the classes of a teacher. It is
 * not to be written to, nor to be disposed of. On a card it is made once, so that a step sends nothing there, and one that is
 * recorded as a graph finds it where it was; on the processor it is a new one.
 */
export function constant(values: readonly number[], options: ConstantOptions): Tensor {
  const { dtype, device, shape = [values.length] } = options;
  if (device === "cpu") return tensor([...values], { dtype, shape });
  const key = `${device} ${dtype} ${shape.join()} ${values.join()}`;
  const found = known.get(key);
  if (found !== undefined && !found.isDisposed) return found;
  if (known.size >= most) forgetConstants();
  // Gradients may be taken through what it is multiplied with, also if an evaluation asked for it first.
  const made = inferenceMode(
    () => keep(scope(() => tensor([...values], { dtype, device, shape }))),
    false,
  );
  known.set(key, made);
  return made;
}

/** Frees all constants; the next ones are made anew. */
export function forgetConstants(): void {
  for (const one of known.values()) one.dispose();
  known.clear();
}
