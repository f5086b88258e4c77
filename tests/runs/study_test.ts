/** Studies: settings chosen on validation images, seeds measured on test images, and all of it again after a break. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, FileError } from "../../src/base/errors.ts";
import { InterruptedError } from "../../src/base/interrupt.ts";
import { compareRuns } from "../../src/report/compare_runs.ts";
import type { TableRow } from "../../src/report/table.ts";
import * as runs from "../../src/runs/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, quiet, stopsWhenBegun, supervised, written } from "./small_recipes.ts";

const parts = [300, 200, 150];

/** Two methods on 300 digits without labels, taught by two small networks. */
function small(folder: string, more: Partial<runs.Study> = {}): runs.Study {
  const teacher = (seed: number) => supervised({ name: "cnn", seed, epochs: 1 });
  return {
    name: "small",
    recipe: {
      data: {
        train: digits({ split: parts, part: 0 }, { unlabelled: true }),
        validation: digits({ split: parts, part: 2 }),
        test: digits({ split: parts, part: 1 }),
      },
      student: { name: "SmallCnn", widths: [4, 8] },
      teachers: [
        { name: "one", kind: "predictive", recipe: teacher(1) },
        { name: "two", kind: "predictive", recipe: teacher(2) },
      ],
      optimizer: { name: "AdamW", lr: 0.01 },
      epochs: 1,
      batchSize: 50,
      store: { root: `${folder}/store` },
    },
    variants: [
      { title: "KD", method: "KD", search: { "method.temperature": [1, 2, 4] } },
      {
        title: "plain mean +",
        method: { name: "UNIFORM", alpha1: 3, featureVoting: false },
        search: { "method.beta1": [0.1, 1] },
      },
    ],
    search: { "optimizer.lr": [0.003, 0.01] },
    trials: 3,
    seeds: 3,
    ...more,
  };
}

const cellsOf = ({ rows }: { rows: readonly unknown[] }) =>
  (rows as (TableRow | unknown[])[]).map((row) => "cells" in row ? row.cells : row);

