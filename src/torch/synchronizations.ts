/**
 * Counting what makes the processor wait for a card.
 *
 * @module
 */

import type { Tensor } from "./tensor.ts";
import { type WaitWatcher, watchWaits } from "./waits.ts";

/** What {@linkcode countSynchronizations} counts. */
export interface CountSynchronizationsOptions {
  /**
   * Which tensors count: those on cards, or `"all"`, as if those of the processor lay on a card, for code that is to run on one
   * later. `"cards"` by default.
   */
  tensors?: "cards" | "all";
  /** Remembers where each came from; false by default. */
  places?: boolean;
}

/** What made the processor wait. */
export interface Synchronizations<R> {
  /** What the function returned. */
  readonly result: R;
  /** How often in all. */
  readonly total: number;
  /** How often, by what it was, such as `item`, `data`, `copy from the card`, `nonzero`. */
  readonly counts: Readonly<Record<string, number>>;
  /** What each was, with the stack of the call, if they were asked for. */
  readonly places: readonly { readonly what: string; readonly stack: string }[];
}

/**
 * Runs `body` and counts what in it makes the processor wait until a card has done all that it was given: numbers that are
 * read, copies that are waited for, results whose size depends on values. Between two of them the processor runs ahead, and the
 * card is never idle; a training step should have none.
 *
 * What is seen is what is called from here: operators that wait inside of others are counted where they are known to. A promise
 * is waited for, and other tasks are counted meanwhile.
 *
 * @throws Whatever `body` throws.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * const x = torch.ones([3]);
 * const { total, counts } = torch.countSynchronizations(() => x.sum().item(), { tensors: "all" });
 * console.log(total, counts); // 1 { item: 1 }
 * ```
 */
export function countSynchronizations<R>(
  body: () => R,
  options: CountSynchronizationsOptions = {},
): R extends Promise<infer T> ? Promise<Synchronizations<T>> : Synchronizations<R> {
  const { tensors = "cards", places = false } = options;
  const counts: Record<string, number> = {};
  const found: { what: string; stack: string }[] = [];
  let total = 0;
  const watch: WaitWatcher = (operator, operands, nonBlocking = false) => {
    const what = nameOf(operator, operands as (Tensor | null | undefined)[], nonBlocking, tensors);
    if (what === null) return;
    total++;
    counts[what] = (counts[what] ?? 0) + 1;
    if (places) found.push({ what, stack: new Error(what).stack ?? what });
  };
  const before = watchWaits(watch);
  const done = <T>(result: T): Synchronizations<T> => {
    watchWaits(before);
    return { result, total, counts, places: found };
  };
  let result: R;
  try {
    result = body();
  } catch (error) {
    watchWaits(before);
    throw error;
  }
  type Counted = ReturnType<typeof countSynchronizations<R>>;
  if (!(result instanceof Promise)) return done(result) as Counted;
  return result.then(done, (error) => {
    watchWaits(before);
    throw error;
  }) as Counted;
}

/** The name that a wait is counted by; null if nothing is waited for. */
function nameOf(
  operator: string,
  operands: readonly (Tensor | null | undefined)[],
  nonBlocking: boolean,
  tensors: "cards" | "all",
): string | null {
  const name = operator.replace(/^aten::/, "").replace(/\..*$/, "");
  const given = operands.filter((one) => one !== null && one !== undefined);
  if (name === "copy_" || name === "copy") {
    const [to, from] = given.map(({ device }) => device);
    if (to === from) return null;
    if (to === "cpu") return "copy from the card";
    return nonBlocking ? null : "copy to the card";
  }
  if (tensors === "all" || given.length === 0) return name;
  return given.some(({ device }) => device !== "cpu") ? name : null;
}
