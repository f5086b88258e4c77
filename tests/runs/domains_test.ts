/** Studies over pairs of domains: every pair, one table, and all of it again after a break. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { digitsDomains } from "../../recipes/custom_kd/digits_domains.ts";
import { RIVALS } from "../../recipes/shared/custom_kd.ts";
import { ArgumentError } from "../../src/base/errors.ts";
import { InterruptedError } from "../../src/base/interrupt.ts";
import { compareRuns } from "../../src/report/compare_runs.ts";
import type { Table, TableRow } from "../../src/report/table.ts";
import { openDomains } from "../../src/runs/open_domains.ts";
import * as runs from "../../src/runs/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, quiet, stopsWhenBegun, written } from "./small_recipes.ts";

const parts = [200, 150];

/** MNIST as it is and without contrast, from either to the other. */
function small(more: Partial<runs.DomainStudy> = {}): runs.DomainStudy {
  const domain = (...select: runs.SelectionRecipe[]): runs.DomainData => ({
    train: digits(...select, { split: parts, part: 0 }),
    test: digits(...select, { split: parts, part: 1 }),
  });
  return runs.domains({
    name: "small",
    domains: { clear: domain(), "pale one": domain({ corrupt: "contrast", severity: 5 }) },
    recipe: (source, target) => ({
      data: { train: target.train, labelled: source.train, test: target.test },
      student: { name: "SmallCnn", widths: [4, 8] },
      optimizer: { name: "AdamW", lr: 0.01 },
      epochs: 1,
      batchSize: 50,
    }),
    variants: (source, target) => [
      { title: "source", data: { train: source.train, test: target.test } },
      { title: "target +", data: { train: target.train, test: target.test } },
    ],
    seeds: 3,
    ...more,
  });
}

const cellsOf = ({ rows }: Table) =>
  (rows as (TableRow | unknown[])[]).map((row) => "cells" in row ? row.cells : row);

test("every method goes from every domain to every other one, and the table has all of it", () =>
  inFolder(async (folder) => {
    const found = await runs.runDomains(small(), quiet(folder));
    const { pairs, methods, tables } = found;
    assertEquals(pairs.map(({ source, target, title }) => [source, target, title]), [
      ["clear", "pale one", "clear → pale one"],
      ["pale one", "clear", "pale one → clear"],
    ]);
    assertEquals(methods.map(({ title }) => title), ["source", "target +"]);
    for (const [row, { pairs: own, seeds, mean }] of methods.entries()) {
      const scores = pairs.map(({ study }) =>
        study.variants[row].runs.map(({ result }) => result.test!.overall)
      );
      for (const [i, accuracies] of scores.entries()) {
        assertAlmostEquals(own[i].mean, accuracies.reduce((a, b) => a + b) / 3, 1e-12);
      }
      assertEquals(seeds.map(({ seed }) => seed), [0, 1, 2]);
      for (const [i, { accuracy }] of seeds.entries()) {
        assertAlmostEquals(accuracy, (scores[0][i] + scores[1][i]) / 2, 1e-12);
      }
      assertAlmostEquals(mean, (own[0].mean + own[1].mean) / 2, 1e-12);
    }
    // What learned on the target itself is measured on it like the others.
    const [, [, data]] = await Promise.all(
      pairs.map(async ({ study }) => {
        const path = `${study.variants[0].runs[0].folder}/recipe.json`;
        const { data } = JSON.parse(await Deno.readTextFile(path));
        return [data.train, data.test].map(({ select }) => "corrupt" in select[0]);
      }),
    ).then((all) => [null, all] as const);
    assertEquals(data, [true, false]);

    const [accuracies, tests, differences] = tables;
    assertEquals(accuracies.columns.map(({ title }) => title), [
      "method",
      "clear → pale one",
      "pale one → clear",
      "mean",
    ]);
    const text = ({ mean, deviation }: { mean: number; deviation: number }) =>
      `${(100 * mean).toFixed(2)} ± ${(100 * deviation).toFixed(2)}`;
    assertEquals(
      cellsOf(accuracies),
      methods.map((method) => [method.title, ...method.pairs.map(text), text(method)]),
    );
    const [, paired] = compareRuns(
      methods.flatMap(({ title, seeds }) =>
        seeds.map(({ seed, accuracy }) => ({ method: title, seed, score: accuracy }))
      ),
      { baseline: "source" },
    );
    const p = paired.paired!.p!;
    assertEquals(cellsOf(tests)[1].at(-1), p < 0.001 ? "< 0.001" : p.toFixed(3));
    assertEquals(cellsOf(differences).map(([title]) => title), ["target +"]);
    const [, first] = cellsOf(differences)[0];
    const points = 100 * (methods[1].pairs[0].mean - methods[0].pairs[0].mean);
    assert(String(first).startsWith(`${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)}`));

    const json = JSON.parse(await Deno.readTextFile(`${folder}/runs/comparison.json`));
    assertEquals(json.methods[1].accuracy.mean, methods[1].mean);
    assertEquals(json.pairs.map((pair: { folder: string }) => pair.folder), [
      "clear-to-pale-one",
      "pale-one-to-clear",
    ]);
    const page = await Deno.readTextFile(`${folder}/runs/comparison.html`);
    for (const text of ["From source to target", "2 pairs", "clear-to-pale-one/comparison.html"]) {
      assert(page.includes(text), text);
    }
    assert(Deno.statSync(`${folder}/runs/clear-to-pale-one/comparison.html`).isFile);

    // A second call reads all of it; fewer of it is a part of it.
    const before = written(folder);
    assertEquals(await runs.runDomains(small(), quiet(folder)), found);
    const after = written(folder);
    for (const [path, time] of Object.entries(before)) {
      if (!/\/comparison|\.lock$/.test(path)) assertEquals(after[path], time, path);
    }
    const some = await runs.runDomains(small(), {
      ...quiet(folder),
      pairs: [["pale one", "clear"]],
      only: ["target +"],
      seeds: 1,
    });
    assertEquals(Object.keys(written(folder)), Object.keys(before));
    assertEquals(cellsOf(some.tables[0]), [[
      "target +",
      ...Array(2).fill(pairs[1].study.variants[1].runs[0].result.test!.overall),
    ]]);
    assertEquals(some.tables.length, 1);
  }));

