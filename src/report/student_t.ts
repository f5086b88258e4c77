/**
 * Student's t distribution, by the regularized incomplete beta function (DLMF 8.17). Written here because `npm:jstat`
 * has 7 digits in the tails, and `@stdlib` brings 233 packages for these two functions.
 *
 * @module
 */

/** Lanczos' coefficients for g = 7: 15 digits. */
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** The logarithm of the gamma function, for x of at least 0.5. */
function logGamma(x: number): number {
  const t = x + 6.5;
  const sum = LANCZOS.slice(1).reduce((sum, c, i) => sum + c / (x + i), LANCZOS[0]);
  return Math.log(2 * Math.PI) / 2 + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * The regularized incomplete beta function I_x(a, b), a and b of at least 0.5; `rest` is 1 - x, without loss of digits.
 */
function incompleteBeta(x: number, rest: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  // The continued fraction converges fast on this side only (DLMF 8.17.22).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(rest, x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest),
  ) / a;
  // Lentz's algorithm, as modified by Thompson and Barnett.
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / ((1 - (a + b) * x / (a + 1)) || tiny);
  let value = d;
  for (let m = 1; m < 1000; m++) {
    for (
      const term of [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ]
    ) {
      d = 1 / ((1 + term * d) || tiny);
      c = (1 + term / c) || tiny;
      value *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return front * value;
}

/** How likely a t as far from 0 as this one is, to either side, with so many degrees of freedom. */
export function twoSidedP(t: number, freedom: number): number {
  if (Number.isNaN(t)) return NaN;
  const square = t * t;
  const x = square === Infinity ? 0 : freedom / (freedom + square);
  return incompleteBeta(x, square / (freedom + square), freedom / 2, 0.5);
}

/** The t that is exceeded, to either side, with probability `p`: for a 95 % interval p is 0.05. */
export function twoSidedT(p: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (twoSidedP(high, freedom) > p) [low, high] = [high, 2 * high];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (twoSidedP(middle, freedom) > p) low = middle;
    else high = middle;
  }
}
