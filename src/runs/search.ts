/**
 * Choosing settings of a recipe on validation images.
 *
 * @module
 */

import { join } from "node:path";
import { ArgumentError, TrainingError } from "../base/errors.ts";
import { say } from "../base/progress.ts";
import { readTextFile } from "../base/regular_files.ts";
import { refuseSeveral } from "./refuse_several.ts";
import { searchCandidates } from "./candidates.ts";
import { recipeFingerprint } from "./fingerprint.ts";
import { RunFolder } from "./folder.ts";
import type { Recipe } from "./recipe.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";
import { run, type RunOptions } from "./run.ts";
import type { Draws, SearchSpace } from "./search_space.ts";

/** How {@linkcode search} goes. */
export interface SearchOptions extends Pick<RunOptions, "signal" | "progress" | "cache">, Draws {
  /** Where the folders of the trials go; `runs/<name>-trials` by default. Trials that are done there are not done again. */
  out?: string;
}

/** One combination of values, and how good the student was with it. */
export interface Trial {
  /** What was set, as `--set` has it; nothing for the recipe as it is. */
  readonly settings: readonly string[];
  /** The student's accuracy on the validation images after the last epoch, from 0 to 1; null if its training failed. */
  readonly accuracy: number | null;
  /** Why the training failed; null if it did not. */
  readonly failure: string | null;
  /** The folder of its run. */
  readonly folder: string;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** What a search came to. */
export interface Search {
  /** All that was tried, the recipe as it is first. */
  readonly trials: readonly Trial[];
  /** The best of them; of equals the first. */
  readonly best: Trial;
}

/**
 * Tries settings of a recipe: the recipe as it is, and random combinations of the values given, without replacement. Each is a
 * run of its own, with the recipe's seed. What counts is the accuracy on the validation images; the test images are not even
 * opened. After a break, trials that are done are read, and the one under way goes on.
 *
 * @param space Values by entry, `{ "method.beta1": [0.3, 1, 3] }`.
 * @throws {ArgumentError} if there is nothing to validate on, an entry or value cannot be used, there are too few
 * combinations, or no trial came to its end.
 * @throws {InterruptedError} if it was stopped; call it again to go on.
 *
 * @example
 * ```ts ignore
 * const space = { "method.beta1": [0.3, 1, 3], "optimizer.lr": [3e-3, 1e-2] };
 * const { best } = await runs.search(uniform, space, { trials: 5 });
 * console.log(best.settings, best.accuracy);
 * ```
 */
export async function search(
  recipe: Recipe,
  space: SearchSpace,
  options: SearchOptions,
): Promise<Search> {
  refuseSeveral("A search");
  const { name } = resolveRecipe(recipe);
  const { out = join("runs", `${name}-trials`), trials: _, seed: __, shared: ___, ...rest } =
    options;
  const chosen = searchCandidates(recipe, space, options);
  const trials: Trial[] = [];
  for (const [i, { settings, recipe: own }] of chosen.entries()) {
    const text = settings.length === 0 ? "as it is" : settings.join(" ");
    if (rest.progress !== false) say(`${name}, trial ${i + 1} of ${chosen.length}: ${text}`);
    const folder = join(out, `${name}-${recipeFingerprint(own)}`);
    trials.push({ settings, folder, ...await outcome(own, folder, rest) });
  }
  const done = trials.filter(({ accuracy }) => accuracy !== null);
  if (done.length === 0) {
    throw new ArgumentError(
      `${name}: none of ${trials.length} trials came to its end; the first: ${trials[0].failure}`,
    );
  }
  const best = done.reduce((best, one) => one.accuracy! > best.accuracy! ? one : best);
  return { trials, best };
}

/** What a failed trial leaves, so that it is not done again. */
const FAILED = "failed.json";

async function outcome(
  recipe: ResolvedRecipe,
  out: string,
  options: Pick<RunOptions, "signal" | "progress" | "cache">,
): Promise<Pick<Trial, "accuracy" | "failure" | "seconds">> {
  const folder = await RunFolder.at(out);
  if (folder.has(FAILED)) return JSON.parse(await readTextFile(folder.path(FAILED)));
  const start = performance.now();
  try {
    using done = await run(recipe as unknown as Recipe, { ...options, out, resume: true });
    const { validation, seconds } = done.result;
    return { accuracy: validation!.accuracy, failure: null, seconds };
  } catch (error) {
    // A rate that is too high, say. It would fail again.
    if (!(error instanceof TrainingError)) throw error;
    const seconds = (performance.now() - start) / 1000;
    const failed = { accuracy: null, failure: error.message, seconds };
    await folder.writeJson(FAILED, failed);
    return failed;
  }
}
