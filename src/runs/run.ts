/**
 * What executes a recipe in a folder.
 *
 * @module
 */

import { ArgumentError, ResumeError } from "../base/errors.ts";
import { InterruptedError } from "../base/interrupt.ts";
import { cacheRoot } from "../base/paths.ts";
import { say } from "../base/progress.ts";
import { readTextFile } from "../base/regular_files.ts";
import { differencesOf, type Spec, specText } from "../base/spec.ts";
import { VERSION } from "../base/version.ts";
import type { Evaluation } from "../eval/mod.ts";
import { load } from "../models/saved.ts";
import type { Classifier } from "../nn/classifier.ts";
import { type MetricRecord, readMetrics } from "../report/metrics.ts";
import * as torch from "../torch/mod.ts";
import type { ResumeDifferences } from "../train/resume_differences.ts";
import { decisive, recipeFingerprint } from "./fingerprint.ts";
import { RUN_FILES, RunFolder } from "./folder.ts";
import type { Recipe } from "./recipe.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";
import type { RunResult } from "./result.ts";
import type { TeacherPlaces } from "./build_teachers.ts";
import { type FillRunOptions, fillStore, openRun } from "./open_run.ts";
import { trainStudent } from "./train_student.ts";

/** How {@linkcode run} executes a recipe. */
export interface RunOptions {
  /** The run's folder; a new one in `runs` by default. */
  out?: string;
  /** Where teachers that are recipes are kept; `teachers` in the package's cache by default. */
  cache?: string;
  /** Where folders without a name of their own go; `runs` by default. */
  root?: string;
  /**
   * Goes on with the run in `out`, or starts it if there is none. Where that was another run (recipe, data, teachers), there
   * is a `ResumeError` that lists what would give other numbers; `{ differences: "new" }` goes on with this recipe,
   * `{ differences: "old" }` with the options of optimizers that it had.
   */
  resume?: boolean | { differences?: ResumeDifferences };
  /** Stops after the step at hand; the folder can be resumed. */
  signal?: AbortSignal;
  /** Whether to show progress on standard error; true by default. */
  progress?: boolean;
}

/** A run that is done. */
export interface Run extends Disposable {
  /** The student, in evaluation mode, with its view and the names of its classes. */
  readonly student: Classifier;
  /** Where everything is. */
  readonly folder: string;
  /** The recipe with all that was left out. */
  readonly recipe: ResolvedRecipe;
  /** What was recorded while it learned. */
  readonly metrics: readonly MetricRecord[];
  /** What came out. */
  readonly result: RunResult;
  /** How the student does on the test images; null if there are none. */
  readonly evaluation: Evaluation | null;
}

/**
 * Executes a recipe: opens the data, trains or loads the teachers, teaches the student, measures it, and leaves all of it in
 * the run's folder: `recipe.json` as resolved, `versions.json`, `teachers.json`, `metrics.jsonl`, `checkpoint.safetensors`,
 * `student.safetensors`, `result.json` and `report.html`.
 *
 * A run that was interrupted or killed goes on with `resume`, to the same numbers. One that is done is not done again: it
 * is read from its folder.
 *
 * @throws {ArgumentError} if the recipe cannot be used, or there is a run in the folder already.
 * @throws {ResumeError} if the folder's run is another one; lists in what.
 * @throws {FileError} if another process works in the folder, or it cannot be written.
 * @throws {InterruptedError} if `signal` stopped it; what was made is kept.
 * @throws {TrainingError} when a loss or a weight is not finite; the checkpoint stays as it is.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const root = await Deno.makeTempDir();
 * using run = await runs.run({
 *   data: {
 *     train: { dataset: "mnist", split: "test", select: [{ take: 200 }] },
 *     test: { dataset: "mnist", split: "test", select: [{ take: 300 }] },
 *   },
 *   student: { name: "SmallCnn", widths: [4, 8] },
 *   epochs: 1,
 * }, { out: `${root}/digits`, progress: false });
 * console.log(run.evaluation!.overall);
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export async function run(recipe: Recipe, options: RunOptions = {}): Promise<Run> {
  const resolved = resolveRecipe(recipe);
  const { out, root = "runs", resume = false } = options;
  if (resume && out === undefined) {
    throw new ArgumentError("To go on with a run, say which: give the option out, its folder.");
  }
  const folder = out === undefined
    ? await RunFolder.create(root, resolved.name)
    : await RunFolder.at(out);
  using _ = folder.hold();
  const before = await earlier(folder);
  if (before !== null && !resume) {
    throw new ArgumentError(
      `There is a run in ${folder.root} already. Go on with it with resume, or choose another folder.`,
    );
  }
  if (before !== null) {
    checkSame(folder, before, resolved, resume === true ? undefined : resume || undefined);
    const done = await finished(folder, resolved);
    if (done !== null) {
      if (options.progress !== false) say(`${resolved.name}: done already, in ${folder.root}`);
      return done;
    }
  }
  await folder.writeJson(RUN_FILES.recipe, resolved);
  await folder.writeJson(RUN_FILES.versions, versions());
  if (resolved.threads !== null) torch.setNumThreads(resolved.threads);
  const differences = resume === true ? undefined : resume || undefined;
  const finishedNow = await trainStudent(resolved, folder, {
    ...options,
    ...placesOf(options),
    resume: before === null ? false : differences ?? true,
  });
  if (!finishedNow) {
    throw new InterruptedError(
      `${resolved.name}: stopped. What was made is kept in ${folder.root}; resume goes on with it.`,
    );
  }
  return (await finished(folder, resolved))!;
}

/** Whether a path is the folder of a run. */
export async function isRunFolder(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => null);
  return info?.isDirectory === true && (await RunFolder.at(path)).has(RUN_FILES.recipe);
}

