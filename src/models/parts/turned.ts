/**
 * Turning pairs of channels.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * Queries or keys (B, tokens, *, heads, headDim), their pairs of channels turned. Pairs of halves come out as neighbors: the
 * product of queries and keys, which are all that it is for, is the same. Where no gradients are recorded `x` is overwritten.
 *
 * @param turns Complex (tokens, 1, heads or 1, headDim / 2), as those of `Rotary`.
 */
export function turned(x: Tensor, turns: Tensor, half: boolean): Tensor {
  const { dtype } = x;
  const wide = dtype === "float64" || dtype === "float32" ? x : x.float();
  const pairs = half ? pairedHalves(wide) : pairedNeighbors(wide);
  // Of two halves the pairs are new.
  const result = half || !torch.isGradEnabled() ? pairs.mul_(turns) : pairs.mul(turns);
  const real = torch.call("aten::view_as_real", result) as Tensor;
  return real.flatten(-2).to(dtype);
}

function pairedHalves(x: Tensor): Tensor {
  const [real, imaginary] = x.unflatten(-1, [2, -1]).unbind(-2);
  return torch.complex(real, imaginary);
}

function pairedNeighbors(x: Tensor): Tensor {
  return torch.call("aten::view_as_complex", x.unflatten(-1, [-1, 2])) as Tensor;
}