test("a study tries each method as often, keeps what validation images say, and runs its seeds", () =>
  inFolder(async (folder) => {
    const found = await runs.runStudy(small(folder), quiet(folder));
    const { variants, tables, models } = found;
    assertEquals(variants.map(({ title, trials }) => [title, trials.length]), [
      ["KD", 3],
      ["plain mean +", 3],
    ]);
    for (const { trials, chosen, runs: done, mean } of variants) {
      // The variant as it is, then two others.
      assertEquals(trials[0].settings, []);
      assertEquals(new Set(trials.map(({ settings }) => settings.join())).size, 3);
      const best = Math.max(...trials.map(({ accuracy }) => accuracy!));
      assertEquals(chosen, trials.find(({ accuracy }) => accuracy === best)!.settings);
      assertEquals(done.map(({ seed }) => seed), [0, 1, 2]);
      const accuracies = done.map(({ result }) => result.test!.overall);
      assertAlmostEquals(mean, accuracies.reduce((a, b) => a + b) / 3, 1e-12);
      for (const { folder } of trials) {
        const recipe = JSON.parse(await Deno.readTextFile(`${folder}/recipe.json`));
        assertEquals([recipe.data.test, recipe.seed], [null, 1000]);
        const result = JSON.parse(await Deno.readTextFile(`${folder}/result.json`));
        assertEquals(result.test, null);
      }
      for (const { folder } of done) {
        const recipe = JSON.parse(await Deno.readTextFile(`${folder}/recipe.json`));
        for (const setting of chosen) {
          const [entry, value] = setting.split("=");
          const [a, b] = entry.split(".");
          assertEquals(String(recipe[a][b]), value);
        }
      }
    }

    // Teachers are the same ones for every seed: measured once, without a deviation.
    assertEquals(models.map((some) => some.map(({ name }) => name)), [
      ["one", "two", "ensemble", "KD", "plain mean +"],
      ["one", "two", "ensemble", "KD", "plain mean +"],
      ["one", "two", "ensemble", "KD", "plain mean +"],
    ]);
    assertEquals(models[0].slice(0, 3), models[2].slice(0, 3));
    const [accuracies, tests, chosen, trials] = tables;
    assert(!String(cellsOf(accuracies)[0][2]).includes("±"));
    assert(String(cellsOf(accuracies)[3][2]).includes("±"));
    const scores = variants.flatMap(({ title, runs }) =>
      runs.map(({ seed, result }) => ({ method: title, seed, score: result.test!.overall }))
    );
    const [, paired] = compareRuns(scores, { baseline: "KD" });
    const p = paired.paired!.p;
    const told = p === null ? "no spread" : p < 0.001 ? "< 0.001" : p.toFixed(3);
    assertEquals(cellsOf(tests)[1].at(-1), told);
    assertEquals(cellsOf(chosen).map(([title, count]) => [title, count]), [
      ["KD", 3],
      ["plain mean +", 3],
    ]);
    assertEquals(cellsOf(trials).length, 6);

    // What teachers say was stored once for all seeds and trials: one entry for each of two teachers.
    const entries = new teachers.Store({ root: `${folder}/store` }).list();
    assertEquals(entries.map(({ teacher, complete }) => [teacher, complete]).sort(), [["one", 1], [
      "two",
      1,
    ]]);

    const json = JSON.parse(await Deno.readTextFile(`${folder}/runs/comparison.json`));
    assertEquals(json.sameTeachers, true);
    assertEquals(
      json.variants.map(({ title, chosen }: runs.StudiedVariant) => [title, chosen]),
      variants.map(({ title, chosen }) => [title, chosen]),
    );
    const page = await Deno.readTextFile(`${folder}/runs/comparison.html`);
    for (const text of ["How settings were chosen", "same for all 3 seeds", "plain mean +"]) {
      assert(page.includes(text), text);
    }

    // A second call reads all of it.
    const before = written(folder);
    assertEquals(await runs.runStudy(small(folder), quiet(folder)), found);
    const after = written(folder);
    for (const [path, time] of Object.entries(before)) {
      if (!/\/runs\/comparison|\.lock$/.test(path)) assertEquals(after[path], time, path);
    }
    assertEquals(Object.keys(after), Object.keys(before));

    // Fewer of it is a part of it.
    const some = await runs.runStudy(small(folder), {
      ...quiet(folder),
      only: ["plain mean +"],
      seeds: 2,
    });
    assertEquals(some.variants[0].runs, variants[1].runs.slice(0, 2));
    assertEquals(Object.keys(written(folder)), Object.keys(before));
  }));

test("a study that was interrupted in a trial and in a seed goes on to the same table", () =>
  inFolder(async (folder) => {
    const calm = await runs.runStudy(small(`${folder}/a`), quiet(`${folder}/a`));
    const options = quiet(`${folder}/b`);
    const stops = [/\/trials\/plain-mean/, /\/KD-1-/];
    for (const place of stops) {
      const signal = stopsWhenBegun(options.out, place);
      await assertRejects(
        () => runs.runStudy(small(`${folder}/b`), { ...options, signal }),
        InterruptedError,
      );
      await assertRejects(() => Deno.stat(`${options.out}/comparison.txt`), Deno.errors.NotFound);
    }
    const broken = await runs.runStudy(small(`${folder}/b`), options);
    assertEquals(broken.tables, calm.tables);
    const text = (part: string) => Deno.readTextFile(`${folder}/${part}/runs/comparison.txt`);
    assertEquals(await text("b"), await text("a"));
  }));

test("test images are not opened before settings are chosen", () =>
  inFolder(async (folder) => {
    const study = small(folder);
    const data = { ...study.recipe.data, test: { folder: `${folder}/there/is/none` } };
    const blind = { ...study, recipe: { ...study.recipe, data } };
    await assertRejects(() => runs.runStudy(blind, quiet(folder)), FileError, "there/is/none");
    const trials = [...Deno.readDirSync(`${folder}/runs/trials`)];
    assertEquals(trials.length, 3);
    for (const { name } of trials) {
      assert(Deno.statSync(`${folder}/runs/trials/${name}/result.json`).isFile);
    }
  }));

