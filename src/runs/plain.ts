/**
 * Options out of a recipe, in which null is what a function leaves out.
 *
 * @module
 */

/** Options without those that are null or absent. */
export function plain<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== null && value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}
