/**
 * The gated MLP of the largest DINOv2.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/**
 * SwiGLU (Shazeer, GLU variants improve transformer, 2020, equation 6) with both of its first layers in one:
 * silu(a) · b for the halves a, b of the hidden layer. Keys as those of timm's `SwiGLUPacked`: `fc1` (packed, dim),
 * `fc2` (dim, packed / 2).
 */
export class PackedSwiGlu extends nn.Module {
  /** From the width of a token to both halves. */
  readonly fc1: nn.Linear;
  /** From half of the hidden width to that of a token. */
  readonly fc2: nn.Linear;

  /**
   * For tokens of width `dim`; `packed` is the width of both halves together.
   *
   * @throws {ArgumentError} if there are no two halves.
   */
  constructor(dim: number, packed: number) {
    super();
    if (packed % 2 !== 0) {
      throw new ArgumentError(`PackedSwiGlu: the packed width must be even, got ${packed}.`);
    }
    this.fc1 = new nn.Linear(dim, packed);
    this.fc2 = new nn.Linear(packed / 2, dim);
  }

  /** Shapes: (*, dim) to its own. */
  override forward(x: Tensor): Tensor {
    const [gate, value] = this.fc1.forward(x).chunk(2, -1);
    const gated = gate.silu();
    return this.fc2.forward(torch.isGradEnabled() ? gated.mul(value) : gated.mul_(value));
  }
}

/** Gates of gated MLPs start open, as timm's do: with weights near 0 and biases of 1. */
export function openGates(model: nn.Module): void {
  for (const [, module] of model.namedModules()) {
    if (!(module instanceof PackedSwiGlu)) continue;
    const { weight, bias } = module.fc1;
    torch.scope(() => {
      nn.init.normal_(torch.noGrad(() => weight.chunk(2)[1]), 0, 1e-6);
      nn.init.ones_(torch.noGrad(() => bias!.chunk(2)[1]));
    });
  }
}
