/** Teachers in recipes that know some of the student's classes. */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import type { Table, TableRow } from "../../src/report/table.ts";
import * as models from "../../src/models/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, distilled, supervised } from "./small_recipes.ts";

/** A teacher of some digits, trained from their images. */
const ofDigits = (name: string, classes: string[]): runs.Recipe =>
  supervised({
    name,
    data: { train: digits({ split: [300, 200], part: 0 }, { classes, relabel: true }) },
  });

const low = ["0", "1", "2", "3", "4"];
const high = ["7", "5", "6"];

/** A student of two teachers who know some digits each. */
const recipeOf = (more: Partial<runs.Recipe> = {}): runs.Recipe =>
  distilled({
    teachers: [
      { name: "low", kind: "predictive", recipe: ofDigits("low", low) },
      { name: "high", kind: "predictive", recipe: ofDigits("high", high) },
    ],
    ...more,
  });

const placesIn = (folder: string, out: string) => ({
  out: `${folder}/${out}`,
  cache: `${folder}/teachers`,
  progress: false,
});

test("teachers find their classes by name among the student's, whatever they are", () =>
  inFolder(async (folder) => {
    using run = await runs.run(recipeOf(), placesIn(folder, "run"));
    const manifest = JSON.parse(await Deno.readTextFile(`${run.folder}/teachers.json`));
    const none = null;
    assertEquals(manifest.map(({ spec }: { spec: { labelMap: unknown } }) => spec.labelMap), [
      [0, 1, 2, 3, 4, none, none, none, none, none],
      [none, none, none, none, none, 0, 1, 2, none, none],
    ]);
    assertEquals(run.student.numClasses, 10);
    // The same teachers by other ways.
    const byName = Object.fromEntries(
      [...Deno.readDirSync(`${folder}/teachers`)].map(({ name }) => [name.split("-")[0], name]),
    );
    const at = (name: string) => `${folder}/teachers/${byName[name]}`;
    const others: runs.Recipe["teachers"] = [
      { name: "low", kind: "predictive", run: at("low") },
      { name: "high", kind: "predictive", source: at("high"), classes: [5, "6", 7] as never },
    ];
    await assertRejects(
      () => runs.run(recipeOf({ teachers: others }), placesIn(folder, "mixed")),
      ArgumentError,
      "names and numbers",
    );
    const numbered = [others[0], { ...others[1], classes: [5, 6, 7] }];
    using other = await runs.run(recipeOf({ teachers: numbered }), placesIn(folder, "other"));
    assertEquals(other.evaluation, run.evaluation);
  }));

test("a teacher is measured on the classes that it knows, and tables tell their share", () =>
  inFolder(async (folder) => {
    using run = await runs.run(recipeOf(), placesIn(folder, "run"));
    const [lows, highs, together, student] = run.result.models;
    assertEquals(lows.known!.classes, [0, 1, 2, 3, 4]);
    assertEquals(highs.known!.classes, [5, 6, 7]);
    assertEquals([together.known ?? null, student.known ?? null], [null, null]);
    const { countByClass, count, overall } = lows.accuracy!;
    const share = countByClass.slice(0, 5).reduce((a, b) => a + b) / count;
    assertAlmostEquals(lows.known!.share, share);
    // Elsewhere it is always wrong.
    assertAlmostEquals(overall, share * lows.known!.accuracy!);
    assert(lows.known!.accuracy! > overall);
    const cellsOf = ({ rows }: Table, row: number) => (rows.at(row) as TableRow).cells;
    const table = runs.modelTable(run.result.models);
    assertEquals(table.columns.slice(-2).map(({ title }) => title), [
      "on classes it knows",
      "their share of images",
    ]);
    assertEquals(cellsOf(table, 0).slice(-2), [lows.known!.accuracy, lows.known!.share]);
    assertEquals(cellsOf(table, -1).slice(-2), [null, null]);
    const spread = runs.spreadTable([run.result.models, run.result.models]);
    assertEquals(cellsOf(spread, 0).at(-1), (100 * share).toFixed(2));
    assertEquals(cellsOf(spread, -1).at(-1), "–");
    const byClass = runs.classTable(run.result.models, run.student.classNames!);
    assertEquals(cellsOf(byClass, 9).slice(1, 3), [null, null]);
    const report = await Deno.readTextFile(`${run.folder}/report.html`);
    assert(report.includes("on classes it knows"));
  }));

