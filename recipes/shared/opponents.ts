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

/** Values that every method tries beside its own: how the student learns, and what the voters' prediction is. */
export const SEARCH: runs.SearchSpace = {
  "optimizer.lr": [6e-3, 1.2e-2, 2.4e-2],
  "method.temperature": [1, 2],
  "method.average": ["probabilities", "logits"],
};

/** How much features count for those who bring them into a common space. */
const FEATURES: runs.SearchSpace = {
  "method.beta1": [0.1, 0.3, 1],
  "method.beta3": [0.1, 0.4, 1, 4],
};

/** The methods, the simplest first: the others are tested against it. */
export const OPPONENTS: readonly runs.Variant[] = [
  { title: "KD", method: "KD" },
  // Its weights are to be whole before the last epochs.
  { title: "DKD", method: { name: "DKD", warmUp: 2 }, search: { "method.beta": [0.5, 1, 2] } },
  { title: "OFA", method: "OFA", search: { "method.eps": [1, 1.5], "method.branch": [0.3, 1] } },
  // Features of different sizes are to count alike.
  {
    title: "FitNet",
    method: { name: "FitNet", standardize: "dataset" },
    search: { "method.feature": [0.3, 1, 3, 10] },
  },
  // Without its angles: those of all triplets of a batch, for each teacher, take several times what all else does.
  {
    title: "RKD-D",
    method: { name: "RKD", angle: 0 },
    search: { "method.distance": [0.3, 1, 3, 10] },
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
  { title: "CFL+", method: "CFLPlus", search: FEATURES },
  {
    title: "UNIFORM",
    method: "UNIFORM",
    search: { ...FEATURES, "method.alpha2": [0.25, 0.5, 1] },
  },
];

/** Those by their titles: where a run is long there is no time for all. */
export function opponents(...titles: string[]): runs.Variant[] {
  return OPPONENTS.filter(({ title }) => titles.includes(title));
}

/** The methods that are compared over the number of descriptive teachers, as they are, but at one temperature. */
export const SCALED: readonly Pick<runs.Variant, "title" | "method">[] = [
  { title: "UNIFORM", method: "UNIFORM" },
  { title: "CFL+", method: "CFLPlus" },
  { title: "agglomerative", method: { name: "Agglomerative", temperature: 1 } },
];
