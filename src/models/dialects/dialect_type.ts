/**
 * What a publisher's names of parameters are to a model.
 *
 * @module
 */

import type { Tensor } from "../../torch/tensor.ts";

/** The names that a publisher gives the parameters of a network, and how they become ours. */
export interface Dialect {
  /** Whose names they are. */
  readonly name: string;
  /**
   * Whether a state dict with these keys speaks it. Given the keys of the model that it is for, also whether what
   * {@linkcode Dialect.translate} makes of it is that model's: CLIP's towers exist by OpenAI's names and by timm's.
   */
  recognizes(keys: ReadonlySet<string>, own?: ReadonlySet<string>): boolean;
  /**
   * A state dict of this dialect with our names. Tensors are passed on, or are views or joins of those given; what
   * no network of ours has (a text tower, a mask token) is left out.
   */
  translate(state: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}
