/**
 * The stages of mobile networks that others see.
 *
 * @module
 */

import type { Stages } from "./rows.ts";

/** A stage that ends with a map for others. */
export interface Tap {
  /** The stage's place. */
  readonly stage: number;
  /** Channels of the map. */
  readonly width: number;
  /** Pixels of the image between neighbours of the map. */
  readonly reduction: number;
}

/** The stages that are the last before strides grow, and the last of all: the last four of them, as timm has them. */
export function tapsOf(stages: Stages): Tap[] {
  let reduction = 2;
  const taps = stages.flatMap((rows, stage): Tap[] => {
    reduction *= rows[0].stride;
    const isLast = stage === stages.length - 1 || stages[stage + 1][0].stride > 1;
    return isLast ? [{ stage, width: rows.at(-1)!.width, reduction }] : [];
  });
  return taps.slice(-4);
}
