/**
 * Weights and their averages, in lists for native calls.
 *
 * @module
 */

import type { Tensor } from "../torch/mod.ts";

/** Tensors that one native call takes: the model's, and their averages. */
export interface Pairs {
  readonly live: Tensor[];
  readonly average: Tensor[];
}

/** As many tensors as one native call is given. */
const mostPerCall = 8192;

/** Pairs in lists of one dtype and device: native calls are fast where all are alike. */
export class PairLists {
  /** All lists. */
  readonly lists: Pairs[] = [];
  /** The list of each dtype and device that the next pair goes to. */
  readonly #open = new Map<string, Pairs>();

  /** Adds a pair. */
  add(live: Tensor, average: Tensor): void {
    const key = `${live.device} ${live.dtype}`;
    let list = this.#open.get(key);
    if (list === undefined || list.live.length === mostPerCall) {
      list = { live: [], average: [] };
      this.#open.set(key, list);
      this.lists.push(list);
    }
    list.live.push(live);
    list.average.push(average);
  }
}
