/**
 * What a step of an optimizer may be told.
 *
 * @module
 */

import type { Tensor } from "../torch/mod.ts";

/** What decides a step and lies on a card, so that nobody waits for it. */
export interface StepGiven {
  /**
   * 1 where a gradient is not finite, else 0: a tensor without dimensions, float32, on the parameters' device. With 1 nothing
   * changes, and the step does not count.
   */
  readonly foundInf?: Tensor;
  /**
   * The learning rate of each group, float32, on the parameters' device, in place of its number: a step that is recorded reads
   * it each time.
   */
  readonly rates?: readonly Tensor[];
}
