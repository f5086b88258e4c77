/**
 * Runs `throughput.ts` and `throughput.py` by turns and prints the ratios of the best rates; of the two memory
 * formats each side has its faster one.
 *
 *     deno run -A tests/bench/throughput_compare.ts [python] [rounds] [models] [device] [dtype] [batch]
 *
 * `python` is an interpreter with torchvision, timm and the same version of torch installed.
 *
 * @module
 */

import { alternate, type Figures } from "./alternate.ts";

const [
  python = "python3",
  rounds = "3",
  names = "resnet18,vit_small_patch16_224,mobilenet_v3_large,convnext_tiny",
  ...rest
] = Deno.args;
for (const name of names.split(",")) {
  const { ours, theirs } = await alternate("throughput", python, Number(rounds), Math.max, [
    name,
    ...rest,
  ]);
  for (const what of ["forward", "training"]) {
    const best = (figures: Figures) =>
      Math.max(
        figures[`${name} ${what} contiguous`],
        figures[`${name} ${what} channelsLast`],
      );
    console.log(
      `${name.padEnd(24)} ${what.padEnd(9)}${best(ours).toFixed(1).padStart(8)} images/s  Python ${
        best(theirs).toFixed(1).padStart(8)
      }  ratio ${(best(ours) / best(theirs)).toFixed(2)}`,
    );
  }
}
