/**
 * Two stages that take turns.
 *
 * @module
 */

/**
 * How two stages take turns: after so many epochs each, or so many of the first and so many of the second, of which the
 * second may be the rest: then the first one comes once.
 */
export type Turns<First extends string, Second extends string> =
  | number
  | ({ readonly [K in First]?: number } & { readonly [K in Second]?: number | "rest" });

/** Whether an epoch, from 0, is of the first of two stages that are so long. */
export function isFirstsTurn(epoch: number, first: number, second: number | "rest"): boolean {
  return (second === "rest" ? epoch : epoch % (first + second)) < first;
}
