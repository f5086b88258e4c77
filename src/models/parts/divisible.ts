/**
 * Widths that hardware likes.
 *
 * @module
 */

/** The multiple of `divisor` that is nearest to `width`, but not less than nine tenths of it (Sandler et al. 2018). */
export function makeDivisible(width: number, divisor = 8): number {
  const nearest = Math.max(divisor, Math.floor((width + divisor / 2) / divisor) * divisor);
  return nearest < 0.9 * width ? nearest + divisor : nearest;
}
