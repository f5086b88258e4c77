import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, supervised, valuesIn } from "./small_recipes.ts";

const parts = [300, 200];

const quiet = (folder: string, name: string) => ({
  out: `${folder}/${name}`,
  cache: `${folder}/cache`,
  progress: false,
});

/** CustomKD from few labels: the student begins with another run's. */
function fewLabels(folder: string, more: Partial<runs.Recipe> = {}): runs.Recipe {
  return {
    ...supervised(),
    name: "few",
    data: {
      train: digits({ split: parts, part: 0 }, { unlabelled: true }),
      labelled: digits({ split: parts, part: 1 }, { perClass: 5 }, { repeat: 3 }),
      validation: digits({ take: 60 }),
      test: digits({ take: 60 }),
    },
    augment: [{ name: "randomCrop", padding: 2 }, "randomHorizontalFlip"],
    student: {
      name: "SmallCnn",
      widths: [4, 8],
      weights: { recipe: supervised({ name: "before" }) },
    },
    teachers: [{
      name: "large",
      recipe: supervised({
        name: "large",
        student: { name: "SmallCnn", widths: [8, 16] },
        seed: 1,
      }),
    }],
    method: "CustomKD",
    stages: { customize: { optimizer: { name: "SGD", lr: 0.1 }, schedule: "Constant" } },
    schedule: { name: "OneCycle", maxLr: 0.01 },
    labelledBatchSize: 10,
    dropLast: true,
    epochs: 4,
    evaluation: { every: 2, knn: 3, probe: true },
    store: { plain: true, dtype: "float32", root: `${folder}/store` },
    ...more,
  };
}

test("two stages, a student that knows something, a teacher asked about plain images", () =>
  inFolder(async (folder) => {
    using run = await runs.run(fewLabels(folder), quiet(folder, "run"));
    const epochs = run.metrics.filter(({ event }) => event === "epoch");
    assertEquals(epochs.map(({ stage }) => stage), [
      "customize",
      "distill",
      "customize",
      "distill",
    ]);
    const last = epochs.at(-1)!;
    for (const name of ["accuracy", "knn", "probe"]) {
      assert(Number(last[name]) >= 0 && Number(last[name]) <= 1, name);
    }
    // 300 plain images and 150 labelled ones, once each whatever the augmentation and the epochs.
    const listed = [...Deno.readDirSync(`${folder}/store`)].filter(({ isDirectory, name }) =>
      isDirectory && !name.startsWith(".")
    );
    assert(listed.length >= 2);
    assertEquals([...Deno.readDirSync(`${folder}/cache`)].length, 2);
  }));

test("a student is the same whether what it begins with was there already or not", () =>
  inFolder(async (folder) => {
    const short = {
      epochs: 2,
      evaluation: { embedding: null },
      data: { ...fewLabels(folder).data, validation: null },
    };
    using first = await runs.run(fewLabels(folder, short), quiet(folder, "first"));
    using next = await runs.run(fewLabels(folder, short), quiet(folder, "next"));
    const values = (folder: string) => valuesIn(`${folder}/student.safetensors`);
    assertEquals(values(first.folder), values(next.folder));
  }));

test("frozen parts stay as they were, and the rest learns", () =>
  inFolder(async (folder) => {
    using before = await runs.run(supervised(), quiet(folder, "before"));
    using after = await runs.run(
      supervised({
        student: { name: "SmallCnn", widths: [4, 8], weights: before.folder },
        groups: { frozen: ["stem.*"], layerDecay: 0.5 },
        ema: { decay: 0.5 },
        clipNorm: 1,
        accumulate: 2,
      }),
      quiet(folder, "after"),
    );
    torch.scope(() => {
      const [a, b] = [before.student.stateDict(), after.student.stateDict()];
      assertEquals(a["stem.0.weight"].toArray(), b["stem.0.weight"].toArray());
      assertNotEquals(a["head.weight"].toArray(), b["head.weight"].toArray());
    });
    await assertRejects(
      () => runs.run(supervised({ groups: { frozen: ["steam.*"] } }), quiet(folder, "typo")),
      ArgumentError,
      "steam",
    );
  }));

test("a recipe that is a function is asked for every seed", () =>
  inFolder(async (folder) => {
    const seeds: number[] = [];
    const recipe = ({ seed }: runs.RecipeOptions) => {
      seeds.push(seed);
      return supervised({
        seed,
        epochs: 1,
        data: {
          train: digits({ split: parts, part: 0, seed }),
          test: digits({ split: parts, part: 1, seed }),
        },
      });
    };
    const options = { seeds: 2, out: folder, cache: folder, progress: false };
    const { recipes: [{ runs: done }] } = await runs.compare([recipe], options);
    assertEquals(done.map(({ seed }) => seed), [0, 1]);
    assertEquals([...new Set(seeds)], [0, 1]);
    await Deno.writeTextFile(
      `${folder}/r.ts`,
      `export default ({ seed }) => ({ ...${JSON.stringify(supervised())}, seed: seed * 10 });`,
    );
    const make = await runs.recipeFile(`${folder}/r.ts`, ["epochs=1"]);
    assertEquals([(await make()).seed, (await make({ seed: 2 })).seed], [0, 20]);
    const told = await runs.recipeFile(`${folder}/r.ts`, ["seed=3"]);
    assertEquals((await told()).seed, 3);
  }));

test("UNIFORM's run says how the teachers voted, in its result and report", () =>
  inFolder(async (folder) => {
    const teacher = (seed: number, kind: "predictive" | "descriptive") => ({
      name: `cnn ${seed}`,
      kind,
      recipe: supervised({ name: "cnn", seed }),
    });
    const recipe = supervised({
      name: "uniform",
      teachers: [teacher(0, "predictive"), teacher(1, "predictive"), teacher(2, "descriptive")],
      method: "UNIFORM",
    });
    using run = await runs.run(recipe, quiet(folder, "run"));
    const { votes, models } = run.result;
    assertEquals(votes!.consensus.map(({ teacher }) => teacher), ["cnn 0", "cnn 1", "cnn 2"]);
    assertEquals(votes!.images, 300);
    assertEquals(models.map(({ kind }) => kind), [
      "predictive",
      "predictive",
      "descriptive",
      "predictive teachers",
      "student",
    ]);
    const report = await Deno.readTextFile(`${run.folder}/report.html`);
    for (const heading of ["How the teachers voted", "Teachers while", "What the student takes"]) {
      assert(report.includes(heading), heading);
    }
  }));
