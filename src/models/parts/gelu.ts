/**
 * The activations of transformers. Each may overwrite its input where no gradients are recorded.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** An activation of a transformer's MLP, by name. */
export type TokenActivation = "gelu" | "quickGelu";

/**
 * The function of an activation; it may overwrite its input.
 *
 * @throws {ArgumentError} if there is no such activation.
 */
export function tokenActivation(name: TokenActivation): (x: Tensor) => Tensor {
  if (name === "gelu") return gelu;
  if (name === "quickGelu") return quickGelu;
  throw new ArgumentError(`There is no activation "${name}" of tokens; it is gelu or quickGelu.`);
}

/** x Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor): Tensor {
  return torch.isGradEnabled() ? x.gelu() : x.gelu_();
}

/** x sigmoid(1.702 x), which OpenAI's CLIP was trained with (Hendrycks and Gimpel 2016, section 2). */
export function quickGelu(x: Tensor): Tensor {
  const gate = x.mul(1.702).sigmoid_();
  return torch.isGradEnabled() ? gate.mul(x) : gate.mul_(x);
}
