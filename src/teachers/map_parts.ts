/**
 * Doing the same with all that a teacher says.
 *
 * @module
 */

import type { Tensor } from "../torch/tensor.ts";
import type { TeacherOutput } from "./teacher_options.ts";

/** What a function makes of each part that there is. */
export function mapParts(
  { features, logits, patches }: TeacherOutput,
  make: (part: Tensor) => Tensor,
): TeacherOutput {
  return {
    features: make(features),
    ...(logits && { logits: make(logits) }),
    ...(patches && { patches: make(patches) }),
  };
}
