/**
 * Max pooling that tells where the largest values are, for sequences and volumes.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** A max pool of libtorch's, with the places of the values or without. */
export type MaxPooling<R> = (
  input: Tensor,
  kernelSize: number | readonly number[],
  stride: number | readonly number[],
  padding: number | readonly number[],
  dilation: number | readonly number[],
  ceilMode: boolean,
) => R;

/** Max pooling with the places of the values, as `torch.maxPool2dWithIndices` has them. */
type WithIndices = MaxPooling<[values: Tensor, indices: Tensor]>;

const calling = (name: string, sides: number): WithIndices => {
  const list = (size: number | readonly number[]): readonly number[] =>
    typeof size === "number" ? new Array<number>(sides).fill(size) : size;
  return (input, kernelSize, stride, padding, dilation, ceilMode) =>
    torch.call(
      name,
      input,
      list(kernelSize),
      list(stride),
      list(padding),
      list(dilation),
      ceilMode,
    ) as unknown as [Tensor, Tensor];
};

/** The largest value of every window of sequences, and its place. */
export const maxPool1dWithIndices: WithIndices = calling("aten::max_pool1d_with_indices", 1);

/** The largest value of every window of volumes, and its place. */
export const maxPool3dWithIndices: WithIndices = calling("aten::max_pool3d_with_indices", 3);