test("what teachers who know parts say is stored, and every rule learns from it", () =>
  inFolder(async (folder) => {
    const accuracies: number[] = [];
    for (const partial of ["literal", "concatenated", "abstain"]) {
      for (const store of [null, { root: `${folder}/store` }]) {
        const recipe = recipeOf({
          method: { name: "KD", partial, temperature: 2 },
          store: store && { ...store, dtype: "float32" as const },
        });
        const out = `${partial}-${store === null ? "live" : "stored"}`;
        using run = await runs.run(recipe, placesIn(folder, out));
        accuracies.push(run.evaluation!.overall);
      }
    }
    for (let i = 0; i < accuracies.length; i += 2) {
      assertAlmostEquals(accuracies[i], accuracies[i + 1], 0.02);
    }
  }));

test("names are renamed and dropped; what does not match is listed with the teacher's name", () =>
  inFolder(async (folder) => {
    using model = new models.SmallCnn({ numClasses: 3, widths: [2] });
    model.view = { size: [28, 28], mean: [0], std: [1] };
    model.classNames = ["zero", "1", "ten"];
    models.save(`${folder}/words.safetensors`, model);
    const own = {
      name: "words",
      kind: "predictive" as const,
      run: `${folder}/words.safetensors`,
    };
    const run = (
      teacher: Partial<runs.TeacherRecipe<runs.Recipe>>,
      out: string,
      more: Partial<runs.Recipe> = {},
    ) =>
      runs.run(
        recipeOf({ teachers: [{ ...own, ...teacher } as never], epochs: 1, ...more }),
        placesIn(folder, out),
      );
    const error = await assertRejects(() => run({}, "refused"), ArgumentError);
    for (const part of ['"words"', '"zero"', '"ten"', "2 of its 3"]) {
      assert(error.message.includes(part), error.message);
    }
    using renamed = await run({ rename: { zero: "0", ten: null } }, "renamed");
    assertEquals(renamed.result.models[0].known!.classes, [0, 1]);
    using dropped = await run({ others: "drop" }, "dropped");
    assertEquals(dropped.result.models[0].known!.classes, [1]);
    const refused = async (
      teacher: Partial<runs.TeacherRecipe<runs.Recipe>>,
      more: Partial<runs.Recipe>,
      ...parts: string[]
    ) => {
      const out = `refused-${JSON.stringify(teacher).length}-${parts.join("").length}`;
      const { message } = await assertRejects(() => run(teacher, out, more), ArgumentError);
      for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
    };
    // Told of a teacher that does not vote.
    const feature = { method: { name: "FitNet" } };
    await refused(
      { kind: "descriptive", rename: { zero: "0" } },
      feature,
      "teachers[0].rename",
      "kind",
    );
    await refused({ kind: "descriptive", classes: [1, 2, 3] }, feature, "teachers[0].classes");
    await refused({ classes: [0, 1, 77] }, {}, '"words"', "77");
    await refused({ classes: [0, 1] }, {}, '"words"', "3 classes");
    await refused({ others: "keep" as never }, {}, "others");
    // Nothing names the student's classes.
    const unnamed = {
      data: { train: digits({ split: [300, 200], part: 0 }) },
      student: { name: "SmallCnn", widths: [4, 8], numClasses: 10 },
    };
    await refused({ rename: { zero: "0" } }, unnamed, "teachers[0].rename", "data.labelled");
    await refused({}, unnamed, '"words"', "3 classes", "the student 10");
    using numbered = await run({ classes: [0, 1, null] }, "numbered", unnamed);
    assertEquals(numbered.student.numClasses, 10);
  }));

test("teachers can be asked ahead of a run", () =>
  inFolder(async (folder) => {
    const recipe = recipeOf({ store: { root: `${folder}/store` } });
    await runs.fill(recipe, { cache: `${folder}/teachers`, progress: false });
    using run = await runs.run(recipe, placesIn(folder, "run"));
    assert(run.evaluation !== null);
  }));
