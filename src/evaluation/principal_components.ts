/**
 * The directions that features differ along most.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/**
 * Features (N, D) along their first principal components, (N, min(N, D, `most`)) in float64 on the CPU, the one of the most
 * variance first. The largest weight of a component is positive, so that there is one answer. To be called in a scope.
 */
export function principalComponents(features: Tensor, most: number): Tensor {
  const wide = features.cpu().to("float64");
  const shifted = wide.sub(wide.mean(0, true));
  // What rounding alone leaves of features that are all the same is nothing.
  const isLeft = shifted.square().sum().gt(wide.square().sum().mul(1e-24));
  const centered = shifted.mul(isLeft);
  const [U, S, Vh] = torch.linalgSvd(centered, false);
  const count = Math.min(most, S.size(0));
  const axes = Vh.narrow(0, 0, count);
  const largest = axes.gather(1, axes.abs().argmax(1, true)).sign();
  return U.narrow(1, 0, count).mul(S.narrow(0, 0, count)).mul(largest.squeeze(1));
}
