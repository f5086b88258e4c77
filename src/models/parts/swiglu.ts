/**
 * The gated MLPs of the largest DINOv2, of EVA-02 and of DINOv3.
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

/** Options of {@linkcode SwiGlu}. */
export interface SwiGluOptions {
  /** Whether the layers have biases; true by default. */
  bias?: boolean;
  /** The norm of the hidden layer (EVA-02's sub-norm); there is none by default. */
  norm?: (width: number) => nn.Module;
}

/**
 * SwiGLU (Shazeer 2020, equation 6) with a layer for the gate and one for the values, and maybe a norm after their product
 * (Fang et al., EVA-02, 2023, figure 3). Keys as those of timm's `SwiGLU`: `fc1_g`, `fc1_x` (hidden, dim), `norm`, `fc2`.
 */
export class SwiGlu extends nn.Module {
  /** From the width of a token to the gates. */
  readonly gate: nn.Linear;
  /** From the width of a token to the values. */
  readonly value: nn.Linear;
  /** The norm of the hidden layer, or null. */
  readonly norm: nn.Module | null;
  /** Back to the width of a token. */
  readonly fc2: nn.Linear;

  /** For tokens of width `dim`, with a hidden layer of width `hidden`. */
  constructor(dim: number, hidden: number, options: SwiGluOptions = {}) {
    super();
    const { bias = true } = options;
    this.gate = this.registerModule("fc1_g", new nn.Linear(dim, hidden, { bias }));
    this.value = this.registerModule("fc1_x", new nn.Linear(dim, hidden, { bias }));
    this.norm = options.norm?.(hidden) ?? null;
    this.fc2 = new nn.Linear(hidden, dim, { bias });
  }

  /** Shapes: (*, dim) to its own. */
  override forward(x: Tensor): Tensor {
    const gate = this.gate.forward(x);
    const value = this.value.forward(x);
    const gated = torch.isGradEnabled() ? gate.silu().mul(value) : gate.silu_().mul_(value);
    return this.fc2.forward(this.norm?.forward(gated) ?? gated);
  }
}

/** Gates of gated MLPs start open, as timm's do: with weights near 0 and biases of 1. */
export function openGates(model: nn.Module): void {
  for (const [, module] of model.namedModules()) {
    if (module instanceof SwiGlu) openGate(module.gate.weight, module.gate.bias);
    else if (module instanceof PackedSwiGlu) {
      const { weight, bias } = module.fc1;
      torch.scope(() =>
        torch.noGrad(() => openGate(weight.chunk(2)[1], bias === null ? null : bias.chunk(2)[1]))
      );
    }
  }
}

function openGate(weight: Tensor, bias: Tensor | null): void {
  nn.init.normal_(weight, 0, 1e-6);
  if (bias !== null) nn.init.ones_(bias);
}
