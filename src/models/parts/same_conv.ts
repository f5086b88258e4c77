/**
 * TensorFlow's padding.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * A convolution without bias, padded as TensorFlow's "SAME" pads: the output's side is the input's by the stride,
 * rounded up; of an odd number of zeros one more is at the right and the bottom. Keys: `weight`.
 */
export class SameConv2d extends nn.Conv2d {
  /** A square kernel of odd size. */
  constructor(
    before: number,
    width: number,
    kernel: number,
    { stride = 1, groups = 1 }: { stride?: number; groups?: number } = {},
  ) {
    // With stride 1 the padding is the same whatever the input's size.
    super(before, width, kernel, {
      stride,
      groups,
      bias: false,
      padding: stride === 1 ? (kernel - 1) / 2 : 0,
    });
  }

  /** (B, before, H, W) to (B, width, ⌈H / stride⌉, ⌈W / stride⌉). */
  override forward(x: Tensor): Tensor {
    const [kernel] = this.kernelSize;
    const [stride] = this.stride;
    if (stride === 1) return super.forward(x);
    const [rows, columns] = x.shape.slice(2).map((size) =>
      Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    );
    if (rows % 2 === 0 && columns % 2 === 0) {
      return torch.conv2d(
        x,
        this.weight,
        null,
        this.stride,
        [rows / 2, columns / 2],
        1,
        this.groups,
      );
    }
    const before = (total: number): number => Math.floor(total / 2);
    const sides = [columns, rows].flatMap((total) => [before(total), total - before(total)]);
    const padded = torch.constantPadNd(x, sides);
    const map = super.forward(padded);
    padded.dispose();
    return map;
  }
}
