/**
 * The binomial distribution.
 *
 * @module
 */

/**
 * The probabilities of 0 to n successes in n trials of probability p, above 0 and below 1. Built up from the likeliest
 * number, so that none overflows, and those of large n are exact to the last digits.
 */
export function binomials(n: number, p: number): Float64Array {
  const found = new Float64Array(n + 1);
  const odds = p / (1 - p);
  const likeliest = Math.min(n, Math.floor((n + 1) * p));
  found[likeliest] = 1;
  for (let k = likeliest; k < n; k++) found[k + 1] = found[k] * odds * (n - k) / (k + 1);
  for (let k = likeliest; k > 0; k--) found[k - 1] = found[k] * k / ((n - k + 1) * odds);
  const sum = found.reduce((a, b) => a + b, 0);
  return found.map((value) => value / sum);
}
