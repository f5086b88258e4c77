/**
 * Exports architectures of the registry as ONNX and TorchScript, at random weights and for small images, and compares what
 * the files compute with what the model does.
 *
 *     deno run -A tests/parity/exports_all.ts [pattern] [--most millions]
 *
 * `pattern` chooses architectures, as `models.list` does, in place of all; those with more millions of parameters than
 * `--most` (120) are left out. Prints for each its millions of parameters, the side of the images, the largest relative
 * difference by ONNX Runtime and by TorchScript, the MB of weights in float32, and, where ONNX Runtime is more than 1e-5 apart, how
 * far libtorch's own float32 is from float64.
 *
 * @module
 */

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

const most = Number(Deno.args[Deno.args.indexOf("--most") + 1]) || 120;
const [pattern = "*"] = Deno.args.filter((arg, i) =>
  !arg.startsWith("--") && Deno.args[i - 1] !== "--most"
);

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

/** The smallest side that the architecture takes; null if the model is too large. */
function exportSmall(name: string): string | null {
  using empty = skipped(() => create(name, { numClasses: 5 }));
  if (empty.numParameters() / 1e6 > most) return null;
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
console.log(`${done} exported, worst ${worst}; ${left} above ${most} million; ${faults} faults`);
if (faults > 0) Deno.exit(1);
