/**
 * Activations of networks without norms.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** An activation, with what makes its shrinking of the variance good. */
export interface NormFreeActivation {
  /** The name of the function. */
  readonly name: "relu" | "silu" | "gelu";
  /** 1 by the deviation of what it makes of N(0, 1) (Brock et al. 2021a, section 3.2). */
  readonly gamma: number;
}

/** The activations, with the factors of DeepMind's code. */
export const NORM_FREE_ACTIVATIONS: Readonly<
  Record<NormFreeActivation["name"], NormFreeActivation>
> = {
  relu: { name: "relu", gamma: 1.7139588594436646 },
  silu: { name: "silu", gamma: 1.7881293296813965 },
  gelu: { name: "gelu", gamma: 1.7015043497085571 },
};

/**
 * An activation, scaled by its own factor where convolutions do not make up for it, and by `factor`.
 *
 * @param options Whether `x` may be overwritten, false by default; the factor, 1 by default.
 */
export function scaledActivation(
  x: Tensor,
  style: { readonly activation: NormFreeActivation; readonly gammaInActivation: boolean },
  options: { readonly overwrites?: boolean; readonly factor?: number } = {},
): Tensor {
  const { activation: { name, gamma }, gammaInActivation } = style;
  const factor = (options.factor ?? 1) * (gammaInActivation ? gamma : 1);
  const recorded = torch.isGradEnabled();
  // ReLU's gradient is told by what comes out, the others' by what comes in.
  const inPlace = options.overwrites === true && (name === "relu" || !recorded);
  const activated = inPlace ? x[`${name}_`]() : x[name]();
  if (factor === 1) return activated;
  return name === "relu" && recorded ? activated.mul(factor) : activated.mul_(factor);
}
