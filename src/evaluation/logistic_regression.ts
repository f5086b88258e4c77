/**
 * Linear classifiers of fixed features, found as the minimum of a convex function.
 *
 * @module
 */

import { TorchError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { minimize } from "./minimize.ts";

/** What a classifier learns from. */
export interface Samples {
  /** Features (N, D), float32 or float64. */
  readonly features: Tensor;
  /** The samples' classes (N), int64. */
  readonly classes: Tensor;
  /** The number of classes, C. */
  readonly numClasses: number;
}

/** A classifier of features as they were given, in float64. */
export interface LinearWeights {
  /** (C, D). */
  readonly weight: Tensor;
  /** (C). */
  readonly bias: Tensor;
}

/** Wider features are not turned: finding their axes would take longer than it saves. */
const WIDEST = 4096;

/** The mean squares along the principal axes and these, or null where they are not found: few images of wide features. */
function principalAxes(centered: Tensor, count: number): [Tensor, Tensor] | null {
  const products = centered.t().matmul(centered).div_(count);
  try {
    return torch.call("aten::linalg_eigh", products, "L") as [Tensor, Tensor];
  } catch (error) {
    // It did not converge. The axes only make the way shorter.
    if (error instanceof TorchError) return null;
    throw error;
  }
}

/**
 * Multinomial logistic regression: the weights that make
 *
 *     mean cross-entropy(W x + b) + λ/2 ||W||²
 *
 * smallest, for several λ. x are the features, of mean 0, and of standard deviation 1 if that is wanted.
 *
 * They are turned to their principal axes and stretched by the penalized function's curvature along these, as it is
 * where nothing is known yet. This changes nothing about the minimum, which is then found in tens of steps instead
 * of thousands. To be used in a scope.
 */
export class LogisticRegression {
  readonly #samples: Samples;
  readonly #mean: Tensor;
  /** By what features are multiplied (D): 0 for those that never change. */
  readonly #scale: Tensor;
  /** By what they were divided (D): 0 for those that never change. */
  readonly #std: Tensor;
  /** The axes, as columns (D, D); null for the features' own. */
  readonly #axes: Tensor | null;
  /** The mean square along each axis (D). */
  readonly #squares: Tensor;
  /** The features along the axes (N, D). */
  readonly #inputs: Tensor;

  constructor(samples: Samples, standardize: boolean) {
    const { features } = samples;
    this.#samples = samples;
    this.#mean = features.mean(0);
    const centered = features.sub(this.#mean);
    if (standardize) {
      const std = centered.square().mean(0).sqrt_();
      // What changes by rounding alone says nothing: its weight stays 0.
      const still = std.le(this.#mean.abs().mul_(1e-6));
      this.#scale = std.reciprocal().maskedFill(still, 0);
      this.#std = std.maskedFill(still, 0);
      centered.mul_(this.#scale);
    } else {
      this.#scale = torch.onesLike(this.#mean);
      this.#std = this.#scale;
    }
    const [count, width] = features.shape;
    const turned = width <= WIDEST ? principalAxes(centered, count) : null;
    if (turned !== null) {
      const [squares, axes] = turned;
      this.#axes = axes;
      this.#squares = squares.clampMin(0);
      this.#inputs = centered.matmul(axes);
    } else {
      this.#axes = null;
      this.#squares = centered.square().mean(0);
      this.#inputs = centered;
    }
  }

  /**
   * Finds the best classifier.
   *
   * @param l2 λ.
   * @param start Where to begin; zero if absent.
   */
  solve(l2: number, start?: LinearWeights): LinearWeights {
    return torch.scope(() => {
      const { classes, numClasses } = this.#samples;
      const stretch = this.#stretch(l2);
      const width = stretch.shape[0];
      const weightCount = numClasses * width;
      const x = new Float64Array(weightCount + numClasses);
      if (start !== undefined) this.#enter(start, stretch, x);

      const inputs = this.#inputs.div(stretch);
      const penalty = numbers(stretch.to("float64").square().reciprocal().mul(l2));
      const wanted = classes.unsqueeze(1);
      const objective = (x: Float64Array, gradient: Float64Array): number => {
        using _ = torch.scope();
        const [weight, bias] = this.#parts(x, inputs);
        const likelihoods = torch.linear(inputs, weight, bias).logSoftmax(1);
        const chosen = likelihoods.gather(1, wanted);
        // The cross-entropy's derivative by the logits: probabilities, less 1 at the right class.
        const slopes = likelihoods.exp().scatterAdd_(1, wanted, torch.onesLike(chosen).neg_());
        slopes.div_(chosen.numel);
        gradient.set(numbers(slopes.t().matmul(inputs).flatten()));
        gradient.set(numbers(slopes.sum(0)), weightCount);
        let punished = 0;
        for (let i = 0; i < weightCount; i++) {
          const pull = penalty[i % width] * x[i];
          gradient[i] += pull;
          punished += pull * x[i];
        }
        return punished / 2 - chosen.to("float64").mean().item();
      };
      const tolerance = inputs.dtype === "float64" ? 1e-9 : 1e-6;
      return this.#leave(minimize(objective, x, { tolerance }), stretch);
    });
  }

  /** The root of the curvature along each axis, where all classes are equally likely. */
  #stretch(l2: number): Tensor {
    const { numClasses } = this.#samples;
    const curvature = this.#squares.mul(Math.max(1, numClasses - 1) / numClasses ** 2).add_(l2);
    const largest = curvature.max().item();
    // Without a penalty there may be axes along which there is nothing at all.
    return curvature.clampMin_(largest > 0 ? largest * 1e-10 : 1).sqrt_();
  }

  /** The weights along stretched axes (C, D) and the biases (C) that lie in a vector. */
  #parts(x: Float64Array, like: Tensor): [weight: Tensor, bias: Tensor] {
    const { numClasses } = this.#samples;
    const { dtype, device } = like;
    const values = torch.tensor(x, { dtype: "float64" }).to({ dtype, device });
    const count = x.length - numClasses;
    return [
      values.narrow(0, 0, count).reshape([numClasses, count / numClasses]),
      values.narrow(0, count, numClasses),
    ];
  }

  /** From a classifier of features as they were given to a vector. */
  #enter({ weight, bias }: LinearWeights, stretch: Tensor, x: Float64Array): void {
    const wide = "float64";
    const turned = along(weight.mul(this.#std.to(wide)), this.#axes);
    x.set(numbers(turned.mul(stretch.to(wide)).flatten()));
    x.set(numbers(bias.add(weight.mv(this.#mean.to(wide)))), weight.numel);
  }

  /** From a vector to a classifier of features as they were given. */
  #leave(x: Float64Array, stretch: Tensor): LinearWeights {
    const wide = "float64";
    const [turned, bias] = this.#parts(x, stretch.to(wide));
    const weight = along(turned.div(stretch.to(wide)), this.#axes?.t() ?? null)
      .mul(this.#scale.to(wide));
    return { weight, bias: bias.sub(weight.mv(this.#mean.to(wide))) };
  }
}

function along(weight: Tensor, axes: Tensor | null): Tensor {
  return axes === null ? weight : weight.matmul(axes.to(weight.dtype));
}

function numbers(tensor: Tensor): Float64Array {
  return tensor.to("float64").data() as Float64Array;
}
