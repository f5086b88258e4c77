/**
 * The JSON schema of recipes as text.
 *
 * @module
 */

import { recipeSchema } from "./recipe_table.ts";

/** The schema as it is committed. */
export function schemaText(): string {
  return JSON.stringify(recipeSchema(), null, 2) + "\n";
}
