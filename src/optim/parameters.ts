/**
 * Which tensors an optimizer takes.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import { Tensor } from "../torch/mod.ts";

/**
 * Checks that tensors can be trained and that none comes twice.
 *
 * @param name The optimizer's name, for messages.
 * @param params The tensors.
 * @param known Those that it has already.
 * @throws {ArgumentError} naming the first that cannot be trained.
 */
export function checkParameters(
  name: string,
  params: readonly Tensor[],
  known: readonly Tensor[] = [],
): void {
  const seen = new Set<Tensor>(known);
  params.forEach((param, i) => {
    const fault = !(param instanceof Tensor)
      ? `is a ${typeof param}, not a tensor`
      : seen.has(param)
      ? "is there twice"
      : !torch.isFloatingPoint(param.dtype)
      ? `is of dtype ${param.dtype}; only floating-point tensors can be trained`
      : !param.isLeaf
      ? "is the result of an operation; only leaf tensors can be trained (take its detach())"
      : !isDense(param)
      ? "is a view with gaps or overlaps in memory; take its clone()"
      : null;
    if (fault !== null) {
      throw new ArgumentError(`${name}: parameter ${known.length + i} ${fault}.`);
    }
    seen.add(param);
  });
}

/** Whether a tensor's elements fill one stretch of memory, in any order: native steps run along it. */
function isDense(tensor: Tensor): boolean {
  const strides = tensor.strides;
  const dims = tensor.shape
    .map((size, i) => ({ size, stride: strides[i] }))
    .filter(({ size }) => size !== 1)
    .sort((a, b) => a.stride - b.stride);
  if (dims.some(({ size }) => size === 0)) return true;
  let expected = 1;
  for (const { size, stride } of dims) {
    if (stride !== expected) return false;
    expected *= size;
  }
  return true;
}
