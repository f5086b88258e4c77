/**
 * The factor of a linear warm-up.
 *
 * @module
 */

/** Linear growth from `start` times the rate to the rate itself, over `steps` steps. */
export function warmUp(step: number, steps: number, start: number): number {
  return step >= steps ? 1 : start + (1 - start) * (step / steps);
}
