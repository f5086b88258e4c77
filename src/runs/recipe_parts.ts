/**
 * The declarations of the parts of recipes.
 *
 * @module
 */

import { named, nullable } from "../base/option_parts.ts";
import { shared } from "../base/option_variants.ts";
import { choice, flag, number, text, whole } from "../base/option_values.ts";
import type { AnyTable, OptionTable } from "../base/options.ts";
import { EMBED_OPTIONS } from "../evaluation/embed_options.ts";
import { PARAM_GROUPS_OPTIONS } from "../optim/model_groups.ts";
import { BEST_OPTIONS, type BestOptions } from "../train/best.ts";
import { OPTIMIZERS, SCHEDULES } from "../optim/by_name.ts";
import { DATA } from "./data_recipe.ts";
import type {
  DataRecipes,
  EvaluationRecipe,
  GroupsRecipe,
  StageRecipe,
  StoreRecipe,
} from "./recipe.ts";

export const tablesOf = (named: Readonly<Record<string, { readonly options: AnyTable }>>) =>
  Object.fromEntries(Object.entries(named).map(([name, { options }]) => [name, options]));

/** Schedules, of which the run fills in how long it is, and the optimizer how fast. */
const SCHEDULE_TABLES = Object.fromEntries(
  Object.entries(SCHEDULES).map(([name, { options, counts = {} }]): [string, AnyTable] => {
    const own = Object.keys(counts).map((count) => [
      count,
      nullable(options[count], {
        help: `${options[count].help}; the ${
          counts[count] === "rates" ? "optimizer" : "run"
        }'s if null`,
      }),
    ]);
    return [name, { ...options, ...Object.fromEntries(own) }];
  }),
);

export const OPTIMIZER = named(tablesOf(OPTIMIZERS), {
  what: "optimizer",
  default: "AdamW",
  help: "what updates weights",
});
export const SCHEDULE = named(SCHEDULE_TABLES, {
  what: "schedule",
  default: "Constant",
  help: "how the learning rate goes",
});

const ONE = shared(DATA, "data");
export const DATA_TABLE: OptionTable<DataRecipes> = {
  train: ONE,
  labelled: nullable(ONE, { help: "few labelled images, for methods that take both kinds" }),
  validation: nullable(ONE, { help: "what the student is measured on while it learns" }),
  known: nullable(ONE, { help: "labelled images that a k-NN or probe of the student knows" }),
  test: nullable(ONE, { help: "what the student is measured on at the end" }),
};

export const EVALUATION: OptionTable<EvaluationRecipe> = {
  every: whole({ default: 1, min: 1, help: "epochs between two evaluations" }),
  batchSize: whole({ default: 256, min: 1, help: "images at once" }),
  knn: nullable(whole({ min: 1, help: "neighbors of a k-NN on the student's features" })),
  probe: flag({ default: false, help: "whether a linear probe is trained on its features" }),
  before: flag({
    default: false,
    help: "whether the student is measured on the test images before it learns too",
  }),
  teachers: flag({ default: true, help: "whether teachers are measured on the test images too" }),
  probeTeachers: nullable(
    number({
      min: 0,
      help: "penalty of a linear probe of teachers that do not vote, on the labelled images",
    }),
  ),
  embedding: nullable(EMBED_OPTIONS.method, {
    default: "tsne",
    help: "how the report's picture of the student's features is made; none if null",
  }),
  similarity: nullable(
    flag({
      help:
        "whether student and teachers are compared by CKA; where teachers are measured, if null",
    }),
  ),
};

export const BEST: OptionTable<BestOptions> = {
  ...BEST_OPTIONS,
  metric: text({
    default: "accuracy",
    help: "what is measured after an epoch: accuracy, knn, probe",
  }),
};

/** Groups, of which the optimizer says rate and weight decay. */
const { baseLr: _, weightDecay: __, ...rest } = PARAM_GROUPS_OPTIONS;
export const GROUPS: OptionTable<GroupsRecipe> = rest;

export const STORE: OptionTable<StoreRecipe> = {
  plain: flag({ default: false, help: "asks teachers about images as they are, not augmented" }),
  dtype: choice(["float16", "float32"], { default: "float16", help: "the dtype of what is kept" }),
  patches: flag({ default: false, help: "keeps teachers' patches too, which are large" }),
  batchSize: whole({ default: 128, min: 1, help: "images that teachers are asked about at once" }),
  root: nullable(text({ help: "the store's folder; the cache's if null" })),
};

export const STAGE: OptionTable<StageRecipe> = {
  optimizer: nullable(shared(OPTIMIZER, "optimizer"), {
    help: "its optimizer; the recipe's if null",
  }),
  schedule: nullable(shared(SCHEDULE, "schedule"), {
    help: "its schedule; the recipe's if null",
  }),
};
