/**
 * The methods that studies compare, each with what is tried of it: as many combinations of each as of any other one. All of them
 * try learning rate and temperature, beside what their papers leave to be chosen.
 */
import type { runs } from "../../mod.ts";

/** How every method trains the student. */
export const TRAINING = {
  optimizer: { name: "AdamW", lr: 6e-3, weightDecay: 0.01 },
  schedule: "OneCycle",
  batchSize: 128,
  dropLast: true,
} as const;

/** Values that every method tries beside its own. */
export const SEARCH: runs.SearchSpace = {
  "optimizer.lr": [3e-3, 6e-3, 1.2e-2],
  "method.temperature": [1, 2, 4],
};

/** The methods, the simplest first: the others are tested against it. */
export const OPPONENTS: readonly runs.Variant[] = [
  { title: "KD", method: "KD", search: { "method.average": ["probabilities", "logits"] } },
  // Its weights are to be whole before the last epochs.
  { title: "DKD", method: { name: "DKD", warmUp: 2 }, search: { "method.beta": [1, 2, 8] } },
  { title: "OFA", method: "OFA", search: { "method.eps": [1, 1.5], "method.branch": [0.3, 1] } },
  // Features of different sizes are to count alike.
  {
    title: "FitNet",
    method: { name: "FitNet", standardize: "dataset" },
    search: { "method.feature": [1, 10, 100] },
  },
  // Without its angles: those of all triplets of a batch, for each teacher, take several times what all else does.
  {
    title: "RKD-D",
    method: { name: "RKD", angle: 0 },
    search: { "method.distance": [1, 5, 25, 125] },
  },
  { title: "VkD", method: "VkD", search: { "method.feature": [0.3, 1, 3] } },
  {
    title: "CFL",
    method: "CFL",
    search: { "method.mmd": [0.1, 1, 10], "method.reconstruction": [0.1, 1, 10] },
  },
  {
    title: "agglomerative",
    method: "Agglomerative",
    search: { "method.feature": [0.3, 1, 3], "method.dropping": [0, 0.5] },
  },
  { title: "CFL+", method: "CFLPlus", search: { "method.beta1": [0.3, 1, 3, 10] } },
  {
    title: "UNIFORM",
    method: "UNIFORM",
    search: { "method.beta1": [0.3, 1, 3, 10], "method.alpha1": [0.5, 1, 2] },
  },
];

/** Those that there is time for where a run is long. */
export const SOME_OPPONENTS: readonly runs.Variant[] = OPPONENTS.filter(({ title }) =>
  ["KD", "OFA", "CFL", "agglomerative", "CFL+", "UNIFORM"].includes(title)
);

/** The methods that are compared over the number of descriptive teachers. */
export const SCALED: readonly Pick<runs.Variant, "title" | "method">[] = [
  { title: "UNIFORM", method: "UNIFORM" },
  { title: "CFL+", method: "CFLPlus" },
  { title: "agglomerative", method: "Agglomerative" },
];
