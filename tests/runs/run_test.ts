import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, FileError, FormatError, ResumeError } from "../../src/base/errors.ts";
import { InterruptedError } from "../../src/base/interrupt.ts";
import * as data from "../../src/data/mod.ts";
import { evaluate } from "../../src/evaluation/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, distilled, quiet, supervised, valuesIn } from "./small_recipes.ts";

/** The bytes of the student that a run left. */
const weights = (folder: string) => valuesIn(`${folder}/student.safetensors`);

test("a run leaves all that it takes to know and to use its student", () =>
  inFolder(async (folder) => {
    const recipe = distilled({ data: { ...distilled().data, validation: digits({ take: 50 }) } });
    using run = await runs.run(recipe, quiet(folder, "run"));
    const names = [...Deno.readDirSync(run.folder)].map(({ name }) => name);
    assertEquals(names.filter((name) => name.includes("tfevents")).length, 1);
    assertEquals(names.filter((name) => !name.includes("tfevents")).sort(), [
      "checkpoint.safetensors",
      "metrics.csv",
      "metrics.jsonl",
      "recipe.json",
      "report.html",
      "result.json",
      "run.lock",
      "student.safetensors",
      "teachers.json",
      "versions.json",
    ]);
    assertEquals(run.recipe, runs.resolveRecipe(recipe));
    assertEquals(run.metrics.filter(({ event }) => event === "epoch").length, 2);
    const teachers = JSON.parse(await Deno.readTextFile(`${run.folder}/teachers.json`));
    assertEquals(teachers.map(({ name }: { name: string }) => name), ["cnn"]);

    using alone = models.load(`${run.folder}/student.safetensors`);
    assertEquals(alone.classNames, run.student.classNames);
    using all = await data.mnist("test");
    const [rest, asked] = all.split([300, 200]);
    try {
      const { overall } = await evaluate(alone, asked);
      assertAlmostEquals(overall, run.evaluation!.overall, 1e-12);
    } finally {
      rest.dispose();
      asked.dispose();
    }
    const metadata = torch.loadSafetensorsMetadata(`${run.folder}/student.safetensors`);
    assertEquals(JSON.parse(metadata.recipe), run.recipe);
  }));

test("a teacher that is a recipe is trained once", () =>
  inFolder(async (folder) => {
    using first = await runs.run(distilled(), quiet(folder, "first"));
    const [kept] = Deno.readDirSync(`${folder}/teachers`);
    const made = await Deno.stat(`${folder}/teachers/${kept.name}/student.safetensors`);
    using second = await runs.run(distilled({ seed: 1 }), quiet(folder, "second"));
    const ofTeachers = ({ result }: runs.Run) =>
      result.models.filter(({ kind }) => kind === "predictive");
    assertEquals(ofTeachers(first), ofTeachers(second));
    assertEquals([...Deno.readDirSync(`${folder}/teachers`)].length, 1);
    const again = await Deno.stat(`${folder}/teachers/${kept.name}/student.safetensors`);
    assertEquals(again.mtime, made.mtime);
  }));

test("a student learns the same from a store as from its teachers live, variants included", () =>
  inFolder(async (folder) => {
    const recipe = distilled({
      augment: [{ name: "randomCrop", padding: 2 }],
      views: 2,
      epochs: 3,
    });
    const store = { dtype: "float32" as const, root: `${folder}/store` };
    using live = await runs.run(recipe, quiet(folder, "live"));
    using stored = await runs.run({ ...recipe, store }, quiet(folder, "stored"));
    assertEquals([...Deno.readDirSync(store.root)].length > 0, true);
    const [a, b] = [weights(live.folder), weights(stored.folder)] as [string, number[]][][];
    const flat = (all: [string, unknown][]) =>
      all.flatMap(([, values]) => [values].flat(9) as number[]);
    const [x, y] = [flat(a), flat(b)];
    x.forEach((value, i) => assertAlmostEquals(value, y[i], 1e-4));
    await assertRejects(
      () => runs.run({ ...recipe, store, views: null }, quiet(folder, "endless")),
      ArgumentError,
      "views",
    );
  }));

test("two runs into one folder are refused, and so is going on as another one", () =>
  inFolder(async (folder) => {
    const options = quiet(folder, "run");
    using first = await runs.run(supervised(), options);
    await assertRejects(
      () => runs.run(supervised(), options),
      ArgumentError,
      `There is a run in ${options.out} already`,
    );
    const other = supervised({ batchSize: 25, optimizer: { name: "AdamW", lr: 0.02 } });
    const error: ResumeError = await assertRejects(
      () => runs.run(other, { ...options, resume: true }),
      ResumeError,
      "batchSize: 50 there, 25 here",
    );
    assertEquals(error.differences.map(({ path }) => path), ["batchSize", "optimizer.lr"]);
    using again = await runs.run(supervised(), { ...options, resume: true });
    assertEquals(again.result, first.result);
    using more = await runs.run(supervised({ epochs: 3 }), { ...options, resume: true });
    assertEquals(more.result.steps, first.result.steps * 3 / 2);
  }));

test("a folder in which another process works is refused, and named with it", () =>
  inFolder(async (folder) => {
    const options = quiet(folder, "run");
    const held = await runs.RunFolder.at(options.out);
    {
      using _ = held.hold();
      await assertRejects(
        () => runs.run(supervised(), options),
        FileError,
        `Process ${Deno.pid} works in the run folder`,
      );
    }
    using run = await runs.run(supervised(), options);
    assert(run.result.steps > 0);
  }));

