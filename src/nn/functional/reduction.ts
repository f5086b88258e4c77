/**
 * How a loss of many elements becomes one number.
 *
 * @module
 */

import type * as torch from "../../torch/mod.ts";

/** How a loss puts the values of the elements together. */
export type Reduction = torch.Reduction;
