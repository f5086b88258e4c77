/**
 * Exports architectures of the registry as ONNX and TorchScript, at random weights and for small images, and compares what
 * the files compute with what the model does.
 *
 *     deno run -A tests/parity/exports_all.ts [pattern] [--least millions] [--most millions]
 *
 * `pattern` chooses architectures, as `models.list` does, in place of all; those with fewer or more millions of parameters
 * than `--least` (0) and `--most` (120) are left out. Prints for each its millions of parameters, the side of the images, the largest relative
 * difference by ONNX Runtime and by TorchScript, the MB of weights in float32, and, where ONNX Runtime is more than 1e-5 apart, how
 * far libtorch's own float32 is from float64.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { inEvaluation, rounding } from "../../src/export/compare_outputs.ts";
import { outputsOf } from "../../src/export/outputs.ts";
import type { Backbone } from "../../src/models/backbone.ts";
import { create } from "../../src/models/create.ts";
import { entry, list } from "../../src/models/registry.ts";
import { skipped } from "../../src/nn/init.ts";
import * as torch from "../../src/torch/mod.ts";
import { compareExports } from "./exports.ts";
import { calibrate, randomize } from "./families.ts";

const { values, positionals: [pattern = "*"] } = parseArgs({
  options: { most: { type: "string" }, least: { type: "string" } },
  allowPositionals: true,
});
const [least, most] = [Number(values.least ?? 0), Number(values.most ?? 120)];

/** A model for images of a side, where it can be for such. */
function build(name: string, side: number): Backbone {
  try {
    return create(name, { numClasses: 5, imageSize: side });
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    return create(name, { numClasses: 5 });
  }
}

/** How far the outputs for these images are from what the model computes of them in float64. */
function own(model: Backbone, size: readonly number[]): number {
  return inEvaluation(model, () => {
    // The images that were compared.
    using generator = new torch.Generator(0);
    const images = torch.randn([5, ...size], { generator });
    return rounding(model, images, outputsOf(model, images, true));
  });
}

/** What comes of the smallest images that the architecture takes; null if it is of another size. */
function exportSmall(name: string): string | null {
  using empty = skipped(() => create(name, { numClasses: 5 }));
  const parameters = empty.numParameters() / 1e6;
  if (parameters > most || parameters <= least) return null;
  const sides = [64, 96, 128, 192, 224, entry(name).inputSize];
  for (const [i, side] of sides.entries()) {
    torch.manualSeed(0);
    using model = build(name, side);
    const millions = model.numParameters() / 1e6;
    randomize(model);
    try {
      const size = [3, side, side] as const;
      calibrate(model, size);
      const { onnx, torchScript } = compareExports(model, size);
      const megabytes = 4 * millions;
      return [
        millions.toFixed(1),
        side,
        onnx.toExponential(1),
        torchScript.toExponential(1),
        megabytes.toFixed(1),
        ...(onnx > 1e-5 ? [`(float32 itself ${own(model, size).toExponential(1)})`] : []),
      ].join(" ");
    } catch (error) {
      const again = error instanceof ShapeError || error instanceof ArgumentError ||
        /smaller|too small|size/i.test((error as Error).message);
      if (!again || i === sides.length - 1) throw error;
    }
  }
  return null;
}

let [done, left, faults] = [0, 0, 0];
let worst = 0;
for (const name of list(pattern)) {
  try {
    const found = exportSmall(name);
    if (found === null) left++;
    else {
      done++;
      worst = Math.max(worst, ...found.split(" ").slice(2, 4).map(Number));
      console.log(name, found);
    }
  } catch (error) {
    faults++;
    console.log(name, "FAULT", (error as Error).message.slice(0, 200));
  }
}
console.log(`${done} exported, worst ${worst}; ${left} of other sizes; ${faults} faults`);
if (faults > 0) Deno.exit(1);
