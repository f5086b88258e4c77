/**
 * The part of a photograph that a network is shown.
 *
 * @module
 */

import type { CenterPart } from "./images/image_part.ts";
import type { View } from "./view.ts";

/** Which part of a photograph a view shows. */
export function partOf({ size, interpolation, cropFraction = 1 }: View): CenterPart {
  const resize = Math.round(Math.max(...size) / cropFraction);
  if (interpolation === "nearest") return { kind: "center", size, resize };
  return { kind: "center", size, resize, interpolation };
}
