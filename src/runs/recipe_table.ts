/**
 * The declaration of recipes: what a run may be made from, with defaults, checks and help.
 *
 * @module
 */

import { byName, list, type Named, named, nullable, table } from "../base/option_parts.ts";
import { shared } from "../base/option_variants.ts";
import { choice, flag, number, text, whole } from "../base/option_values.ts";
import {
  type JsonSchema,
  type Option,
  type OptionTable,
  readTable,
  type Resolved,
  schemaOf,
} from "../base/options.ts";
import { TRANSFORMS } from "../data/transforms/by_name.ts";
import { EMA_OPTIONS, type EmaOptions } from "../optim/ema_options.ts";
import type { BestOptions } from "../train/best.ts";
import type { Device } from "../torch/device.ts";
import {
  BEST,
  DATA_TABLE,
  EVALUATION,
  GROUPS,
  OPTIMIZER,
  SCHEDULE,
  STAGE,
  STORE,
  tablesOf,
} from "./recipe_parts.ts";
import { DATA, PART } from "./data_recipe.ts";
import { SELECTION } from "./selection_recipe.ts";
import { METHODS } from "./methods.ts";
import {
  studentOption,
  type StudentRecipe,
  type TeacherRecipe,
  teachersOption,
} from "./network_recipes.ts";
import type { DataRecipes, EvaluationRecipe, GroupsRecipe, Recipe, StoreRecipe } from "./recipe.ts";

/** A recipe with all that was left out filled in: the same for all that give the same run. */
export interface ResolvedRecipe extends
  Omit<
    Resolved<Recipe>,
    | "student"
    | "method"
    | "optimizer"
    | "schedule"
    | "augment"
    | "strongAugment"
    | "stages"
    | "teachers"
  > {
  /** The data. */
  readonly data: Resolved<DataRecipes>;
  /** The student. */
  readonly student: StudentRecipe<ResolvedRecipe>;
  /** Who teaches. */
  readonly teachers: readonly TeacherRecipe<ResolvedRecipe>[];
  /** The method with its options. */
  readonly method: Named;
  /** The optimizer with its options. */
  readonly optimizer: Named;
  /** The schedule with its options. */
  readonly schedule: Named;
  /** The transforms with their options. */
  readonly augment: readonly Named[];
  /** The transforms of what the student alone sees. */
  readonly strongAugment: readonly Named[];
  /** What stages have of their own. */
  readonly stages: Readonly<Record<string, { optimizer: Named | null; schedule: Named | null }>>;
  /** How the student is measured. */
  readonly evaluation: Resolved<EvaluationRecipe>;
  /** The epoch that is kept beside the last. */
  readonly best: Resolved<BestOptions> | null;
  /** The average of the weights. */
  readonly ema: Resolved<EmaOptions> | null;
  /** Rates and decay by layer or name. */
  readonly groups: Resolved<GroupsRecipe> | null;
  /** What is kept of teachers. */
  readonly store: Resolved<StoreRecipe> | null;
}

const own = (): Option<ResolvedRecipe> => RECIPE;

