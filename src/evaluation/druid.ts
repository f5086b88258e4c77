/**
 * The package DruidJS, which makes pictures of features.
 *
 * @module
 */

import { loadPackage } from "../base/optional_package.ts";

const PACKAGE = "npm:@saehrimnir/druidjs@^0.9.0";

/** Something that moves points step by step. */
interface Layout {
  /** Yields the points after every step. */
  generator(iterations: number): Iterable<number[][]>;
}

/** What is used of the package. */
export interface Druid {
  TSNE: new (
    rows: number[][],
    options: { d: number; perplexity: number; seed: number },
  ) => Layout;
  UMAP: new (
    rows: number[][],
    options: { d: number; n_neighbors: number; min_dist: number; seed: number },
  ) => Layout;
}

/**
 * Loads DruidJS.
 *
 * @throws {LibraryError} If it cannot be had.
 */
export function openDruid(): Promise<Druid> {
  return loadPackage<Druid>(PACKAGE, "t-SNE and UMAP", "The method pca needs no package.");
}
