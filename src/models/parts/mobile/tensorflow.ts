/**
 * What networks have in common that were trained in TensorFlow.
 *
 * @module
 */

import type { MobileStyle } from "./style.ts";

/** TensorFlow's padding, and the eps of its norms. */
export const TENSORFLOW: Pick<MobileStyle, "padding" | "norm"> = {
  padding: "tensorflow",
  norm: { eps: 1e-3 },
};
