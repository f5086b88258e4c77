/**
 * Gradients that become their mean over all processes.
 *
 * @module
 */

import { check, context, frame, native, releaseOne } from "../../../ffi/native.ts";
import { ArgumentError } from "../../base/errors.ts";
import { handleOf } from "../core.ts";
import { HANDLE } from "../handle.ts";
import type { Tensor } from "../tensor.ts";
import type { InGroup } from "./collectives.ts";
import { groupOf } from "./group_of.ts";

/** How a {@linkcode Reducer} works. */
export interface ReducerOptions extends InGroup {
  /** How many megabytes of gradients travel together; 25 by default, as in PyTorch. */
  bucketMegabytes?: number;
}

/**
 * Makes gradients their mean over all processes, while backward still runs: c10d's own reducer, which PyTorch's
 * DistributedDataParallel is built on. All processes make one of the same parameters. A parameter that takes no part in a
 * process's loss counts as having the gradient 0 there; where it has none in any, it keeps none.
 */
export class Reducer implements Disposable {
  readonly #handle: number;
  readonly #held: Disposable;

  /**
   * Watches the parameters.
   *
   * @throws {ArgumentError} if there are none, or one is no leaf that requires grad.
   */
  constructor(parameters: readonly Tensor[], { group, bucketMegabytes = 25 }: ReducerOptions = {}) {
    const within = groupOf(group);
    if (!(bucketMegabytes > 0)) {
      throw new ArgumentError(`bucketMegabytes is a number above 0, got ${bucketMegabytes}.`);
    }
    parameters.forEach((parameter, i) => frame[i] = handleOf(parameter));
    const bytes = Math.ceil(bucketMegabytes * 2 ** 20);
    check(native.ap_reducer_open(context, within[HANDLE], parameters.length, bytes));
    this.#handle = frame[0];
    check(native.ap_scope_keep(context, this.#handle));
    this.#held = within.holds(this);
  }

  /**
   * Has the next `backward` of the loss reduce the gradients, those that were gathered before it too. Without this call they
   * stay this process's own, as where several batches make one step.
   */
  prepareForBackward(loss: Tensor): void {
    check(native.ap_reducer_prepare(context, this.#handle, handleOf(loss)));
  }

  /** Leaves the parameters alone from now on. */
  dispose(): void {
    this.#held[Symbol.dispose]();
    releaseOne(context, this.#handle);
  }

  /** Same as {@linkcode Reducer.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
