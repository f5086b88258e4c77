/**
 * How teachers' features are standardized, for tables of options.
 *
 * @module
 */

import { choice } from "../base/option_values.ts";
import type { Option } from "../base/options.ts";
import { type Standardization, STANDARDIZATIONS } from "./standardization.ts";

/** The option of how teachers' features are standardized. */
export function standardizeOption(standard: Standardization): Option<Standardization> {
  return choice(STANDARDIZATIONS, {
    default: standard,
    help: "how teachers' features are standardized first",
  });
}
