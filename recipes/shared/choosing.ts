/**
 * Images of a recipe's data, chosen further.
 */
import type { runs } from "../../mod.ts";

/** What is chosen of data that may be chosen from already. */
export function choosing(
  data: runs.DataRecipe,
  ...select: runs.SelectionRecipe[]
): runs.DataRecipe {
  return { ...data, select: [...data.select ?? [], ...select] };
}
