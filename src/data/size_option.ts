/**
 * The option that is a size of images.
 *
 * @module
 */

import { either, pair } from "../base/option_parts.ts";
import { type About, whole } from "../base/option_values.ts";
import type { Option } from "../base/options.ts";

/** Rows and columns, or one number for both. */
export function sizeOption(
  about: Pick<About<number>, "help" | "default">,
): Option<number | [number, number]> {
  const side = whole({ min: 1 });
  return either<[number, [number, number]]>([side, pair(side, {})], about);
}
