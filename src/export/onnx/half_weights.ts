/**
 * Weights in half precision.
 *
 * @module
 */

import { scope, type Tensor } from "../../torch/mod.ts";
import { ONNX_DTYPES, type OnnxNode } from "./graph.ts";

/** The largest number that float16 holds. */
const LARGEST = 65504;

/** Tensors and the operations that make float32 of them again. */
export interface HalfWeights {
  /** All tensors of the file by name. */
  readonly initializers: Map<string, Tensor>;
  /** What comes before everything else. */
  readonly casts: OnnxNode[];
}

/**
 * Keeps weights as float16, half the bytes: whoever reads the file makes float32 of them once, so that only their last
 * bits are lost and everything is computed as before. Single numbers, whole ones, and what float16 cannot hold stay.
 *
 * @returns What the file has instead; new tensors belong to the scope that is open.
 */
export function halfWeights(initializers: ReadonlyMap<string, Tensor>): HalfWeights {
  const kept = new Map<string, Tensor>();
  const casts: OnnxNode[] = [];
  for (const [name, tensor] of initializers) {
    if (tensor.dtype !== "float32" || tensor.numel < 2 || !fits(tensor)) {
      kept.set(name, tensor);
      continue;
    }
    const half = `${name}.float16`;
    kept.set(half, tensor.detach().to("float16"));
    casts.push({
      name: `/${name}/Cast`,
      operator: "Cast",
      inputs: [half],
      outputs: [name],
      attributes: { to: ONNX_DTYPES.float32! },
    });
  }
  return { initializers: kept, casts };
}

function fits(tensor: Tensor): boolean {
  const [low, high] = scope(() => tensor.detach().aminmax().map((bound) => bound.item() as number));
  return low >= -LARGEST && high <= LARGEST;
}
