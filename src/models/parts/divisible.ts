/**
 * Widths that hardware likes.
 *
 * @module
 */

/**
 * The multiple of `divisor` that is nearest to `width`, but not less than the part `least` of it: nine tenths by default
 * (Sandler et al. 2018).
 */
export function makeDivisible(width: number, divisor = 8, least = 0.9): number {
  const nearest = Math.max(divisor, Math.floor((width + divisor / 2) / divisor) * divisor);
  return nearest < least * width ? nearest + divisor : nearest;
}

/** The nearest whole number; of two that are as near the even one, as Python and PyTorch round. */
export function roundToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + below % 2 : Math.round(value);
}
