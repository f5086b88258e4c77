/**
 * Running sums of losses.
 *
 * @module
 */

import { ShapeError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { Sums } from "./sums.ts";

interface Running {
  /** On the losses' device, float64; null while `before` is all there is. */
  tensor: Tensor | null;
  /** What a checkpoint brought along. */
  before: number;
  count: number;
}

/**
 * Sums losses by name. The sums stay on the losses' device until they are asked for: reading a loss at
 * every step would wait for a GPU at every step.
 */
export class LossSums {
  readonly #running = new Map<string, Running>();

  /** Adds a loss of one element. */
  add(name: string, loss: Tensor): void {
    const running = this.#running.get(name);
    if (running?.tensor) {
      running.tensor.add_(loss.detach());
      running.count++;
      return;
    }
    if (loss.numel !== 1) {
      throw new ShapeError(
        `The loss "${name}" has shape [${loss.shape.join(", ")}]; it must have one element: ` +
          `take its mean().`,
      );
    }
    const { before, count } = running ?? { before: 0, count: 0 };
    const tensor = torch.keep(
      torch.scope(() => loss.detach().to({ dtype: "float64", copy: true }).reshape([]).add(before)),
    );
    this.#running.set(name, { tensor, before: 0, count: count + 1 });
  }

  /** The sums so far. Waits for the device. */
  read(): Sums {
    return Object.fromEntries(
      Array.from(this.#running, ([name, { tensor, before, count }]) => [
        name,
        [tensor === null ? before : tensor.item(), count],
      ]),
    );
  }

  /** Goes on from sums that {@linkcode LossSums.read} gave. */
  restore(sums: Sums): void {
    this.clear();
    for (const [name, [before, count]] of Object.entries(sums)) {
      this.#running.set(name, { tensor: null, before, count });
    }
  }

  /** Starts from nothing. */
  clear(): void {
    for (const { tensor } of this.#running.values()) tensor?.dispose();
    this.#running.clear();
  }
}

/** Adds `more` to `sums`. */
export function addSums(sums: Sums, more: Sums): void {
  for (const [name, [sum, count]] of Object.entries(more)) {
    const old = Object.hasOwn(sums, name) ? sums[name] : [0, 0];
    sums[name] = [old[0] + sum, old[1] + count];
  }
}

/** The means by name. */
export function meansOf(sums: Sums): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sums).map(([name, [sum, count]]) => [name, sum / count]),
  );
}
