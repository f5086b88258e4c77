/**
 * The methods that studies compare, each with what is tried of it: as many combinations of each as of any other one.
 */
import type { runs } from "../../mod.ts";

/** Values that every method tries beside its own. */
export const SEARCH: runs.SearchSpace = { "optimizer.lr": [3e-3, 6e-3, 1.2e-2] };

/** The methods, the simplest first: the others are tested against it. */
export const OPPONENTS: readonly runs.Variant[] = [
  { title: "KD", method: "KD", search: { "method.temperature": [1, 2, 4] } },
  {
    title: "CFL+",
    method: "CFLPlus",
    search: { "method.beta1": [0.3, 1, 3], "method.beta3": [0.3, 1, 3] },
  },
  {
    title: "UNIFORM",
    method: "UNIFORM",
    search: { "method.beta1": [0.3, 1, 3], "method.alpha1": [0.5, 1, 2] },
  },
];

/** The methods that are compared over the number of descriptive teachers. */
export const SCALED: readonly Pick<runs.Variant, "title" | "method">[] = [
  { title: "UNIFORM", method: "UNIFORM" },
  { title: "CFL+", method: "CFLPlus" },
];
