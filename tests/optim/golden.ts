/**
 * Reads the values that PyTorch computed (`tests/golden/optim.py`).
 *
 * @module
 */

import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";

/** The golden file. */
export const golden: {
  optimizers: Record<string, number[][][]>;
  schedules: Record<string, number[][]>;
  clips: Record<string, { norm: number | null; grads: number[][] }>;
} = JSON.parse(Deno.readTextFileSync(new URL("../golden/optim.json", import.meta.url)));

/** The parameters that `golden/optim.py` starts from. */
export function start(): Tensor[] {
  return [[3, 4], [5], [2, 2]].map((shape, i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = torch.arange(1, count + 1).float().mul(i + 1).sin();
    return values.reshape(shape).to(device).detach().requiresGrad_();
  });
}

/** The loss of `golden/optim.py`: the third parameter has no part in it before step 4, and at step 8. */
export function lossOf(params: readonly Tensor[], step: number): Tensor {
  const used = step >= 4 && step !== 8 ? params : params.slice(0, 2);
  return used
    .map((p, i) => p.cos().mul((step + i + 1) * 0.1).add(p.mul(p).mul(0.5)).sum())
    .reduce((a, b) => a.add(b));
}
