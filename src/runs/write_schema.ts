/**
 * Writes the JSON schema of recipes: `deno task recipe-schema`.
 *
 * @module
 */

import { schemaText } from "./schema_text.ts";
import { writeAtomic } from "../base/files.ts";

if (import.meta.main) {
  const [path = "recipes/recipe.schema.json"] = Deno.args;
  await writeAtomic(path, schemaText());
}
