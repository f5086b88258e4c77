/**
 * The arithmetic of folding: branches of convolutions and batch norms as one convolution.
 *
 * @module
 */

import type * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** A convolution's kernels, (out, in / groups, k, k), and its bias, (out), in float64. */
export interface Kernels {
  /** The kernels. */
  readonly weight: Tensor;
  /** The bias. */
  readonly bias: Tensor;
}

/**
 * A convolution and the batch norm after it as one convolution (Ding et al., RepVGG: Making VGG-style ConvNets great
 * again, 2021, equation 3): the kernels by γ/σ, the bias β + (b - μ) γ/σ.
 */
export function foldNorm(
  weight: Tensor,
  norm: nn.BatchNorm2d,
  convBias: Tensor | null = null,
): Kernels {
  const [gamma, beta, mean, variance] = [
    norm.weight!,
    norm.bias!,
    norm.runningMean!,
    norm.runningVar!,
  ].map((tensor) => tensor.to("float64"));
  const scale = gamma.div(variance.add(norm.eps).sqrt());
  const shift = convBias === null ? mean.neg() : convBias.to("float64").sub(mean);
  const spread = scale.reshape(-1, ...weight.shape.slice(1).map(() => 1));
  return { weight: weight.to("float64").mul(spread), bias: beta.add(shift.mul(scale)) };
}

/** Kernels (channels, perGroup, kernel, kernel) that leave a map as it is. */
export function identityKernels(
  channels: number,
  perGroup: number,
  kernel: number,
  device: torch.Device,
): Tensor {
  const own = torch.arange(channels, { device }).remainder(perGroup).unsqueeze(1);
  const ones = torch.arange(perGroup, { device }).eq(own).to("float64");
  return padKernels(ones.reshape(channels, perGroup, 1, 1), [kernel, kernel]);
}

/** Smaller kernels of odd size in the middle of zeros. */
export function padKernels(
  weight: Tensor,
  [rows, columns]: readonly [rows: number, columns: number],
): Tensor {
  const [above, left] = [rows - weight.size(2), columns - weight.size(3)].map((gap) => gap / 2);
  return torch.constantPadNd(weight, [left, left, above, above]);
}

/** The sum of branches as one convolution with kernels of the size of the largest (equation 4 there and figure 4). */
export function sumBranches(branches: readonly Kernels[]): Kernels {
  const size = [2, 3].map((dim) => Math.max(...branches.map(({ weight }) => weight.size(dim))));
  return branches.map(({ weight, bias }) => ({
    weight: padKernels(weight, [size[0], size[1]]),
    bias,
  })).reduce((a, b) => ({ weight: a.weight.add(b.weight), bias: a.bias.add(b.bias) }));
}

/** A folded convolution by the names that timm gives it. */
export function asReparamConv({ weight, bias }: Kernels): Record<string, Tensor> {
  return { "reparam_conv.weight": weight, "reparam_conv.bias": bias };
}
