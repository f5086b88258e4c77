/**
 * Running statistics that are to be the same in all processes.
 *
 * @module
 */

import { noGrad } from "../torch/backward.ts";
import { broadcast, type ProcessGroup } from "../torch/distributed/mod.ts";
import { cat } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { TrackedNorm } from "./layers/tracked_norm.ts";
import type { Module } from "./module.ts";

/**
 * Gives normalizations the running statistics of the first process. They are the same in all, but where a model draws random
 * numbers: of a batch that is not shared each process then has its own statistics.
 */
export function joinNorms(modules: Iterable<Module>, group: ProcessGroup): void {
  const alike = new Map<string, Tensor[]>();
  for (const norm of modules) {
    if (!(norm instanceof TrackedNorm)) continue;
    for (const running of [norm.runningMean, norm.runningVar]) {
      if (running === null) continue;
      const kind = `${running.dtype} ${running.device}`;
      alike.set(kind, [...alike.get(kind) ?? [], running]);
    }
  }
  noGrad(() =>
    scope(() => {
      for (const all of alike.values()) {
        const packed = broadcast(cat(all), { src: 0, group });
        const parts = packed.split(all.map(({ numel }) => numel), 0);
        all.forEach((running, i) => running.copy_(parts[i]));
      }
    })
  );
}
