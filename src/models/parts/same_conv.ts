/**
 * TensorFlow's padding.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * What TensorFlow's "SAME" adds to maps of `sizes`: left, right, above, below. Of an odd number of zeros one more is at
 * the right and the bottom.
 */
export function samePadding(
  sizes: readonly number[],
  kernel: number,
  stride: number,
): readonly [left: number, right: number, above: number, below: number] {
  const [rows, columns] = sizes.map((size) =>
    Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0)
  );
  const before = (total: number): number => Math.floor(total / 2);
  return [before(columns), columns - before(columns), before(rows), rows - before(rows)];
}

/**
 * A convolution, by default without bias, padded as TensorFlow's "SAME" pads: the output's side is the input's by the stride,
 * rounded up; of an odd number of zeros one more is at the right and the bottom. Keys: `weight`, `bias`.
 */
export class SameConv2d extends nn.Conv2d {
  /** A square kernel. */
  constructor(
    before: number,
    width: number,
    kernel: number,
    { stride = 1, groups = 1, bias = false }: { stride?: number; groups?: number; bias?: boolean } =
      {},
  ) {
    // With stride 1 and an odd kernel the padding is the same whatever the input's size.
    super(before, width, kernel, {
      stride,
      groups,
      bias,
      padding: stride === 1 && kernel % 2 === 1 ? (kernel - 1) / 2 : 0,
    });
  }

  /** (B, before, H, W) to (B, width, ⌈H / stride⌉, ⌈W / stride⌉). */
  override forward(x: Tensor): Tensor {
    const [kernel] = this.kernelSize;
    const [stride] = this.stride;
    if (stride === 1 && kernel % 2 === 1) return super.forward(x);
    const sides = samePadding(x.shape.slice(2), kernel, stride);
    const [left, right, above, below] = sides;
    if (left === right && above === below) {
      return torch.conv2d(
        x,
        this.weight,
        this.bias,
        this.stride,
        [above, left],
        1,
        this.groups,
      );
    }
    const padded = torch.constantPadNd(x, sides);
    const map = super.forward(padded);
    padded.dispose();
    return map;
  }
}
