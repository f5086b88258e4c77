/**
 * What a checkpoint holds of averages and scales.
 *
 * @module
 */

import type { Spec } from "../base/spec.ts";
import type { Tensor } from "../torch/mod.ts";

/** What a checkpoint holds of how gradients become steps. */
export interface UpdateState {
  /** The averaged weights by name; none without an average. */
  readonly average: Readonly<Record<string, Tensor>>;
  /** Counts and scales. */
  readonly scalars: { readonly [name: string]: Spec | undefined };
}
