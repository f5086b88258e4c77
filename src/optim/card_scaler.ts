/**
 * Keeping small float16 gradients from vanishing without waiting for a card.
 *
 * @module
 */

import { type Resolved, resolveOptions } from "../base/options.ts";
import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";
import {
  GRAD_SCALER_OPTIONS,
  type GradScalerOptions,
  type GradScalerState,
} from "./grad_scaler_options.ts";

/**
 * What `GradScaler` does, for a training loop on a card: the scale, the count of steps without overflow and whether there was
 * one stay on the card, as PyTorch's do, and the optimizer reads them there. The numbers are the same.
 */
export class CardScaler implements Disposable {
  readonly #options: Resolved<GradScalerOptions>;
  readonly #scale: Tensor;
  readonly #tracker: Tensor;
  readonly #foundInf: Tensor;

  /** Starts with the scale that the options say, on a device. */
  constructor(device: Device, options: GradScalerOptions = {}) {
    this.#options = resolveOptions("GradScaler", GRAD_SCALER_OPTIONS, options);
    const make = (value: number, dtype: "float32" | "int32") =>
      torch.keep(torch.full([], value, { dtype, device }));
    this.#scale = make(this.#options.initScale, "float32");
    this.#tracker = make(0, "int32");
    this.#foundInf = make(0, "float32");
  }

  /** 1 where a gradient was not finite at the last {@linkcode CardScaler.unscale}, else 0; for the optimizer. */
  get foundInf(): Tensor {
    return this.#foundInf;
  }

  /** The loss to take gradients of. */
  scale(loss: Tensor): Tensor {
    return loss.mul(this.#scale);
  }

  /** Divides gradients by the scale, in place, and notes whether all are finite. */
  unscale(params: readonly Tensor[]): void {
    torch.scope(() =>
      torch.noGrad(() => {
        this.#foundInf.zero_();
        const lists = new Map<string, Tensor[]>();
        for (const grad of torch.stepGradsOf(params, false).grads) {
          if (grad === null) continue;
          const list = lists.get(grad.dtype);
          if (list === undefined) lists.set(grad.dtype, [grad]);
          else list.push(grad);
        }
        // As PyTorch computes it: in float64, then rounded.
        const inverse = this.#scale.double().reciprocal().float();
        for (const grads of lists.values()) {
          torch.call(
            "aten::_amp_foreach_non_finite_check_and_unscale_",
            grads,
            this.#foundInf,
            inverse,
          );
        }
      })
    );
  }

  /** Ends a step: the scale shrinks if gradients overflowed, and grows if they have not for long. */
  update(): void {
    const { growthFactor, backoffFactor, growthInterval } = this.#options;
    torch.noGrad(() =>
      torch.call(
        "aten::_amp_update_scale_",
        this.#scale,
        this.#tracker,
        this.#foundInf,
        growthFactor,
        backoffFactor,
        growthInterval,
      )
    );
  }

  /** The state to save. Waits for the card. */
  stateDict(): GradScalerState {
    return { scale: this.#scale.item(), growthTracker: this.#tracker.item() };
  }

  /** Goes on from a saved state. */
  loadStateDict({ scale, growthTracker }: GradScalerState): void {
    torch.noGrad(() => {
      this.#scale.fill_(scale);
      this.#tracker.fill_(growthTracker);
    });
  }

  /** Frees what lies on the card. */
  [Symbol.dispose](): void {
    for (const tensor of [this.#scale, this.#tracker, this.#foundInf]) tensor.dispose();
  }
}
