/**
 * How features become points of a picture.
 *
 * @module
 */

import { nullable } from "../base/option_parts.ts";
import { choice, number, whole } from "../base/option_values.ts";
import type { OptionTable } from "../base/options.ts";

/** The ways to make a picture of features. */
export const EMBEDDING_METHODS = ["tsne", "umap", "pca"] as const;

/** One of {@linkcode EMBEDDING_METHODS}. */
export type EmbeddingMethod = (typeof EMBEDDING_METHODS)[number];

/** Options of `embed` that are data. */
export interface EmbedSettings {
  /**
   * `"tsne"` (the default): who is near stays near; distances between clusters and sizes of these say nothing. `"umap"`: the
   * same, faster where there are many, and coarse distances mean a little. `"pca"`: the two directions that most of the
   * variance lies along, as they are.
   */
  method?: EmbeddingMethod;
  /** Decides where points begin, for t-SNE and UMAP; 0 by default. */
  seed?: number;
  /** t-SNE: about how many neighbors each point has; 30 by default, or a third of the others where that is less. */
  perplexity?: number | null;
  /** UMAP: how many neighbors each point has, itself counted; 15 by default, or all there are. */
  neighbors?: number | null;
  /** UMAP: how near neighbors may come, from 0 to 1; 0.1 by default. */
  minDist?: number;
  /** t-SNE and UMAP: steps; 500 and 350 by default. */
  iterations?: number | null;
}

/** The declaration of {@linkcode EmbedSettings}. */
export const EMBED_OPTIONS: OptionTable<EmbedSettings> = {
  method: choice(EMBEDDING_METHODS, { default: "tsne", help: "how the picture is made" }),
  seed: whole({ default: 0, min: 0, max: 2 ** 31 - 1, help: "decides where points begin" }),
  perplexity: nullable(
    number({
      min: 1,
      help: "about how many neighbors each point of t-SNE has; 30 or fewer if null",
    }),
  ),
  neighbors: nullable(
    whole({ min: 2, help: "how many neighbors each point of UMAP has; 15 or fewer if null" }),
  ),
  minDist: number({ default: 0.1, min: 0, max: 1, help: "how near neighbors of UMAP may come" }),
  iterations: nullable(
    whole({ min: 1, max: 10_000, help: "steps; 500 of t-SNE and 350 of UMAP if null" }),
  ),
};
