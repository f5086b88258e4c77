/**
 * The activations of transformers. Each may overwrite its input where no gradients are recorded.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** An activation of a transformer's MLP, by name. */
export type TokenActivation = "gelu" | "geluTanh" | "quickGelu" | "silu";

const ACTIVATIONS: Readonly<Record<TokenActivation, (x: Tensor) => Tensor>> = {
  gelu,
  geluTanh,
  quickGelu,
  silu: (x) => torch.isGradEnabled() ? x.silu() : x.silu_(),
};

/**
 * The function of an activation; it may overwrite its input.
 *
 * @throws {ArgumentError} if there is no such activation.
 */
export function tokenActivation(name: TokenActivation): (x: Tensor) => Tensor {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  throw new ArgumentError(
    `There is no activation "${name}" of tokens; it is ${Object.keys(ACTIVATIONS).join(", ")}.`,
  );
}

/** x Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor): Tensor {
  return torch.isGradEnabled() ? x.gelu() : x.gelu_();
}

/** GELU with Φ by a hyperbolic tangent (Hendrycks and Gimpel 2016, section 2), which SigLIP 2 was trained with. */
export function geluTanh(x: Tensor): Tensor {
  const options = { approximate: "tanh" } as const;
  return torch.isGradEnabled() ? x.gelu(options) : x.gelu_(options);
}

/** x sigmoid(1.702 x), which OpenAI's CLIP was trained with (Hendrycks and Gimpel 2016, section 2). */
export function quickGelu(x: Tensor): Tensor {
  const gate = x.mul(1.702).sigmoid_();
  return torch.isGradEnabled() ? gate.mul(x) : gate.mul_(x);
}