test("a study over domains that was interrupted goes on to the same table", () =>
  inFolder(async (folder) => {
    const calm = await runs.runDomains(small({ seeds: 2 }), quiet(`${folder}/a`));
    const options = quiet(`${folder}/b`);
    for (const place of [/clear-to-pale-one\/target-1-/, /pale-one-to-clear\/source-0-/]) {
      const signal = stopsWhenBegun(options.out, place);
      await assertRejects(
        () => runs.runDomains(small({ seeds: 2 }), { ...options, signal }),
        InterruptedError,
      );
      await assertRejects(() => Deno.stat(`${options.out}/comparison.txt`), Deno.errors.NotFound);
    }
    const broken = await runs.runDomains(small({ seeds: 2 }), options);
    assertEquals(broken.tables, calm.tables);
  }));

test("what is wrong with a study over domains is said before anything is trained", () =>
  inFolder(async (folder) => {
    const fails = async (
      more: Partial<runs.DomainStudy>,
      message: string,
      choices: Partial<runs.RunDomainsOptions> = {},
    ) => {
      const all = { ...quiet(folder), ...choices };
      await assertRejects(() => runs.runDomains(small(more), all), ArgumentError, message);
    };
    const { domains: { clear } } = small();
    await fails({ domains: {} }, "domains must be domains by their names");
    await fails({ domains: { clear } }, "There is one domain, clear. Give another one");
    await fails({ pairs: [["clear", "pale"]] }, 'pairs[0]: there is no domain "pale"');
    await fails({ pairs: [] }, "pairs must be a list of at least one pair");
    await fails({}, 'pairs[0]: there is no domain "dark"', { pairs: [["dark", "clear"]] });
    await fails({ pairs: [["clear", "clear"], ["clear", "clear"]] }, "one pair too many");
    await fails({ domains: { "a b": clear, "a-b": clear, c: clear } }, "is one pair too many");
    await fails({ recipe: {} as never }, "recipe must be a function of source and target");
    await fails({ metod: 1 } as never, 'There is no entry "metod"');
    await fails({ name: "a/b" }, "name must be");
    await fails({}, "clear → pale one: trials must be", { trials: 0 });
    await fails({}, 'only: there is no variant "sorce"', { only: ["sorce"] });
    await fails(
      { variants: ({ name }) => [{ title: `from ${name}` }] },
      "The variants of pale one → clear are from pale one, and those of clear → pale one are from clear",
    );
    await fails(
      { variants: [{ title: "KD", method: "KDD" }] },
      'clear → pale one: method: there is no method "KDD"',
    );
    await assertRejects(() => Deno.stat(`${folder}/runs`), Deno.errors.NotFound);
  }));

test("classes that differ between the domains are listed before training", () =>
  inFolder(async (folder) => {
    const { domains: { clear } } = small();
    const clothes = { dataset: "fashionMnist", split: "test" } as const;
    const other = {
      train: { ...clothes, select: [{ split: parts, part: 0 }] },
      test: { ...clothes, select: [{ split: parts, part: 1 }, { classes: [0, 1], relabel: true }] },
    };
    const study = small({
      domains: { clothes: other, clear },
      pairs: [["clothes", "clothes"]],
      variants: [{ title: "any", method: "Supervised", data: { ...other } }],
    });
    await assertRejects(
      () => runs.runDomains(study, quiet(folder)),
      ArgumentError,
      "data.train and data.test do not have the same classes",
    );
  }));

test("the recipe of digits goes from MNIST to the UCI digits and back with all its methods", () =>
  inFolder(async (folder) => {
    const tiny = digitsDomains({ images: 128, epochs: 1, width: 4 });
    assertEquals(openDomains(tiny).length, 6);
    const set = [`store.root=${folder}/store`];
    const options = { ...quiet(folder), seeds: 1, set };
    const { pairs, methods } = await runs.runDomains(tiny, {
      ...options,
      pairs: [["MNIST", "UCI digits"], ["UCI digits", "MNIST"]],
    });
    const titles = [
      "source only",
      ...RIVALS.map(({ title }) => title),
      "CustomKD",
      "CustomKD, KL",
      "CustomKD, KL, by batch",
    ];
    assertEquals(methods.map(({ title }) => title), titles);
    for (const [i, { study }] of pairs.entries()) {
      for (const { runs: [{ result }] } of study.variants) {
        assertEquals(result.test!.count, [500, 10_000][i]);
      }
    }
    // The student and the teacher of each source were trained once.
    const trained = [...Deno.readDirSync(`${folder}/teachers`)].map(({ name }) =>
      name.replace(/-[0-9a-f]+$/, "")
    );
    assertEquals(trained.toSorted(), ["large", "large", "source_only", "source_only"]);
  }));
