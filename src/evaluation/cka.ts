/**
 * How much alike two networks' features are, whatever their widths and rotations.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** An unbiased HSIC needs so many images. */
const FEWEST = 4;

/**
 * Linear CKA of networks with each other, batch by batch: 1 for features that are the same but for rotation, scale and
 * shift, 0 for those that have nothing to do with each other; as it is unbiased, a little below 0 at times.
 *
 *     CKA = Σ HSIC₁(XXᵀ, YYᵀ) / ( √Σ HSIC₁(XXᵀ, XXᵀ) · √Σ HSIC₁(YYᵀ, YYᵀ) )
 *
 * The sums run over the batches, each with its number of images (Nguyen, Raghu, Kornblith: Do wide and deep networks learn
 * the same things?, 2021, equations 3 and 4, which have batches of one size). HSIC₁ is the unbiased estimator of Song et
 * al. (Feature selection via dependence maximization, 2012, equation 5), so that the result does not depend on how images
 * are cut into batches, in expectation; given all images as one batch, it is the unbiased CKA of them. CKA: Kornblith et
 * al., Similarity of neural network representations revisited, 2019.
 *
 * Memory grows with the number of networks times B².
 *
 * @example
 * ```ts
 * import { evaluation, torch } from "@apprentice/distill";
 *
 * const cka = new evaluation.Cka(["a", "b"]);
 * const features = torch.randn([64, 8]);
 * cka.add(new Map([["a", features], ["b", features.flip([1]).mul(3)]]));
 * cka.similarities(); // [[1, 1], [1, 1]]
 * ```
 */
export class Cka {
  /** The networks, in the order of rows and columns. */
  readonly names: readonly string[];
  /** Sums of HSIC₁ of pairs, times the images they were taken of. */
  readonly #sums: Float64Array;
  readonly #images: Float64Array;

  /**
   * Begins with nothing.
   *
   * @throws {ArgumentError} if two networks have one name.
   */
  constructor(names: readonly string[]) {
    if (new Set(names).size < names.length) {
      throw new ArgumentError(`Networks are compared by name, and two have one: ${names.join()}.`);
    }
    this.names = [...names];
    this.#sums = new Float64Array(names.length ** 2);
    this.#images = new Float64Array(names.length ** 2);
  }

  /**
   * Takes in the features of a batch of images, (B, D) each, of any widths. A batch of fewer than 4 images is passed over: an
   * unbiased HSIC needs as many. Who is not there has no part in the batch.
   *
   * @throws {ShapeError} if there is not one row of each for every image.
   * @throws {ArgumentError} if a name is none of those it began with.
   */
  add(features: ReadonlyMap<string, Tensor>): void {
    const places = [...features.keys()].map((name) => this.#place(name));
    const [first] = features.values();
    if (first === undefined) return;
    const [count] = first.shape;
    for (const [name, { shape }] of features) {
      if (shape.length === 2 && shape[0] === count) continue;
      throw new ShapeError(
        `The features of ${name} are (B, D) for the same ${count} images, got [${
          shape.join(", ")
        }].`,
      );
    }
    if (count < FEWEST) return;
    const products = torch.noGrad(() =>
      torch.scope(() => {
        const centered = torch.stack([...features.values()].map(centeredGram)).flatten(1);
        return centered.matmul(centered.t()).div(count * (count - 3)).data() as Float64Array;
      })
    );
    for (const [row, i] of places.entries()) {
      for (const [column, j] of places.entries()) {
        const at = i * this.names.length + j;
        this.#sums[at] += count * products[row * places.length + column];
        this.#images[at] += count;
      }
    }
  }

  #place(name: string): number {
    const place = this.names.indexOf(name);
    if (place >= 0) return place;
    throw new ArgumentError(
      `There is no network "${name}" here; those compared are ${this.names.join(", ")}.`,
    );
  }

  /** The CKA of every pair so far; NaN where a pair was never seen together, or features of one are all the same. */
  similarities(): number[][] {
    const { length } = this.names;
    const mean = (i: number, j: number) =>
      this.#sums[i * length + j] / this.#images[i * length + j];
    return this.names.map((_, i) =>
      this.names.map((_, j) => mean(i, j) / Math.sqrt(mean(i, i) * mean(j, j)))
    );
  }
}

/**
 * The features' products XXᵀ with each other, centered so that the mean of products of two of these is HSIC₁ (Székely and
 * Rizzo's U-centering): a sum of B² terms in place of the three of Song et al., which cancel.
 */
function centeredGram(features: Tensor): Tensor {
  return torch.scope(() => {
    const wide = features.dtype === "float64" ? features : features.to("float32");
    const count = wide.size(0);
    // Taking the mean away changes nothing but rounding.
    const shifted = wide.sub(wide.mean(0, true));
    const gram = shifted.matmul(shifted.t()).to("float64").fillDiagonal_(0);
    const rows = gram.sum(1, true).div(count - 2);
    const all = gram.sum().div((count - 1) * (count - 2));
    const centered = gram.sub(rows).sub_(rows.t()).add_(all).fillDiagonal_(0);
    // What rounding alone leaves of features that are all the same is nothing.
    const left = centered.square().sum();
    return centered.mul_(left.gt(gram.square().sum().mul(1e-20)));
  });
}
