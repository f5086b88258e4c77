/**
 * How teachers' features are standardized.
 *
 * @module
 */

/**
 * How teachers' features are standardized:
 *
 * - `"dataset"`: mean 0 and deviation 1 in every dimension, by statistics taken once over the training images;
 * - `"phis"`: a rotation and one scale, by the same statistics, so that every dimension has deviation 1 and the directions
 *   keep their proportions (PHI-S, Ranzinger et al. 2024, arXiv 2410.01680);
 * - `"running"`: as `"dataset"`, by all images seen in training so far, each counting the same;
 * - `"batch"`: as `"dataset"`, by the batch at hand;
 * - `"none"`: as they are.
 */
export type Standardization = "dataset" | "phis" | "running" | "batch" | "none";

/** The ways to standardize. */
export const STANDARDIZATIONS: readonly Standardization[] = [
  "dataset",
  "phis",
  "running",
  "batch",
  "none",
];
