/**
 * How far the numbers of several processes are from those of one after 50 steps, and how much faster they are: one process with
 * two threads, against 1, 2 and 4 with one thread each.
 *
 *     deno run -A tests/bench/processes.ts [--rounds 3]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { resultsOf, startRanks } from "../torch/distributed/start_ranks.ts";
import type { Asked, Came } from "./processes_child.ts";

const script = new URL("processes_child.ts", import.meta.url);
const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });

async function run(processes: number, asked: Asked): Promise<Came[]> {
  const env = { OMP_NUM_THREADS: String(asked.threads) };
  const args = [JSON.stringify(asked)];
  return resultsOf<Came>(await startRanks(processes, script, { args, env, within: 300 }));
}

/** The largest difference, in parts of the value where that is above 1. */
function farthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]) / Math.max(1, Math.abs(b[i]))));
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[all.length >> 1];

for (const method of ["Uniform", "CustomKD"] as const) {
  for (const dtype of ["float64", "float32"] as const) {
    const speeds: Record<string, number[]> = {};
    const differences: string[] = [];
    const [first] = await run(1, { method, dtype, threads: 2, logEvery: 1 });
    for (const size of [1, 2, 4]) {
      const came = await run(size, { method, dtype, threads: 1, logEvery: 1 });
      const losses = farthest(came[0].losses, first.losses);
      const state = Math.max(...came.map((one) => farthest(one.state, first.state)));
      differences.push(
        `${size} x 1 thread: losses ${losses.toExponential(1)}, weights ${state.toExponential(1)}`,
      );
    }
    for (let round = 0; round < Number(values.rounds); round++) {
      const [alone] = await run(1, { method, dtype, threads: 2, logEvery: 50 });
      (speeds["1 process, 2 threads"] ??= []).push(alone.imagesPerSecond);
      for (const size of [1, 2, 4]) {
        const came = await run(size, { method, dtype, threads: 1, logEvery: 50 });
        (speeds[`${size} x 1 thread`] ??= []).push(came[0].imagesPerSecond);
      }
    }
    console.log(`\n${method}, ${dtype}: largest differences from 1 process with 2 threads`);
    for (const line of differences) console.log(`  ${line}`);
    const base = median(speeds["1 process, 2 threads"]);
    for (const [name, all] of Object.entries(speeds)) {
      const ratios = all.map((one, i) => one / speeds["1 process, 2 threads"][i]);
      console.log(
        `  ${name}: ${(median(all) / base).toFixed(2)}x images a second ` +
          `(${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} by round)`,
      );
    }
  }
}
