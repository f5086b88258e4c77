/** What the demos do, with recipes that are made like theirs and train in a second. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InterruptedError } from "../../src/base/interrupt.ts";
import { evaluate } from "../../src/evaluation/mod.ts";
import * as models from "../../src/models/mod.ts";
import { readMetrics } from "../../src/report/metrics.ts";
import type { Table, TableRow } from "../../src/report/table.ts";
import * as runs from "../../src/runs/mod.ts";
import { DataOpener } from "../../src/runs/open_data.ts";
import { inFolder, test } from "../helpers.ts";
import { quiet, written } from "./small_recipes.ts";

const sizes = [160, 60, 200, 100];

/** Digits and clothes in one label space. */
function part(part: number, ...select: runs.SelectionRecipe[]): runs.DataRecipe {
  return {
    join: (["mnist", "fashionMnist"] as const).map((dataset) => ({
      dataset,
      split: "test" as const,
      select: [{ split: sizes, part }],
    })),
    select,
  };
}

const network = { name: "SmallCnn", widths: [4, 8] };
const training: Partial<runs.Recipe> = {
  student: network,
  optimizer: { name: "AdamW", lr: 0.01 },
  batchSize: 40,
};

function teacher(name: string, seed: number): runs.Recipe {
  return { ...training, name, seed, data: { train: part(2) }, student: network, epochs: 2 };
}

const teachers: runs.Recipe["teachers"] = [
  { name: "first", kind: "predictive", recipe: teacher("cnn", 0) },
  { name: "second", kind: "predictive", recipe: teacher("cnn", 1) },
  {
    name: "rotation",
    kind: "descriptive",
    recipe: {
      ...teacher("rotation", 2),
      data: { train: part(2, { unlabelled: true }) },
      student: { ...network, numClasses: 4 },
      method: "Rotation",
    },
  },
];

/** A recipe of the comparison. */
function student(name: string, title: string, method: runs.Recipe["method"]): runs.Recipe {
  return {
    ...training,
    name,
    title,
    data: { train: part(0, { unlabelled: true }), validation: part(1), test: part(3) },
    student: network,
    teachers,
    method,
    epochs: 2,
  };
}

const compared = [student("kd", "student, KD", "KD"), student("uniform", "student, U", "UNIFORM")];

const quietly = (folder: string) => ({ seeds: 1, ...quiet(folder) });

/** What has to be the same of two comparisons: everything but how long they took and where they are. */
async function numbers({ table, models, recipes }: runs.Comparison) {
  const students = recipes.flatMap(({ runs }) => runs).map(async ({ folder, result, metrics }) => ({
    result: { ...result, seconds: 0 },
    metrics: metrics.map(({ seconds: _, ...rest }) => rest),
    student: await Deno.readFile(`${folder}/student.safetensors`),
  }));
  return { table, models, students: await Promise.all(students) };
}

const rowsOf = (table: Table) => table.rows as readonly TableRow[];

