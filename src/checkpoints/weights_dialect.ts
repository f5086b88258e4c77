/**
 * What a publisher's names of parameters are.
 *
 * @module
 */

import type { Tensor } from "../torch/tensor.ts";

/** The names that another publisher gives the parameters of a network, and how they become the model's. */
export interface WeightsDialect {
  /** Whose names they are. */
  readonly name: string;
  /** Whether a state dict with these keys speaks it; `own` are the model's keys. */
  recognizes(keys: ReadonlySet<string>, own?: ReadonlySet<string>): boolean;
  /** A state dict of this dialect with the model's names; its tensors are those given, or views or joins of them. */
  translate(state: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}
