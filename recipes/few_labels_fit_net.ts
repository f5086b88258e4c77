/**
 * Plain feature distillation on Fashion-MNIST with ten labels of each class, which CustomKD is compared with.
 *
 *     deno task apprentice train recipes/few_labels_fit_net.ts
 *
 * Expected: 80.2 ± 0.9 %.
 */
import { fewLabels, type ForSeed } from "./shared/few_labels.ts";

/** The recipe for a seed. */
export default ({ seed }: ForSeed) =>
  fewLabels(seed, {
    name: "few_labels_fit_net",
    title: "student, feature distillation",
    method: { name: "FitNet", feature: 30, standardize: "dataset" },
  });