/** How {@linkcode fill} goes. */
export interface FillOptions extends FillRunOptions {
  /** Where teachers that are recipes are kept; `teachers` in the package's cache by default. */
  cache?: string;
}

/**
 * Asks the teachers of a recipe about all that its student will learn from, and keeps what they say in the recipe's store:
 * the run then reads it. What is there already is not asked for again.
 *
 * @throws {ArgumentError} if the recipe cannot be used, or every epoch shows other pixels: give it `views`.
 * @throws {StoreError} if the store cannot be used.
 */
export async function fill(recipe: Recipe, options: FillOptions = {}): Promise<void> {
  const given = resolveRecipe(recipe);
  const resolved = given.store === null ? resolveRecipe({ ...recipe, store: {} }) : given;
  if (resolved.threads !== null) torch.setNumThreads(resolved.threads);
  using opened = await openRun(resolved, placesOf(options));
  await fillStore(resolved, opened, options);
}

/** Where teachers that are recipes are trained, as runs of their own. */
function placesOf(options: RunOptions): TeacherPlaces {
  const { out: _, resume: __, ...rest } = options;
  return {
    cache: options.cache ?? `${cacheRoot()}/teachers`,
    trainFirst: async (own, place) => {
      const made = await run(own as unknown as Recipe, { ...rest, out: place, resume: true });
      made[Symbol.dispose]();
    },
  };
}

/** The recipe of the run that is in a folder; null if there is none, or one that failed before it trained anything. */
async function earlier(folder: RunFolder): Promise<ResolvedRecipe | null> {
  const isBegun = folder.has(RUN_FILES.checkpoint) || folder.has(RUN_FILES.result);
  if (!isBegun || !folder.has(RUN_FILES.recipe)) return null;
  try {
    return JSON.parse(await readTextFile(folder.path(RUN_FILES.recipe)));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Refuses to go on where the folder's run was another one; more epochs may be asked for. */
function checkSame(
  folder: RunFolder,
  before: ResolvedRecipe,
  now: ResolvedRecipe,
  { differences = "error" }: { differences?: ResumeDifferences } = {},
): void {
  if (differences !== "error") return;
  const found = differencesOf(decisive(before), decisive(now)).filter(({ path }) =>
    path !== "epochs"
  );
  if (found.length === 0) return;
  const list = found.map(({ path, before, now }) => ({
    path,
    saved: specText(before as Spec),
    here: specText(now as Spec),
  }));
  throw new ResumeError(
    `The run in ${folder.root} is another one, so that going on would give other numbers:\n${
      list.map(({ path, saved, here }) => `  ${path}: ${saved} there, ${here} here`).join("\n")
    }\nGive the recipe that it began with, another folder, or say what counts with resume: { differences: "new" }.`,
    list,
  );
}

/** The run that a folder holds, if it is done. */
async function finished(folder: RunFolder, recipe: ResolvedRecipe): Promise<Run | null> {
  if (!folder.has(RUN_FILES.result) || !folder.has(RUN_FILES.student)) return null;
  const result: RunResult = JSON.parse(await readTextFile(folder.path(RUN_FILES.result)));
  if (result.fingerprint !== recipeFingerprint(recipe)) return null;
  const student = load(folder.path(RUN_FILES.student));
  return {
    student,
    folder: folder.root,
    recipe,
    metrics: folder.has(RUN_FILES.metrics) ? readMetrics(folder.path(RUN_FILES.metrics)) : [],
    result,
    evaluation: result.test,
    [Symbol.dispose]: () => student.dispose(),
  };
}

function versions(): Spec {
  const { deno, v8, typescript } = Deno.version;
  return {
    apprentice: VERSION,
    ...torch.buildInfo() as unknown as Record<string, Spec>,
    deno,
    v8,
    typescript,
  };
}
