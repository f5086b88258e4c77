/**
 * Biases of relative positions, in the three ways that CoAtNet and MaxViT have them.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { biasOfTable, distances, relativePositions } from "./relative_positions.ts";

/**
 * How biases are learned: a row for every relative position (Liu et al. 2021), the same as TensorFlow's code has it, or a network of the
 * distances (Liu et al. 2022).
 */
export type RelativeBiasKind = "table" | "tensorflow" | "mlp";

/** What is added to the scores of every two places of a window: nothing to (1, heads, window², window²). */
export abstract class RelativeBias extends nn.Module {
  /** The biases. */
  abstract override forward(): Tensor;
}

/** Keys: `relative_position_bias_table` ((2 window - 1)², heads). */
class TableBias extends RelativeBias {
  readonly #table: Tensor;
  readonly #index: Tensor;

  constructor(window: number, heads: number) {
    super();
    const table = nn.init.truncNormal_(torch.empty([(2 * window - 1) ** 2, heads]), 0, 0.02);
    this.#table = this.registerParameter("relative_position_bias_table", table);
    this.#index = indexOf(this, window);
  }

  override forward(): Tensor {
    return biasOfTable(this.#table, this.#index);
  }
}

/** Keys: `relative_position_bias_table` (heads, 2 window - 1, 2 window - 1), from who is seen to who sees. */
class TensorflowBias extends RelativeBias {
  readonly #table: Tensor;
  readonly #index: Tensor;

  constructor(window: number, heads: number) {
    super();
    const side = 2 * window - 1;
    const table = nn.init.normal_(torch.empty([heads, side, side]), 0, 0.02);
    this.#table = this.registerParameter("relative_position_bias_table", table);
    this.#index = indexOf(this, window);
  }

  override forward(): Tensor {
    return biasOfTable(this.#table.flatten(1).mT, this.#index).mT;
  }
}

/** Keys: `mlp.fc1`, `mlp.fc2`. */
class MlpBias extends RelativeBias {
  readonly mlp: DistanceMlp;
  readonly #distances: Tensor;
  readonly #index: Tensor;

  constructor(window: number, heads: number, hidden: number) {
    super();
    const scaled = (distance: number) => Math.sign(distance) * Math.log(1 + Math.abs(distance));
    this.mlp = new DistanceMlp(hidden, heads);
    this.#distances = this.registerBuffer("rel_coords_log", distances(window, scaled), {
      persistent: false,
    });
    this.#index = indexOf(this, window);
  }

  override forward(): Tensor {
    return biasOfTable(this.mlp.forward(this.#distances), this.#index);
  }
}

/** From two distances to a bias for each head, with dropout in training whatever the network's is. */
class DistanceMlp extends nn.Module {
  readonly fc1: nn.Linear;
  readonly fc2: nn.Linear;
  readonly #drop: nn.Dropout;

  constructor(hidden: number, heads: number) {
    super();
    this.fc1 = new nn.Linear(2, hidden);
    this.#drop = this.registerModule("drop", new nn.Dropout(0.125));
    this.fc2 = new nn.Linear(hidden, heads);
  }

  override forward(distances: Tensor): Tensor {
    return this.fc2.forward(this.#drop.forward(this.fc1.forward(distances).relu_()));
  }
}

function indexOf(module: nn.Module, window: number): Tensor {
  const index = torch.tensor(relativePositions(window));
  return module.registerBuffer("relative_position_index", index, { persistent: false });
}

/** The biases of windows of `window` x `window` places; `hidden` is the hidden width of a network of distances. */
export function relativeBias(
  kind: RelativeBiasKind,
  { window, heads, hidden }: { window: number; heads: number; hidden: number },
): RelativeBias {
  if (kind === "mlp") return new MlpBias(window, heads, hidden);
  return kind === "table" ? new TableBias(window, heads) : new TensorflowBias(window, heads);
}
