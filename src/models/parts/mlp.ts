/**
 * The MLP of a transformer's block.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { gelu } from "./gelu.ts";

/** Options of {@linkcode Mlp}. */
export interface MlpOptions {
  /** What comes between the two layers; GELU by default. It may overwrite its input. */
  activation?: (x: Tensor) => Tensor;
  /** The probability of dropout after each layer; 0 by default. */
  dropout?: number;
  /** A norm of the hidden layer (Wang et al., Foundation transformers, 2022, section 3.1); there is none by default. */
  norm?: nn.Module;
  /** What the layers are called in the state dict; `["fc1", "fc2"]` as timm does, by default. */
  names?: readonly [string, string];
}

/** Two layers with an activation between them, over the last dimension (Vaswani et al. 2017, section 3.3). */
export class Mlp extends nn.Module {
  /** From the width of a token to the hidden width. */
  readonly fc1: nn.Linear;
  /** Back to the width of a token. */
  readonly fc2: nn.Linear;
  /** The norm of the hidden layer, or null. */
  readonly norm: nn.Module | null;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #drop: nn.Dropout | null;

  /** For tokens of width `dim`, with a hidden layer of width `hidden`. */
  constructor(dim: number, hidden: number, options: MlpOptions = {}) {
    super();
    const { activation = gelu, dropout = 0, names: [first, second] = ["fc1", "fc2"] } = options;
    this.fc1 = this.registerModule(first, new nn.Linear(dim, hidden));
    this.fc2 = this.registerModule(second, new nn.Linear(hidden, dim));
    this.norm = options.norm ?? null;
    this.#activation = activation;
    this.#drop = dropout > 0 ? this.registerModule("drop", new nn.Dropout(dropout)) : null;
  }

  /** Shapes: (*, dim) to its own. */
  override forward(x: Tensor): Tensor {
    const hidden = this.#activation(this.fc1.forward(x));
    const dropped = this.#drop?.forward(hidden) ?? hidden;
    const back = this.fc2.forward(this.norm?.forward(dropped) ?? dropped);
    return this.#drop?.forward(back) ?? back;
  }
}
