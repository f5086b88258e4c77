/** That the demos' recipes keep apart those who learn, teach and measure. */
import { assert, assertEquals } from "@std/assert";
import kd from "../../recipes/digits_and_clothes_kd.ts";
import uniform from "../../recipes/digits_and_clothes_uniform.ts";
import customKd from "../../recipes/few_labels_customkd.ts";
import fitNet from "../../recipes/few_labels_fit_net.ts";
import * as runs from "../../src/runs/mod.ts";

/** The parts of data sets that a recipe names, as "data set, split: part of sizes, seed", with where they are named. */
function partsIn(value: unknown, at = ""): [at: string, part: string][] {
  if (typeof value !== "object" || value === null) return [];
  const { dataset, split, select } = value as {
    dataset?: string;
    split?: string;
    select?: runs.SelectionRecipe[];
  };
  if (dataset !== undefined) {
    const [first] = select ?? [];
    const own = first && "split" in first
      ? `${first.part} of ${first.split}, ${first.seed ?? 0}`
      : "all";
    return [[at, `${dataset}, ${split ?? "train"}: ${own}`]];
  }
  return Object.entries(value).flatMap(([key, part]) => partsIn(part, `${at}.${key}`));
}

for (const seed of [0, 7]) {
  Deno.test(`the demos' recipes for seed ${seed} give no image to two of those who learn or measure`, () => {
    for (const make of [kd, uniform, customKd, fitNet]) {
      const recipe = runs.resolveRecipe(make({ seed }));
      const users = new Map<string, Set<string>>();
      for (const [at, part] of partsIn(recipe)) {
        const user = /^\.teachers/.test(at)
          ? "teachers"
          : /^\.data\.labelled|^\.student.*train/.test(at)
          ? "labelled"
          : /test/.test(at)
          ? "test"
          : at.split(".")[2];
        users.set(part, (users.get(part) ?? new Set()).add(user));
      }
      for (const [part, by] of users) assertEquals(by.size, 1, `${part} is of ${[...by]}`);
      // Parts of other sizes or another seed would overlap.
      const kinds = [...users.keys()].filter((part) => part.includes(" of "))
        .map((part) => part.replace(/^.*?: \d+ of/, ""));
      assertEquals(new Set(kinds).size, 1);
      assert([...users.values()].some((by) => by.has("test")));
      const seeds = runs.applySettings(recipe as unknown as runs.Recipe, ["epochs=1"]);
      assertEquals([seeds.seed, seeds.epochs], [seed, 1]);
    }
  });
}
