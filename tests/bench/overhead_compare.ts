/**
 * Runs `overhead.ts` and `overhead.py` by turns and prints the ratio of the best times.
 *
 *     deno run -A tests/bench/overhead_compare.ts [python] [rounds]
 *
 * `python` is an interpreter with the same version of torch installed.
 *
 * @module
 */

import { alternate } from "./alternate.ts";

const [python = "python3", rounds = "4"] = Deno.args;
const { ours, theirs } = await alternate("overhead", python, Number(rounds), Math.min);
for (const name in ours) {
  console.log(
    `${name.padEnd(22)} ${ours[name].toFixed(3)} us  PyTorch ${theirs[name].toFixed(3)} us  ratio ${
      (ours[name] / theirs[name]).toFixed(2)
    }`,
  );
}
