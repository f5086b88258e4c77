/**
 * Groups of parameters with options of their own, and what is saved of an optimizer.
 *
 * @module
 */

import type { Tensor } from "../torch/mod.ts";

/** Options that every optimizer has. */
export interface BaseOptions {
  /** The learning rate. */
  lr: number;
}

/** Parameters with options of their own, which take the place of the optimizer's. */
export type ParamGroup<O extends BaseOptions = BaseOptions> = Partial<O> & {
  /** The parameters of this group. */
  params: readonly Tensor[];
};

/** A group as the optimizer holds it: all options filled in. Changing one takes effect at the next step. */
export type FilledGroup<O extends BaseOptions = BaseOptions> = O & {
  /** The parameters of this group. */
  readonly params: readonly Tensor[];
  /** The learning rate that schedules start from; set by the first of them. */
  initialLr?: number;
};

/** An optimizer's state: what it takes to go on with the same numbers. */
export interface OptimizerState {
  /** The tensors, such as `0.momentum_buffer` for the first parameter's; not copies. */
  tensors: Record<string, Tensor>;
  /** Step counts (`0.step`) and the groups' options (`groups.0.lr`; false is 0, true is 1). */
  scalars: Record<string, number>;
}
