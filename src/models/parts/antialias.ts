/**
 * Halving a map without aliasing.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** How a map is halved: by the mean of four neighbours, or blurred first. */
export type Antialias = "mean" | "blur";

/**
 * Blurs every channel by the binomial kernel of 3 x 3 and takes every second place (Zhang, Making convolutional networks
 * shift-invariant again, 2019, section 3.2), with zeros around. It has no keys.
 */
class BlurPool extends nn.Module {
  readonly #kernel: Tensor;

  constructor() {
    super();
    const [line] = [torch.tensor([0.25, 0.5, 0.25])];
    const kernel = torch.scope(() => line.outer(line).reshape(1, 1, 3, 3));
    this.#kernel = this.registerBuffer("filt", kernel, { persistent: false });
  }

  override forward(x: Tensor): Tensor {
    const channels = x.size(1);
    const kernels = this.#kernel.expand([channels, 1, 3, 3]);
    return torch.conv2d(x, kernels, null, [2, 2], [1, 1], 1, channels);
  }
}

/** What halves a map after a convolution without stride. It has no parameters. */
export function antialias(how: Antialias): nn.Module {
  return how === "mean" ? new nn.AvgPool2d(2) : new BlurPool();
}
