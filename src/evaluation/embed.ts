/**
 * Pictures of features: a point for each image.
 *
 * @module
 */

import { ArgumentError, LibraryError } from "../base/errors.ts";
import { letSignalsIn } from "../base/interrupt.ts";
import { type Resolved, resolveOptions } from "../base/options.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { checkFeatures } from "./check_features.ts";
import { openDruid } from "./druid.ts";
import { EMBED_OPTIONS, type EmbedSettings } from "./embed_options.ts";
import { principalComponents } from "./principal_components.ts";

/** A picture of fewer shows nothing. */
const FEWEST = 4;
/** Time and memory grow with the square: for this many t-SNE takes minutes and half a gigabyte. */
const MOST = 3000;
/** Neighbors are looked for along so many principal components, which removes noise and saves time. */
const COMPONENTS = 50;

/** Options of {@linkcode embed}. */
export interface EmbedOptions extends EmbedSettings {
  /** Stops between two steps: its reason is thrown. */
  signal?: AbortSignal;
}

/**
 * Turns features into points of a picture, so that images whose features are near each other lie near each other.
 *
 * t-SNE: van der Maaten and Hinton, Visualizing data using t-SNE, 2008; UMAP: McInnes, Healy, Melville, Uniform manifold
 * approximation and projection, 2018 (arXiv 1802.03426); both by DruidJS, which is downloaded when it is first used, along the
 * 50 first principal components of the features. The same features, options and versions give the same points.
 *
 * @param features Features (N, D), at least 4 and at most 3,000 rows: take a part of more.
 * @returns For each row its point, [x, y].
 * @throws {ArgumentError} if there are too few rows or too many, too few for the perplexity or the neighbors, an option cannot
 * be used, or features are not finite.
 * @throws {ShapeError} if the features are not (N, D).
 * @throws {DTypeError} if they are not floating-point.
 * @throws {LibraryError} if DruidJS cannot be had, or gives no numbers.
 *
 * @example
 * ```ts
 * import { evaluation, torch } from "@apprentice/distill";
 *
 * using features = torch.randn([60, 32]);
 * const points = await evaluation.embed(features, { method: "umap", seed: 1 });
 * console.log(points.length, points[0]); // 60 [ x, y ]
 * ```
 */
export async function embed(
  features: Tensor,
  options: EmbedOptions = {},
): Promise<[x: number, y: number][]> {
  const { signal, ...given } = options;
  const settings = resolveOptions("embed", EMBED_OPTIONS, given);
  const { method } = settings;
  const [count] = features.shape;
  const rows = torch.noGrad(() =>
    torch.scope(() => {
      const usable = checkFeatures(features);
      checkCount(count, settings);
      return rowsOf(principalComponents(usable, method === "pca" ? 2 : COMPONENTS));
    })
  );
  if (method === "pca") return rows.map(([x, y = 0]) => [x, y]);
  const points = await layOut(scaled(rows), settings, signal);
  if (points.every((point) => point.every(Number.isFinite))) return points.map(([x, y]) => [x, y]);
  throw new LibraryError(
    `embed: ${method} found no place for some of the ${count} features. Take another method, or fewer neighbors.`,
  );
}

/** Refuses what no picture can be made of. */
function checkCount(count: number, { method, perplexity, neighbors }: EmbedSettings): void {
  if (count < FEWEST || count > MOST) {
    throw new ArgumentError(
      `embed takes features of ${FEWEST} to ${MOST} images, got ${count}${
        count > MOST ? ": take a part of them" : ""
      }.`,
    );
  }
  if (method === "tsne" && perplexity && 3 * perplexity > count - 1) {
    throw new ArgumentError(
      `embed: a perplexity of ${perplexity} needs at least ${
        Math.ceil(3 * perplexity) + 1
      } features, three neighbors for each of it, and there are ${count}. At most ${
        (count - 1) / 3
      } can be had.`,
    );
  }
  if (method === "umap" && neighbors && neighbors > count) {
    throw new ArgumentError(
      `embed: ${neighbors} neighbors need as many features, and there are ${count}.`,
    );
  }
}

/** The points after the last step. */
async function layOut(
  rows: number[][],
  settings: Resolved<EmbedSettings>,
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const { method, seed, minDist } = settings;
  const druid = await openDruid();
  const perplexity = settings.perplexity ?? Math.min(30, (rows.length - 1) / 3);
  const neighbors = settings.neighbors ?? Math.min(15, rows.length);
  const steps = settings.iterations ?? (method === "tsne" ? 500 : 350);
  const layout = method === "tsne"
    ? new druid.TSNE(rows, { d: 2, perplexity, seed })
    : new druid.UMAP(rows, { d: 2, n_neighbors: neighbors, min_dist: minDist, seed });
  let points: number[][] = [];
  for (points of layout.generator(steps)) {
    signal?.throwIfAborted();
    await letSignalsIn();
  }
  return points;
}

function rowsOf(tensor: Tensor): number[][] {
  return tensor.toArray() as number[][];
}

/**
 * Rows whose distance from their mean is 1, as root of the mean of squares: t-SNE looks for widths from there. They have two
 * columns at least, as DruidJS needs for points in the plane.
 */
function scaled(rows: number[][]): number[][] {
  const squares = rows.reduce((sum, row) => sum + row.reduce((own, x) => own + x * x, 0), 0);
  const size = Math.sqrt(squares / rows.length);
  return rows.map((row) => {
    const own = size > 0 ? row.map((x) => x / size) : row;
    return own.length < 2 ? [...own, 0] : own;
  });
}
