/**
 * Reads the values that PyTorch computed (`tests/golden/comforts.py`).
 *
 * @module
 */

import type * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";

/** The golden file. */
export const golden: {
  averages: Record<"copied" | "averaged", Record<string, number[]>[]>;
  gradients: Record<string, number[][]>;
  bfloat16: { dtypes: string[]; losses: number[]; grads: number[][]; params: number[][] };
  scaled: Record<string, number[][]>;
  factors: string[];
  warmed: Record<"by step" | "by epoch", number[][]>;
} = JSON.parse(Deno.readTextFileSync(new URL("../golden/comforts.json", import.meta.url)));

/** The numbers that `golden/comforts.py` makes. */
export function valuesOf(shape: readonly number[], place: number): torch.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, i) => 0.5 * Math.sin(1.3 * place + 0.31 * i));
  return torch.tensor(values, { dtype: "float32" }).reshape([...shape]).to(device);
}

/** A model with these numbers as its parameters. */
export function filled<M extends nn.Module>(model: M): M {
  model.to(device);
  torch.noGrad(() =>
    model.parameters().forEach((parameter, place) => {
      parameter.copy_(valuesOf(parameter.shape, place));
    })
  );
  return model;
}

/** Whole numbers from 0 in turn, as labels. */
export function labelsOf(count: number, classes: number, from = 0): torch.Tensor {
  const labels = Array.from({ length: count }, (_, i) => (from + i) % classes);
  return torch.tensor(labels, { dtype: "int64" }).to(device);
}
