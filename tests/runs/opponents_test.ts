/** Recipes of UNIFORM's opponents: each method by its name, with nothing but defaults. */

import { assert, assertEquals } from "@std/assert";
import * as runs from "../../src/runs/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, distilled, supervised } from "./small_recipes.ts";

const images = {
  train: digits({ split: [200, 100, 100], part: 0 }),
  labelled: digits({ split: [200, 100, 100], part: 1 }),
  test: digits({ split: [200, 100, 100], part: 2 }),
};

test("opponents train from recipes, with and without labels, on maps and on tokens", () =>
  inFolder(async (folder) => {
    const vit = { name: "SmallVit", dim: 16, depth: 2, heads: 2 };
    const methods = [
      { name: "Agglomerative", patches: 1 },
      { name: "CFL" },
      { name: "DKD" },
      { name: "FitNet", hint: "map" },
      { name: "LogitMatching" },
      { name: "OFA" },
      { name: "RKD" },
      { name: "SoftTarget" },
      { name: "VkD" },
    ];
    for (const [i, method] of methods.entries()) {
      for (const isTokens of method.name === "OFA" ? [false, true] : [false]) {
        const { labelled: _, ...bare } = images;
        const recipe = distilled({
          name: method.name,
          data: i % 2 === 0 ? images : bare,
          method,
          ...(isTokens && { student: vit }),
          epochs: 1,
          teachers: [
            ...distilled().teachers!,
            { name: "again", recipe: supervised({ name: "again", seed: 1 }) },
          ],
        });
        const out = `${folder}/${method.name}${isTokens ? "_tokens" : ""}`;
        const where = { out, cache: `${folder}/cache`, progress: false };
        using run = await runs.run(recipe, where);
        assertEquals(run.recipe.method.name, method.name);
        assert(run.evaluation!.overall > 0, out);
      }
    }
  }));
