/**
 * What executes a recipe in a folder.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { InterruptedError } from "../base/interrupt.ts";
import { cacheRoot } from "../base/paths.ts";
import { say } from "../base/progress.ts";
import type { Spec } from "../base/spec.ts";
import * as torch from "../torch/mod.ts";
import { Peers } from "../train/peers.ts";
import type { ResumeDifferences } from "../train/resume_differences.ts";
import { RUN_FILES, RunFolder } from "./folder.ts";
import type { Recipe } from "./recipe.ts";
import { resolveRecipe } from "./recipe_table.ts";
import type { Run } from "./result.ts";
import { checkSame, earlier, finished, versions } from "./run_state.ts";
import { inGroup } from "./in_group.ts";
import { decisive } from "./fingerprint.ts";
import type { TeacherPlaces } from "./teacher_places.ts";
import { trainStudent } from "./train_student.ts";

/** Runs that were said to be done: the teachers of many students are told once. */
const told = new Set<string>();

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

/**
 * Executes a recipe: opens the data, trains or loads the teachers, teaches the student, measures it, and leaves all of it in
 * the run's folder: `recipe.json` as resolved, `versions.json`, `teachers.json`, `metrics.jsonl`, `checkpoint.safetensors`,
 * `student.safetensors`, `result.json` and `report.html`.
 *
 * Processes that were started together, as by `apprentice launch` or torchrun, train one student together: each takes a share of
 * every batch, with the same numbers as one process would have. They share the run's folder; rank 0 writes.
 *
 * A run that was interrupted or killed goes on with `resume`, to the same numbers. One that is done is not done again: it
 * is read from its folder.
 *
 * @throws {ArgumentError} if the recipe cannot be used, or there is a run in the folder already.
 * @throws {ResumeError} if the folder's run is another one; lists in what.
 * @throws {FileError} if another process works in the folder, or it cannot be written.
 * @throws {InterruptedError} if `signal` stopped it; what was made is kept.
 * @throws {TrainingError} when a loss or a weight is not finite; the checkpoint stays as it is.
 * @throws {DistributedError} where several processes train and another one failed, is gone or does not answer.
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
  return await inGroup(() => runIn(recipe, options, false));
}

/** {@linkcode run}, which may wait until another process is done with the folder. */
async function runIn(recipe: Recipe, options: RunOptions, wait: boolean): Promise<Run> {
  const resolved = resolveRecipe(recipe);
  const peers = new Peers();
  peers.checkSame(decisive(resolved) as Spec);
  const { out, root = "runs", resume = false } = options;
  if (resume && out === undefined) {
    throw new ArgumentError("To go on with a run, say which: give the option out, its folder.");
  }
  // Of several processes one has the folder, and what it finds there counts.
  let led: RunFolder | undefined;
  using owned = new DisposableStack();
  const { path, isFree, before } = await peers.led(async () => {
    led = out === undefined ? await RunFolder.create(root, resolved.name) : await RunFolder.at(out);
    const held = wait ? await led.holdWhenFree(options) : led.hold();
    owned.use(held);
    return { path: led.root, isFree: held !== null, before: await earlier(led) };
  });
  const folder = led ?? await RunFolder.follow(path);
  if (!isFree) throw stopped(resolved.name, folder);
  const differences = typeof resume === "object" ? resume : undefined;
  if (before !== null && !resume) {
    throw new ArgumentError(
      `There is a run in ${folder.root} already. Go on with it with resume, or choose another folder.`,
    );
  }
  if (before !== null) {
    checkSame(folder, before, resolved, differences);
    const done = await finished(folder, resolved);
    if (done !== null) {
      if (options.progress !== false && !told.has(folder.root)) {
        say(`${resolved.name}: done already, in ${folder.root}`);
      }
      told.add(folder.root);
      return done;
    }
  }
  await folder.writeJson(RUN_FILES.recipe, resolved);
  await folder.writeJson(RUN_FILES.versions, versions());
  if (resolved.threads !== null) torch.setNumThreads(resolved.threads);
  const finishedNow = await trainStudent(resolved, folder, {
    ...options,
    ...placesOf(options),
    resume: before === null ? false : differences ?? true,
  }).catch((error) => {
    // What was aborted elsewhere than in the training loop throws the signal's reason.
    if (options.signal?.aborted && error === options.signal.reason) return false;
    throw error;
  });
  if (!finishedNow) throw stopped(resolved.name, folder);
  return (await finished(folder, resolved))!;
}

function stopped(name: string, { root }: RunFolder): InterruptedError {
  return new InterruptedError(
    `${name}: stopped. What was made is kept in ${root}; resume goes on with it.`,
  );
}

/** Where teachers that are recipes are trained, as runs of their own. */
export function placesOf(options: RunOptions): TeacherPlaces {
  const { out: _, resume: __, ...rest } = options;
  return {
    cache: options.cache ?? `${cacheRoot()}/teachers`,
    trainFirst: async (own, place) => {
      // Another run with the same teacher may be training it just now.
      const given = { ...rest, out: place, resume: true };
      const made = await runIn(own as unknown as Recipe, given, true);
      made[Symbol.dispose]();
    },
  };
}
