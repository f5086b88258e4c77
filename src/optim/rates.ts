/**
 * The option that is a learning rate.
 *
 * @module
 */

import { either, list } from "../base/option_parts.ts";
import { type About, number } from "../base/option_values.ts";
import type { Option } from "../base/options.ts";

/** A rate for all groups, or one for each. */
export function rates(about: About<number | readonly number[]>): Option<number | number[]> {
  const rate = number({ min: 0 });
  return either<[number, number[]]>([rate, list(rate, {})], about as About<number | number[]>);
}
