import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "npm:ajv@^8.17.1/dist/2020.js";
import * as runs from "../../src/runs/mod.ts";
import { schemaText } from "../../src/runs/schema_text.ts";
import { digits, distilled, supervised } from "./small_recipes.ts";

const file = new URL("../../recipes/recipe.schema.json", import.meta.url);

Deno.test("the committed schema is that of the tables: run deno task recipe-schema", async () => {
  assertEquals(JSON.parse(await Deno.readTextFile(file)), JSON.parse(schemaText()));
});

Deno.test("the schema takes what resolving takes, and refuses what it refuses", () => {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(runs.recipeSchema());
  const both = (recipe: unknown): [boolean, boolean] => {
    let isResolved = true;
    try {
      runs.resolveRecipe(recipe as runs.Recipe);
    } catch {
      isResolved = false;
    }
    return [validate(recipe) as boolean, isResolved];
  };
  for (const recipe of [supervised(), distilled(), supervised({ method: "UNIFORM" })]) {
    assertEquals(both(recipe), [true, true], JSON.stringify(validate.errors?.slice(0, 3)));
    assert(validate(runs.resolveRecipe(recipe)), "as resolved");
  }
  for (
    const wrong of [
      { ...supervised(), epoch: 2 },
      supervised({ epochs: 0 }),
      supervised({ optimizer: { name: "AdamW", lr: -1 } }),
      supervised({ optimizer: "Adamw" }),
      supervised({ data: { train: digits({ take: 1.5 }) } }),
      supervised({ student: { name: "SmallCnn", widths: [] } }),
      distilled({ teachers: [{ recipe: {} as runs.Recipe }] }),
    ]
  ) assertEquals(both(wrong), [false, false], JSON.stringify(wrong));
});

Deno.test("the recipes that come with the package fit the schema", async () => {
  const validate = new Ajv2020({ strict: false }).compile(runs.recipeSchema());
  const folder = new URL("../../recipes/", import.meta.url);
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.endsWith(".ts") && !(name.endsWith(".json") && !name.includes("schema"))) continue;
    // Studies are looked at by a test of their own.
    if (/^(two_sets|three_sets|photographs|probed_photographs|scaling)\./.test(name)) continue;
    const recipe = await runs.readRecipe(new URL(name, folder).pathname);
    assert(validate(recipe), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
    runs.resolveRecipe(recipe);
  }
});
