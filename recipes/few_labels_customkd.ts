/**
 * CustomKD on Fashion-MNIST with ten labels of each class.
 *
 *     deno task apprentice compare recipes/few_labels_*.ts --seeds 3
 *
 * Expected: 81.4 ± 0.7 %, from 65.9 ± 0.9 % of the labels alone.
 */
import { CUSTOMIZE } from "./shared/custom_kd.ts";
import { fewLabels, type ForSeed } from "./shared/few_labels.ts";

/** The recipe for a seed. */
export default ({ seed }: ForSeed) =>
  fewLabels(seed, {
    name: "few_labels_customkd",
    title: "student, CustomKD",
    method: "CustomKD",
    stages: CUSTOMIZE,
    // Both stages take turns.
    epochs: 24,
    evaluation: { every: 2, probeTeachers: 0.3 },
  });
