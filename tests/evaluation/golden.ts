/**
 * Reads the values that scikit-learn computed (`tests/golden/features.py`).
 *
 * @module
 */

import type { LabelledFeatures } from "../../src/evaluation/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";

/** The golden file: scores and logits by settings. */
export const golden: {
  knn: Record<string, number[][]>;
  probe: Record<string, number[][]>;
} = JSON.parse(Deno.readTextFileSync(new URL("../golden/features.json", import.meta.url)));

const CLASSES = 5;
const WIDTH = 12;

/** The features that `golden/features.py` makes. */
export function images(
  first: number,
  count: number,
  dtype: torch.DType = "float64",
): LabelledFeatures {
  const labels: number[] = [];
  const rows: number[][] = [];
  for (let i = first; i < first + count; i++) {
    const label = (3 * i + Math.floor(i / 7)) % CLASSES;
    labels.push(label);
    rows.push(Array.from({ length: WIDTH }, (_, j) => {
      const value = (i * 7919 + j * 10473 + i * i * (j + 3) * 31) % 97 / 64;
      return (value + (j === label * 2 ? 0.5 : 0)) * (1 + j);
    }));
  }
  return {
    features: torch.tensor(rows, { dtype: "float64" }).to({ dtype, device }),
    labels: torch.tensor(labels, { dtype: "int64" }).to(device),
  };
}
