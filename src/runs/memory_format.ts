/**
 * In which order networks have their weights and images.
 *
 * @module
 */

import type { ResolvedRecipe } from "./recipe_table.ts";

/**
 * The memory format of a recipe's networks: the one that it says, else `"channelsLast"` where a card computes in half precision,
 * whose units for products of matrices take convolutions in that order only.
 */
export function memoryFormatOf(
  { memoryFormat, device, autocast }: ResolvedRecipe,
): "contiguous" | "channelsLast" {
  if (memoryFormat !== null) return memoryFormat;
  return device.startsWith("cuda") && autocast !== null ? "channelsLast" : "contiguous";
}
