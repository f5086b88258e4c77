/**
 * The activations of convolutional networks, in place.
 *
 * @module
 */

import { isGradEnabled, type Tensor } from "../../torch/mod.ts";

/** An activation by name. */
export type Activation =
  | "relu"
  | "relu6"
  | "hardswish"
  | "silu"
  | "gelu"
  | "geluTanh"
  | "sigmoid"
  | "hardsigmoid";

/**
 * Applies an activation to `x`, in place where gradients allow that, and returns the result. Who calls it has no use for
 * `x` as it was.
 */
export function activate_(x: Tensor, activation: Activation): Tensor {
  switch (activation) {
    case "relu":
      return x.relu_();
    case "relu6":
      return x.relu6_();
    case "hardswish":
      return x.hardswish_();
    case "silu":
      return x.silu_();
    case "gelu":
      return isGradEnabled() ? x.gelu() : x.gelu_();
    case "geluTanh":
      return isGradEnabled() ? x.gelu({ approximate: "tanh" }) : x.gelu_({ approximate: "tanh" });
    case "sigmoid":
      return x.sigmoid_();
    case "hardsigmoid":
      return x.hardsigmoid_();
  }
}
