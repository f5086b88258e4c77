/**
 * Transforms that say what they do.
 *
 * @module
 */

import type { Spec } from "../../base/spec.ts";
import type { FixedTransform, Transform } from "./transform.ts";

/** Gives a transform its description: its name and all of its options, those left out included. */
export function described<T extends Transform | FixedTransform>(
  spec: { readonly name: string; readonly [option: string]: Spec },
  apply: T,
): T {
  return Object.assign(apply, { spec });
}