test("a comparison of recipes has rows of teachers, ensemble and students, votes and a report", () =>
  inFolder(async (folder) => {
    const found = await runs.compare(compared, quietly(folder));
    const { table, recipes: [{ runs: [plain] }, { runs: [voted] }] } = found;
    assertEquals(table.columns.map(({ title }) => title), [
      "model",
      "kind",
      "parameters",
      "MNIST",
      "Fashion-MNIST",
      "mean by data set",
      "mean by class",
    ]);
    const names = ["first", "second", "rotation", "ensemble", "student, KD", "student, U"];
    assertEquals(rowsOf(table).map(({ cells }) => cells[0]), names);
    assertEquals(rowsOf(table).map(({ strong }) => strong), [
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    for (const { name, accuracy } of found.models[0]) {
      assertEquals(accuracy === null, name === "rotation");
      if (accuracy === null) continue;
      assertEquals(Object.keys(accuracy.byDataset), ["MNIST", "Fashion-MNIST"]);
      assertEquals([accuracy.byClass.length, accuracy.count], [20, 200]);
    }

    // The student in the file is the one in the table.
    using opener = new DataOpener();
    const asked = await opener.labelled(runs.resolveRecipe(compared[0]).data.test!, "data.test");
    for (const [i, { folder }] of [plain, voted].entries()) {
      using alone = models.load(`${folder}/student.safetensors`);
      const { overall, byClass } = await evaluate(alone, asked);
      assertAlmostEquals(overall, found.models[0][4 + i].accuracy!.overall, 1e-12);
      assertEquals(byClass, found.models[0][4 + i].accuracy!.byClass);
    }

    // Votes are those of the last epoch, of the one method that counts them.
    assertEquals(plain.result.votes, null);
    const votes = voted.result.votes!;
    assertEquals(votes.images, 320);
    assertEquals(votes.consensus.map(({ teacher }) => teacher), names.slice(0, 3));
    assertEquals(votes.pseudoClass.map(({ teacher }) => teacher), names.slice(0, 2));
    const voters = runs.voteTable(votes).rows.map((row) => "cells" in row ? row.cells[0] : row[0]);
    assertEquals(voters, names.slice(0, 3));
    assertEquals(
      runs.classTable(found.models[0], voted.result.test!.classNames!).columns
        .map(({ title }) => title),
      ["class", ...names.filter((name) => name !== "rotation")],
    );

    // Both students made the same number of steps.
    for (const { result, metrics } of [plain, voted]) {
      assertEquals(result.steps, 16);
      const epochs = metrics.filter(({ event }) => event === "epoch");
      assertEquals(epochs.map(({ step }) => step), [8, 16]);
    }

    const sections: [string, string[]][] = [
      [`${voted.folder}/report.html`, [
        "Accuracy on test images",
        "Accuracy by class",
        "What the student takes for what",
        "Examples",
        "Learning curves",
        "Accuracy on validation images",
        "Losses",
        "Teachers while the student learned",
        "How the teachers voted",
        ...names.slice(0, 4),
      ]],
      [`${folder}/runs/comparison.html`, [
        "Accuracy on test images",
        "Against each other",
        "Learning curves",
        ...names,
      ]],
    ];
    for (const [path, wanted] of sections) {
      const report = await Deno.readTextFile(path);
      for (const text of wanted) assert(report.includes(text), `${text} is not in ${path}`);
      assertMatch(report, /<html/);
      assertEquals(report.match(/(src|href)\s*=\s*["']?(https?:)?\/\//g), null);
      assertEquals(report.match(/@import|url\(\s*["']?(https?:)?\/\//g), null);
    }

    // A second call reads all of it.
    const before = written(folder);
    assertEquals(await runs.compare(compared, quietly(folder)), found);
    const after = written(folder);
    for (const [path, time] of Object.entries(before)) {
      if (/\/runs\/comparison|\.lock$/.test(path)) continue;
      assertEquals(after[path], time, path);
    }
    assertEquals(Object.keys(after), Object.keys(before));
  }));

test("a comparison interrupted in a teacher or a student goes on to the same numbers", () =>
  inFolder(async (folder) => {
    const expected = await numbers(await runs.compare(compared, quietly(`${folder}/whole`)));
    const options = quietly(`${folder}/broken`);
    const stops: [place: string, name: RegExp][] = [
      [options.cache, /^rotation-/],
      [options.out, /^kd-/],
      [options.out, /^uniform-/],
    ];
    for (const [place, name] of stops) {
      // Looked at after every step: the end of the first epoch of that run.
      const { signal } = new AbortController();
      const ended = () =>
        [...namesIn(place)].some((run) =>
          name.test(run) && [...namesIn(`${place}/${run}`)].includes("metrics.jsonl") &&
          readMetrics(`${place}/${run}/metrics.jsonl`).some(({ event }) => event === "epoch")
        );
      assert(!ended(), `${name} was done before it was to be interrupted`);
      Object.defineProperty(signal, "aborted", { get: ended });
      await assertRejects(() => runs.compare(compared, { ...options, signal }), InterruptedError);
      const [run] = [...namesIn(place)].filter((run) => name.test(run));
      assert(await Deno.stat(`${place}/${run}/checkpoint.safetensors`));
      await assertRejects(() => Deno.stat(`${place}/${run}/result.json`), Deno.errors.NotFound);
    }
    assertEquals(await numbers(await runs.compare(compared, options)), expected);
  }));

/** The names in a folder; none if it is not there. */
function* namesIn(folder: string): Generator<string> {
  try {
    for (const { name } of Deno.readDirSync(folder)) yield name;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
