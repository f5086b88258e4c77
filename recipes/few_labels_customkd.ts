/**
 * CustomKD on Fashion-MNIST with ten labels of each class.
 *
 *     deno task apprentice compare recipes/few_labels_*.ts --seeds 3
 *
 * Expected: 81.4 ± 0.9 %, from 65.9 ± 0.9 % of the labels alone.
 */
import { fewLabels, type ForSeed } from "./shared/few_labels.ts";

/** The recipe for a seed. */
export default ({ seed }: ForSeed) =>
  fewLabels(seed, {
    name: "few_labels_customkd",
    title: "student, CustomKD",
    method: {
      name: "CustomKD",
      weights: { customized: 10, general: 30, labelled: 1, entropy: 1 },
    },
    stages: {
      customize: {
        optimizer: { name: "AdamW", lr: 1e-3, weightDecay: 10 },
        schedule: { name: "OneCycle", maxLr: 1e-3 },
      },
    },
    // Both stages take turns.
    epochs: 24,
    evaluation: { every: 2, probeTeachers: 0.3 },
  });
