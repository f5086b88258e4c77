/**
 * What studies of CustomKD compare: the methods that teach a small student with one large teacher and few labels, each with
 * what is tried of it, as many combinations of each as of any other one.
 */
import type { distill, runs } from "../../mod.ts";

/** Values that every method tries beside its own. */
export const SEARCH: runs.SearchSpace = { "optimizer.lr": [6e-3, 1.2e-2, 2.4e-2] };

/** What is tried of a method that is given by its name and settings. */
type Tried = Pick<runs.Variant, "title" | "search"> & { method: runs.Variant["method"] };

/** Methods that learn from what the teacher predicts, and features of it as their papers have them. */
export const RIVALS: readonly Tried[] = [
  {
    title: "soft targets",
    method: { name: "SoftTarget", temperature: 2 },
    search: { "method.temperature": [1, 2, 4], "method.kd": [0.3, 1, 3] },
  },
  { title: "logits", method: "LogitMatching", search: { "method.logit": [0.1, 0.3, 1, 3] } },
  {
    title: "DKD",
    method: { name: "DKD", warmUp: 2, beta: 2 },
    search: { "method.temperature": [1, 2, 4], "method.beta": [0.5, 1, 2, 8] },
  },
  fitNet(30),
  {
    title: "agglomerative",
    method: { name: "Agglomerative", kd: 0, feature: 10 },
    search: { "method.feature": [1, 3, 10, 30] },
  },
];

/** Plain feature distillation, without the teacher's prediction. */
export function fitNet(feature: number): Tried {
  return {
    title: "FitNet",
    method: { name: "FitNet", kd: 0, feature, standardize: "dataset" },
    search: { "method.feature": [3, 10, 30, 100] },
  };
}

/** How long both stages of CustomKD take turns. */
export interface Turns {
  /** Epochs of distillation: as many as the other methods have. */
  readonly epochs: number;
  /** Epochs of customization in a row; 1 by default. */
  readonly customize?: number;
  /** Epochs of distillation in a row; 1 by default. */
  readonly distill?: number | "rest";
}

/**
 * How features are customized: a map from a thousand features learns few labels by heart, unless its weights decay, strongly.
 */
export const CUSTOMIZE: runs.Recipe["stages"] = {
  customize: { optimizer: { name: "AdamW", lr: 1e-2, weightDecay: 10 }, schedule: "OneCycle" },
};

/** With the prediction of the borrowed head on customized features. */
export const BY_KL: distill.CustomKDSettings = { weights: { logit: 1 } };

/** The same by DKD. */
export const BY_DKD: distill.CustomKDSettings = { ...BY_KL, logit: { loss: "dkd", beta: 2 } };

/** The weights of CustomKD's terms that are tried. */
const WEIGHTS = {
  customized: [3, 10, 30],
  general: [10, 30, 100],
  entropy: [0.03, 0.1, 0.3, 1],
};

/**
 * CustomKD with some of its options, for as many epochs of distillation as others have, whatever the turns. A weight that is given
 * is not tried.
 */
export function customKD(
  { epochs, customize = 1, distill = 1 }: Turns,
  title = "CustomKD",
  options: distill.CustomKDSettings = {},
): runs.Variant {
  const turns = distill === "rest" ? 1 : Math.ceil(epochs / distill);
  const tried = Object.entries(WEIGHTS).filter(([term]) => !(term in (options.weights ?? {})));
  return {
    title,
    method: {
      name: "CustomKD",
      alternate: { customize, distill },
      ...options,
    } as runs.Variant["method"],
    epochs: epochs + turns * customize,
    stages: CUSTOMIZE,
    search: Object.fromEntries(
      tried.map(([term, values]) => [`method.weights.${term}`, values]),
    ),
  };
}
