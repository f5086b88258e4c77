/**
 * How far two batches are apart as distributions.
 *
 * @module
 */

import { ArgumentError, DTypeError, ShapeError } from "../../base/errors.ts";
import { normalize } from "../../nn/functional/vectors.ts";
import { noGrad } from "../../torch/backward.ts";
import { zerosLike } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import { Tensor } from "../../torch/tensor.ts";
import { checkDevice, checkMatrix } from "../checks.ts";
import { inFullPrecision } from "../../torch/full_precision.ts";
import { bothUpcast, upcast } from "../upcast.ts";

/** The widths σ of the Gaussian kernels that CFL (Luo et al. 2019) has in its published code. */
export const MMD_SIGMAS: readonly number[] = [0.001, 0.01, 0.05, 0.1, 0.2, 1, 2];

/**
 * Smaller squared distances count as this, and pull nothing: the slope of a kernel as narrow as 0.001 is so steep there that
 * what is rounded of it would drown all else.
 */
const leastDistance = 1e-12;

/** Smaller exponents count as this: e⁻⁸⁰ is nothing, and where an exponential underflows it takes fifty times as long. */
const leastExponent = -80;

/** Options of {@linkcode mmdLoss}. */
export interface MmdOptions {
  /** The widths σ of the Gaussian kernels, which are added; {@linkcode MMD_SIGMAS} by default. */
  sigmas?: readonly number[];
  /** Whether rows are divided by their length first; true by default. */
  normalize?: boolean;
}

/**
 * The squared maximum mean discrepancy of two batches (Gretton et al. 2012, the biased estimate), as CFL (Luo et al. 2019)
 * uses it:
 *
 *     MMD² = mean_jk k(a_j, a_k) + mean_jk k(b_j, b_k) - 2 · mean_jk k(a_j, b_k),   k(x, y) = Σ_σ exp(-‖x - y‖² / 2σ²)
 *
 * with rows of length 1. What rounding puts below 0 is 0. No root is taken. Distances are computed in float64, kernels in float32
 * or wider, under autocast too.
 *
 * @param a One batch (B, D).
 * @param b Another one (B', D), or several (n, B', D), each of which is compared with `a`.
 * @returns One element, or one for each of the several (n).
 * @throws {ArgumentError} if there is no kernel, or a width is not a finite number above 0.
 * @throws {ShapeError}, {DTypeError}, {DeviceError} if the two do not fit together.
 *
 * @example
 * ```ts
 * import { distill, torch } from "@apprentice/distill";
 *
 * const x = torch.randn([32, 16]);
 * distill.mmdLoss(x, x).item(); // 0
 * distill.mmdLoss(x, torch.randn([5, 32, 16])).shape; // [5]
 * ```
 */
export function mmdLoss(a: Tensor, b: Tensor, options: MmdOptions = {}): Tensor {
  const { sigmas = MMD_SIGMAS, normalize: hasUnitRows = true } = options;
  checkSigmas(sigmas);
  checkMatrix(a, "the first batch of the discrepancy");
  checkSecond(a, b);
  const { dtype } = upcast(a, b);
  return inFullPrecision(a.device, () =>
    scope(() => {
      // What is left when squares of unit rows are taken from each other has to keep its digits: 1e-7, as float32 rounds, is
      // much to a kernel of width 0.001.
      const parts = [a.to("float64"), b.to("float64")];
      const [x, y] = hasUnitRows ? parts.map((part) => normalize(part, { dim: -1 })) : parts;
      const [xx, yy, xy] = [products(x, x), products(y, y), products(x, y)];
      const mean = (one: Tensor, other: Tensor, both: Tensor) =>
        meanKernel(distances(one, other, both).to(dtype), sigmas);
      return mean(xx, xx, xx).add(mean(yy, yy, yy)).sub(mean(xx, yy, xy), { alpha: 2 }).relu();
    }));
}

/** The products of all pairs of rows: of (…, B, D) and (…, B', D) the (…, B, B'). */
const products = (x: Tensor, y: Tensor): Tensor => x.matmul(y.transpose(-2, -1));

/**
 * The squared distances of all pairs, ‖x‖² + ‖y‖² - 2xy. A row has to be at distance 0 from itself, to the last bit, so that the
 * squares are those of the products.
 */
function distances(xx: Tensor, yy: Tensor, xy: Tensor): Tensor {
  const [rows, columns] = [xx, yy].map((own) => own.diagonal(0, -2, -1));
  return rows.unsqueeze(-1).add(columns.unsqueeze(-2)).sub(xy, { alpha: 2 })
    .clampMin(leastDistance);
}

/**
 * The mean of the kernels over all pairs. Its slope is computed along with it: for the gradient one tensor is kept, and not
 * one for each σ.
 */
function meanKernel(distances: Tensor, sigmas: readonly number[]): Tensor {
  const slope = zerosLike(distances);
  const value = noGrad(() =>
    sigmas.map((sigma) => {
      const rate = -1 / (2 * sigma ** 2);
      using kernel = distances.mul(rate).clampMin_(leastExponent).exp_();
      slope.add_(kernel, { alpha: rate });
      return kernel.mean([-2, -1]);
    }).reduce((sum, mean) => sum.add(mean))
  );
  if (!distances.requiresGrad) return value;
  // Adds 0, with the kernels' gradient.
  const linear = distances.mul(slope).mean([-2, -1]);
  return value.add(linear.sub(linear.detach()));
}

function checkSigmas(sigmas: readonly number[]): void {
  const good = Array.isArray(sigmas) && sigmas.length > 0 &&
    sigmas.every((sigma) => Number.isFinite(sigma) && sigma > 0);
  if (good) return;
  throw new ArgumentError(
    `The widths of the discrepancy's kernels are finite numbers above 0, at least one: got ${
      JSON.stringify(sigmas)
    }.`,
  );
}

function checkSecond(a: Tensor, b: Tensor): void {
  const name = "the second batch of the discrepancy";
  if (!(b instanceof Tensor)) {
    throw new ArgumentError(`A tensor (B, D) or (n, B, D) is needed for ${name}, got ${typeof b}.`);
  }
  const { shape } = b;
  if (shape.length < 2 || shape.length > 3 || shape.at(-1) !== a.size(1) || shape.includes(0)) {
    throw new ShapeError(
      `Rows of ${a.size(1)} numbers, as the first batch has, are needed for ${name}, (B, ${
        a.size(1)
      }) or (n, B, ${a.size(1)}); got shape [${shape.join(", ")}].`,
    );
  }
  checkDevice(a, "the first batch of the discrepancy", b, name);
  const [own, other] = bothUpcast(a, b).map(({ dtype }) => dtype);
  if (own === other) return;
  throw new DTypeError(
    `One dtype is needed: ${own} is that of the first batch of the discrepancy, ${other} that of the second. ` +
      `Convert one with to().`,
  );
}
