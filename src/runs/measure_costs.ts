/**
 * Measuring what the student of a run and its teachers cost.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { cacheRoot } from "../base/paths.ts";
import { say } from "../base/progress.ts";
import { isNotAllowed, readTextFile } from "../base/regular_files.ts";
import { type CostedModel, openStudentToTime, openTeacherToTime } from "./costed_models.ts";
import type { ModelCosts, RunCosts } from "./costs.ts";
import { type CostsOptions, measuredWith } from "./costs_options.ts";
import { putCosts } from "./costs_report.ts";
import { RUN_FILES, RunFolder } from "./folder.ts";
import { type LatencyOptions, measureLatencies, type Measurement } from "./latencies.ts";
import { latencyOf, notMeasured } from "./latency_numbers.ts";
import { thisMachine } from "./machine.ts";
import type { Recipe } from "./recipe.ts";
import { type ResolvedRecipe, resolveRecipe } from "./recipe_table.ts";
import type { RunResult } from "./result.ts";

/** A model whose costs are gathered: the numbers of a teacher that could not be opened are few. */
interface Gathered {
  readonly known: Omit<ModelCosts, "latencies">;
  readonly measurements: Measurement[];
}

/**
 * Measures what the student of a run and each of its teachers cost: parameters, multiply-adds, bytes of the file, and how
 * long an image takes in libtorch and in ONNX Runtime, one by one and many at once, with one thread and with two. It is
 * written into the run's folder as `costs.json`, and into its `report.html`, with a picture of accuracy over latency.
 *
 * Latencies are those of the processor, of networks in evaluation mode without gradients, of images that are already as
 * each wants them. Models are measured by turns, so that a machine whose speed drifts does not favor one; the median
 * counts. A teacher that cannot be opened any more is listed with what is known of it, and why.
 *
 * @param folder The folder of a run that is done.
 * @throws {ArgumentError} if it is none, or an option cannot be used.
 * @throws {FileError} if another process works in the folder, or it cannot be written.
 *
 * @example
 * ```ts ignore
 * import { runs, train } from "@apprentice/distill";
 *
 * const costs = await runs.measureCosts("runs/first", { quick: true });
 * runs.costsTables(costs).forEach(train.printTable);
 * ```
 */
export async function measureCosts(folder: string, options: CostsOptions = {}): Promise<RunCosts> {
  const settings = measuredWith(options);
  const run = await doneRun(folder);
  using _ = run.hold();
  const recipe = resolveRecipe(await readJson(run, RUN_FILES.recipe) as Recipe);
  const result = await readJson(run, RUN_FILES.result) as RunResult;
  const names = await teacherNames(run, recipe, result);
  const how: LatencyOptions = {
    ...settings,
    signal: options.signal,
    onStep: (step) => options.progress === false || say(`Measuring ${recipe.name}: ${step}`),
  };
  using student = openStudentToTime(run.path(RUN_FILES.student));
  const own = gathered("student", "student", student, result);
  const teachers: Gathered[] = [];
  const size = recipe.resident ?? Math.max(1, recipe.teachers.length);
  for (let from = 0; from === 0 || from < recipe.teachers.length; from += size) {
    using opened = new DisposableStack();
    const models: CostedModel[] = [student];
    const measured = [own];
    for (const [i, teacher] of recipe.teachers.slice(from, from + size).entries()) {
      const [name, kind] = [names[from + i], teacher.kind ?? "descriptive"];
      const cache = options.cache ?? `${cacheRoot()}/teachers`;
      const model = await openTeacherToTime(teacher, `teachers[${from + i}]`, cache)
        .catch(reasonOf);
      const one = gathered(name, kind, model, result);
      teachers.push(one);
      if (typeof model === "string") continue;
      models.push(opened.use(model));
      measured.push(one);
    }
    const found = await measureLatencies(models, how);
    found.forEach((measurements, i) => measured[i].measurements.push(...measurements));
  }
  const models = [own, ...teachers].map(costsOf);
  const hasOnnxRuntime = models.some(({ latencies }) =>
    latencies.some(({ engine }) => engine === "onnxruntime")
  );
  const costs: RunCosts = {
    date: new Date().toISOString(),
    machine: thisMachine(hasOnnxRuntime),
    ...settings,
    models,
  };
  await run.writeJson(RUN_FILES.costs, costs);
  await putCosts(run, recipe, result, costs);
  return costs;
}

/** The folder of a run that is done. */
async function doneRun(folder: string): Promise<RunFolder> {
  if (!await RunFolder.isRun(folder)) {
    throw new ArgumentError(
      `There is no run in ${folder}: it has no ${RUN_FILES.recipe}. Give the folder of a run.`,
    );
  }
  const run = await RunFolder.open(folder);
  const lacking = [RUN_FILES.result, RUN_FILES.student].find((name) => !run.has(name));
  if (lacking === undefined) return run;
  throw new ArgumentError(
    `The run in ${folder} is not done: it has no ${lacking}. Go on with it (train ${folder} --resume), then ask again.`,
  );
}

async function readJson(run: RunFolder, name: string): Promise<unknown> {
  const text = await readTextFile(run.path(name));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ArgumentError(
      `${run.path(name)} is not JSON, so that it cannot be known what the run was: ${
        (cause as Error).message
      }. Run the recipe anew.`,
      { cause },
    );
  }
}

/** What the run's result calls each teacher of the recipe, in order. */
async function teacherNames(
  run: RunFolder,
  recipe: ResolvedRecipe,
  { models }: RunResult,
): Promise<string[]> {
  const listed = run.has(RUN_FILES.teachers)
    ? await readJson(run, RUN_FILES.teachers) as { name: string }[]
    : models;
  return recipe.teachers.map(({ name }, i) => listed[i]?.name ?? name ?? `teachers[${i}]`);
}

/** Why a teacher cannot be measured; what was not allowed is thrown. */
function reasonOf(error: unknown): string {
  if (isNotAllowed(error) || !(error instanceof Error)) throw error;
  return error.message;
}

/** What is known of a model before it is timed; of one that cannot be opened what the result says. */
function gathered(
  name: string,
  kind: ModelCosts["kind"],
  model: CostedModel | string,
  { models }: RunResult,
): Gathered {
  const told = models.find((one) => one.name === name && one.kind === kind);
  const accuracy = told?.accuracy?.overall ?? null;
  const size = typeof model === "string"
    ? {
      architecture: null,
      // Where nobody knows how many there are, the result has 0.
      parameters: told?.parameters || null,
      multiplyAdds: null,
      imageShape: null,
      bytes: null,
      missing: [{ what: "all that is measured", why: model }],
    }
    : model.size;
  return { known: { name, kind, accuracy, ...size }, measurements: [] };
}

function costsOf({ known, measurements }: Gathered): ModelCosts {
  return {
    ...known,
    latencies: latencyOf(measurements),
    missing: [...known.missing, ...notMeasured(measurements)],
  };
}
