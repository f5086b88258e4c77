/**
 * Reads the values that PyTorch computed (`tests/golden/nn.py`).
 *
 * @module
 */

import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";

/** A tensor in the golden file. */
export interface Stored {
  shape: number[];
  dtype: torch.DType;
  values: (number | boolean)[];
}

/** What PyTorch computed with one layer. */
export interface LayerCase {
  training: boolean;
  initial: Record<string, Stored>;
  inputs: Stored[];
  output: Stored;
  inputGrads: (Stored | null)[];
  grads: Record<string, Stored>;
  buffers: Record<string, Stored>;
}

/** What PyTorch computed with one function. */
export interface LossCase {
  inputs: Stored[];
  output: Stored;
  grad: Stored;
}

/** The golden file. */
export const golden: {
  layers: Record<string, LayerCase>;
  losses: Record<string, LossCase>;
  inits: Record<string, Stored>;
  dropout: Stored;
} = JSON.parse(Deno.readTextFileSync(new URL("../golden/nn.json", import.meta.url)));

/** A stored tensor on the tests' device. */
export function restore({ values, shape, dtype }: Stored): torch.Tensor {
  return torch.tensor(values, { shape, dtype, device });
}

/** The weights of the output's elements that `golden/nn.py` uses. */
export function pattern(shape: readonly number[]): torch.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return torch.arange(count, { dtype: "float64", device }).cos().float().reshape([...shape]);
}

/** How close values must be: GPUs multiply convolutions in TensorFloat-32 by default. */
export const tolerance = device === "cpu" ? { rtol: 1e-5, atol: 2e-6 } : { rtol: 5e-3, atol: 5e-3 };