test("a run that was stopped goes on to the same student", () =>
  inFolder(async (folder) => {
    const recipe = distilled({
      epochs: 3,
      clipNorm: 1,
      augment: [{ name: "randomCrop", padding: 2 }],
    });
    using whole = await runs.run(recipe, quiet(folder, "whole"));
    const options = { ...quiet(folder, "broken"), resume: true };
    let stops = 0;
    for (;;) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 40 + 40 * stops);
      try {
        using run = await runs.run(recipe, { ...options, signal: controller.signal });
        assertEquals(weights(run.folder), weights(whole.folder));
        break;
      } catch (error) {
        if (!(error instanceof InterruptedError)) throw error;
        stops++;
        assert(stops < 500);
      }
    }
    assert(stops > 0);
  }));

test("a run that was killed goes on to the same student", () =>
  inFolder(async (folder) => {
    // The other process computes with as many threads as this one, whatever tests before have set.
    const recipe = distilled({ epochs: 4, threads: torch.getNumThreads() });
    using whole = await runs.run(recipe, quiet(folder, "whole"));
    const out = `${folder}/killed`;
    const start = () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          new URL("./run_child.ts", import.meta.url).pathname,
          JSON.stringify(recipe),
          out,
        ],
        stdout: "null",
        stderr: "piped",
      }).spawn();
    let kills = 0;
    for (let wait = 900;; wait += 300) {
      const child = start();
      const timer = setTimeout(() => child.kill("SIGKILL"), wait);
      const { success, stderr, signal } = await child.output();
      clearTimeout(timer);
      if (success) break;
      assertEquals(signal, "SIGKILL", new TextDecoder().decode(stderr));
      kills++;
    }
    assert(kills > 0);
    assertEquals(weights(out), weights(whole.folder));
  }));

test("waiting for a better epoch ends the run, and the best one is kept", () =>
  inFolder(async (folder) => {
    const recipe = supervised({
      data: { ...supervised().data, validation: digits({ take: 100 }) },
      optimizer: { name: "SGD", lr: 0 },
      epochs: 9,
      best: { metric: "accuracy", patience: 2 },
    });
    using run = await runs.run(recipe, quiet(folder, "run"));
    assertEquals(run.metrics.filter(({ event }) => event === "epoch").length, 3);
    using best = models.load(`${run.folder}/best.safetensors`);
    assertEquals(best.numClasses, 10);
    await assertRejects(
      () => runs.run({ ...recipe, best: { metric: "acuracy" } }, quiet(folder, "other")),
      ArgumentError,
      "acuracy",
    );
  }));

test("what is not there, or does not fit, is said before anything is trained", () =>
  inFolder(async (folder) => {
    let count = 0;
    const fails = (recipe: runs.Recipe, kind: typeof ArgumentError, message: string) =>
      assertRejects(() => runs.run(recipe, quiet(folder, `run${count++}`)), kind, message);
    const missing = `${folder}/nowhere`;
    const twice = { ...quiet(folder, "twice") };
    const wrong = supervised({ data: { train: { folder: missing } } });
    await assertRejects(() => runs.run(wrong, twice), FileError, missing);
    (await runs.run(supervised({ epochs: 1 }), twice))[Symbol.dispose](); // nothing was lost there
    await fails(supervised({ data: { train: { folder: missing } } }), FileError, missing);
    await fails(distilled({ teachers: [{ run: missing }] }), ArgumentError, "teachers[0].run");
    await fails(distilled({ teachers: [{ source: `${missing}.pth` }] }), FileError, missing);
    await fails(
      supervised({ student: { name: "SmallCnn", weights: missing } }),
      ArgumentError,
      "student.weights",
    );
    await fails(
      supervised({ data: { train: digits({ take: 100 }, { unlabelled: true }) } }),
      ArgumentError,
      "data.train has no labels",
    );
    await fails(distilled({ teachers: [] }), ArgumentError, "KD needs at least one teacher");
    await fails(
      supervised({ student: { name: "SmallCnn", channels: 3 } }),
      ArgumentError,
      "student.channels: SmallCnn is made for images of 3 channels, and it is shown ones of 1",
    );
    await fails(
      supervised({ stages: { custom: {} } }),
      ArgumentError,
      'Supervised has no stage "custom"',
    );
    await fails(
      distilled({ student: { name: "SmallCnn", numClasses: 3 } }),
      Error as unknown as typeof ArgumentError,
      'Teacher "cnn" has 10 classes, the student 3',
    );
    await Deno.writeTextFile(`${folder}/none.txt`, "");
    await fails(supervised({ data: { train: { list: `${folder}/none.txt` } } }), FormatError, "");
  }));

test("recipes are compared over seeds, and what is done is not done again", () =>
  inFolder(async (folder) => {
    const recipes = [
      supervised({ name: "a", epochs: 1 }),
      supervised({ name: "b", epochs: 1, batchSize: 100 }),
    ];
    const options = {
      seeds: 2,
      out: `${folder}/runs`,
      cache: `${folder}/teachers`,
      progress: false,
    };
    const first = await runs.compare(recipes, options);
    assertEquals(first.recipes.map(({ name, runs }) => [name, runs.map(({ seed }) => seed)]), [
      ["a", [0, 1]],
      ["b", [0, 1]],
    ]);
    const [a] = first.recipes;
    const [x, y] = a.runs.map(({ result }) => result.test!.overall);
    assertAlmostEquals(a.mean, (x + y) / 2, 1e-12);
    assertAlmostEquals(a.deviation, Math.abs(x - y) / Math.SQRT2, 1e-12);
    assertEquals(await runs.compare(recipes, options), first);
    assertEquals([...Deno.readDirSync(`${folder}/runs`)].length, 6);
    await assertRejects(() => runs.compare([], options), ArgumentError, "no recipes");
    await assertRejects(
      () => runs.compare([recipes[0], recipes[0]], options),
      ArgumentError,
      'Two recipes are called "a"',
    );
  }));
