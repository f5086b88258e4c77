/**
 * Blocks in a row.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Passes `input` through `modules`, one after the other. What lies between two is freed as soon as the second
 * has used it, where PyTorch frees it too: a deep network's memory does not grow with its depth.
 */
export function chain(modules: Iterable<nn.Module>, input: Tensor): Tensor {
  let x = input;
  for (const module of modules) {
    const next = module.forward(x);
    if (x !== input && x !== next) x.dispose();
    x = next;
  }
  return x;
}

/** Runs groups of modules one after the other by {@linkcode chain}, and returns what each group ends with. */
export function chainGroups(groups: readonly (readonly nn.Module[])[], input: Tensor): Tensor[] {
  let x = input;
  return groups.map((group) => x = chain(group, x));
}

/** Cuts a list into groups, which end at the places given and at the end. */
export function groupsEndingAt<T>(list: readonly T[], ends: readonly number[]): T[][] {
  return [...ends, list.length - 1].map((end, i) =>
    list.slice(i === 0 ? 0 : ends[i - 1] + 1, end + 1)
  );
}

/** Blocks in a row, as {@linkcode chain} runs them. None may keep its input. Keys: `0.…`, `1.…`, … */
export class Stage extends nn.Sequential {
  /** Passes `input` through all blocks. */
  override forward(input: Tensor): Tensor {
    return chain(this.items, input);
  }
}