test("a study that is a function of the seed may have teachers for each seed", () =>
  inFolder(async (folder) => {
    const source = ({ seed }: runs.RecipeOptions) => {
      const study = small(folder, { trials: 1, seeds: 2 });
      const recipe = supervised({ name: "cnn", seed: 10 + seed, epochs: 1 });
      const teachers = [{ name: "one", kind: "predictive" as const, recipe }];
      return {
        ...study,
        recipe: { ...study.recipe, seed, teachers },
        variants: [{ title: "KD", method: "KD" }],
      };
    };
    const { sameTeachers, models, variants } = await runs.runStudy(source, quiet(folder));
    assertEquals([sameTeachers, variants[0].trials, variants[0].chosen], [false, [], []]);
    assertEquals([...Deno.readDirSync(`${folder}/teachers`)].length, 2);
    assert(models[0][0].accuracy!.overall !== models[1][0].accuracy!.overall);
  }));

test("variants with an x are points of curves", () =>
  inFolder(async (folder) => {
    const study = small(folder);
    const teachers = study.recipe.teachers!;
    const variants = [1, 2].map((x) => ({
      title: `KD, ${x}`,
      curve: "KD",
      x,
      method: "KD",
      teachers: teachers.slice(0, x),
    }));
    const curve = { ...study, variants, trials: 1, seeds: 2, x: "voters" };
    const found = await runs.runStudy(curve, { ...quiet(folder), only: ["KD"] });
    assertEquals(found.variants.map(({ x, curve }) => [x, curve]), [[1, "KD"], [2, "KD"]]);
    const page = await Deno.readTextFile(`${folder}/runs/comparison.html`);
    assert(page.includes("Accuracy over voters"));
  }));

test("what is wrong with a study is said before anything is trained", () =>
  inFolder(async (folder) => {
    const fails = async (more: Partial<runs.Study>, message: string, choices = {}) => {
      const all = { ...quiet(folder), ...choices };
      await assertRejects(() => runs.runStudy(small(folder, more), all), ArgumentError, message);
    };
    const { recipe, variants } = small(folder);
    const [kd] = variants;
    const searching = (search: runs.SearchSpace) => ({ variants: [{ ...kd, search }] });
    await fails({ variants: [kd, kd] }, 'Two variants are called "KD"; give each a title');
    await fails({ variants: [] }, "variants must be a list of at least 1");
    await fails(
      searching({ "method.temprature": [1, 2] }),
      'KD, what is tried: method: there is no option "temprature"; did you mean "temperature"?',
    );
    await fails(searching({ "method.temperature": [-1] }), "method.temperature must be");
    await fails(searching({ "method.temperature": [] }), "a list of at least 1");
    await fails({ trials: 20 }, "There are 6 different recipes to try");
    await fails({ trials: 0 }, "trials must be a whole number of at least 1, got 0");
    await fails({}, "trials must be a whole number of at least 1, got 0", { trials: 0 });
    await fails({ seeds: 0 }, "seeds must be");
    await fails({ trialSeed: 2 }, "trialSeed 2 is one of the seeds 0 to 2");
    await fails({ recipe: { ...recipe, data: { ...recipe.data, test: null } } }, "give data.test");
    await fails(
      { recipe: { ...recipe, data: { ...recipe.data, validation: null } } },
      "KD: give data.validation, the images on which settings are chosen",
    );
    await fails(
      { variants: [{ ...kd, metod: "KD" } as unknown as runs.Variant] },
      'variants[0]: there is no entry "metod"; did you mean "method"?',
    );
    await fails({}, 'only: there is no variant "UNIFROM"', { only: ["UNIFROM"] });
    await fails({ variants: [{ title: "KD", method: "KDD" }] }, 'there is no method "KDD"');
    await assertRejects(() => Deno.stat(`${folder}/runs`), Deno.errors.NotFound);
    await assertRejects(() => Deno.stat(`${folder}/teachers`), Deno.errors.NotFound);
  }));