/** The declaration of {@linkcode Recipe}. */
export const RECIPE_TABLE: OptionTable<Recipe> = {
  $schema: nullable(text({ help: "the schema that editors check the recipe by; decides nothing" })),
  name: text({
    default: "run",
    pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]*$/,
    wants: 'a name of letters, digits, ".", "_" and "-"',
    help: "what the run is called",
  }),
  title: nullable(text({ help: "what tables call its student; decides nothing" })),
  seed: whole({ default: 0, min: 0, help: "decides weights, orders and augmentation" }),
  data: table(DATA_TABLE, { help: "what is learned from and measured on" }),
  augment: list(named(tablesOf(TRANSFORMS), { what: "transform" }), {
    default: [],
    help: "what is done to pixels before anybody sees them",
  }),
  strongAugment: list(named(tablesOf(TRANSFORMS), { what: "transform" }), {
    default: [],
    help: "what is done after that to training images that the student alone sees",
  }),
  views: nullable(
    whole({ min: 1, help: "variants of each image; another in every epoch if null" }),
  ),
  student: studentOption(own),
  teachers: teachersOption(own),
  method: named(tablesOf(METHODS), {
    what: "method",
    default: "Supervised",
    help: "how the student is taught",
  }),
  optimizer: shared(OPTIMIZER, "optimizer"),
  schedule: shared(SCHEDULE, "schedule"),
  stages: byName(table(STAGE, {}), {
    default: {},
    help: "what stages of the method have of their own",
  }),
  epochs: whole({ min: 1, help: "passes over the data" }),
  batchSize: whole({ default: 64, min: 1, help: "images in a batch" }),
  dropLast: flag({ default: false, help: "whether a last batch that is smaller is left out" }),
  labelledBatchSize: nullable(
    whole({ min: 1, help: "labelled images in a batch of both; as many as the others if null" }),
  ),
  evaluation: table(EVALUATION, { default: {}, help: "how the student is measured" }),
  best: nullable(table(BEST, { help: "the epoch that is kept beside the last; none if null" })),
  clipNorm: nullable(number({ above: 0, help: "the norm that gradients are scaled down to" })),
  accumulate: whole({ default: 1, min: 1, help: "batches whose gradients make one step" }),
  ema: nullable(table(EMA_OPTIONS, { help: "a moving average of the weights" })),
  autocast: nullable(choice(["bfloat16", "float16"], { help: "what the student computes in" })),
  groups: nullable(
    table(GROUPS, { help: "rates and decay by layer or name, and parts that stay" }),
  ),
  store: nullable(table(STORE, { help: "what teachers said, kept on disk; asked live if null" })),
  resident: nullable(
    whole({ min: 1, help: "how many teachers are in memory at once; all if null" }),
  ),
  onTeacherFailure: choice(["throw", "leaveOut"], {
    default: "throw",
    help: "whether a teacher that fails or gives NaN ends the run or is left out",
  }),
  device: text({
    default: "cpu",
    pattern: /^(cpu|cuda|mps|xpu)(:\d+)?$/,
    wants: 'a device such as "cpu" or "cuda:0"',
    help: "where it runs",
  }) as Option<Device>,
  memoryFormat: nullable(
    choice(["contiguous", "channelsLast"], {
      help: "how weights and images lie in memory; as is best for the device if null",
    }),
  ),
  capture: flag({ default: false, help: "whether a card is given whole steps, as graphs" }),
  threads: nullable(whole({ min: 1, help: "threads of one operator; all processors' if null" })),
};

const RECIPE: Option<ResolvedRecipe> = {
  help: "a recipe",
  default: undefined,
  wants: "a recipe",
  schema: { $ref: "#" },
  read: (value, at) => readTable(RECIPE_TABLE, value, at) as unknown as ResolvedRecipe,
};

/**
 * A recipe with all that was left out filled in: canonical, as plain data, so that its fingerprint stands for the run.
 *
 * @throws {ArgumentError} if there is no such entry, or one cannot be used; the message begins with its path, such as
 * `method.beta1`, and names the nearest one that there is.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const resolved = runs.resolveRecipe({
 *   data: { train: { dataset: "mnist" } },
 *   student: "SmallCnn",
 *   epochs: 1,
 * });
 * console.log(resolved.optimizer); // { name: "AdamW", lr: 0.001, … }
 * ```
 */
export function resolveRecipe(recipe: Recipe): ResolvedRecipe {
  return RECIPE.read(recipe, "");
}

/** The JSON schema (2020-12) of recipes, for editors. */
export function recipeSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A recipe of apprentice",
    ...schemaOf(RECIPE_TABLE),
    $defs: {
      data: DATA.schema,
      selection: SELECTION.schema,
      part: PART.schema,
      optimizer: OPTIMIZER.schema,
      schedule: SCHEDULE.schema,
    },
  };
}
