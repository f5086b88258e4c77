/**
 * Counts of steps that lie beside the parameters.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/**
 * How many steps parameters have made, as tensors on their device: whether a step counts may be known there only, and one that
 * is recorded has to count itself.
 */
export class StepCounts implements Disposable {
  readonly #counts: (Tensor | undefined)[] = [];

  /**
   * The counts of some places.
   *
   * @param steps How many steps each parameter has made, by place, where it is not counted here yet.
   * @param params The parameters of these places.
   */
  of(places: readonly number[], steps: readonly number[], params: readonly Tensor[]): Tensor[] {
    return places.map((place, i) =>
      this.#counts[place] ??= torch.keep(
        torch.full([], steps[place], { dtype: "float32", device: params[i].device }),
      )
    );
  }

  /** Puts all counts into `steps` and lets go of them. Waits for the device. */
  settle(steps: number[]): void {
    const places = Object.keys(this.#counts).map(Number);
    if (places.length === 0) return;
    torch.scope(() =>
      torch.noGrad(() => {
        const counts = places.map((place) => this.#counts[place]!.to("cpu"));
        torch.stack(counts).data().forEach((count, i) => steps[places[i]] = Number(count));
      })
    );
    this[Symbol.dispose]();
  }

  /** Lets go of all counts. */
  [Symbol.dispose](): void {
    for (const count of this.#counts) count?.dispose();
    this.#counts.length = 0;
  }
}
