/**
 * Runs `train_step.ts` and `train_step.py` by turns and prints the ratio of the best rates.
 *
 *     deno run -A tests/bench/train_step_compare.ts [python] [rounds] [device] [dtype]
 *
 * `python` is an interpreter with the same version of torch installed.
 *
 * @module
 */

import { alternate } from "./alternate.ts";

const [python = "python3", rounds = "4", ...rest] = Deno.args;
const { ours, theirs } = await alternate("train_step", python, Number(rounds), Math.max, rest);
for (const name in ours) {
  console.log(
    `${name.padEnd(4)} ${ours[name].toFixed(0).padStart(7)} images/s  PyTorch ${
      theirs[name].toFixed(0).padStart(7)
    }  ratio ${(ours[name] / theirs[name]).toFixed(2)}`,
  );
}
