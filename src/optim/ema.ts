/**
 * The moving average of a model's weights.
 *
 * @module
 */

import { ArgumentError, DeviceError } from "../base/errors.ts";
import { type Resolved, resolveOptions } from "../base/options.ts";
import type { Module } from "../nn/module.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { decayAt } from "./ema_decay.ts";
import { EMA_OPTIONS, type EmaOptions, type EmaState } from "./ema_options.ts";
import { PairLists, type Pairs } from "./ema_pairs.ts";
import { readEmaState } from "./ema_state.ts";

/**
 * The exponential moving average of a model's weights, which is often the better model: after every step of the
 * optimizer, average = decay · average + (1 - decay) · weight, the first time average = weight (Polyak and Juditsky,
 * Acceleration of stochastic approximation by averaging, 1992). As PyTorch's `AveragedModel` with
 * `get_ema_multi_avg_fn(decay)`, with a warm-up of the decay as timm's `ModelEmaV3` has it; tensors of whole numbers,
 * such as a batch norm's count of batches, are copied.
 *
 * Averages have the dtype of the weights, which float32 is made for: with a decay near 1, bfloat16 would round the
 * changes away. They live outside every scope until {@linkcode Ema.dispose}.
 *
 * @example
 * ```ts
 * import { nn, optim, torch } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * using ema = new optim.Ema(model, { decay: 0.99 });
 * for (let i = 0; i < 3; i++) {
 *   torch.scope(() => model.forward(torch.randn([8, 4])).pow(2).mean().backward());
 *   optimizer.step();
 *   optimizer.zeroGrad();
 *   ema.update();
 * }
 * ema.withAverage(() => torch.scope(() => model.forward(torch.ones([1, 4])).sum().item()));
 * ```
 */
export class Ema implements Disposable {
  readonly #options: Resolved<EmaOptions>;
  /** The tensors that are averaged, and those that are copied. */
  readonly #averaged: readonly Pairs[];
  readonly #copied: readonly Pairs[];
  /** The averages by all names of the state dict; a tensor that is shared has several. */
  readonly #names = new Map<string, Tensor>();
  #updates = 0;
  #swapped = false;

  /**
   * Starts with the weights that the model has. Move the model to its device before.
   *
   * @throws {ArgumentError} if an option cannot be used, or the model has no weights.
   */
  constructor(model: Module, options: EmaOptions = {}) {
    this.#options = resolveOptions("Ema", EMA_OPTIONS, options);
    const { averageBuffers } = this.#options;
    const parameters = new Set(model.parameters());
    if (parameters.size === 0) throw new ArgumentError("Ema: the model has no parameters.");
    const averageOf = new Map<Tensor, Tensor>();
    const [averaged, copied] = [new PairLists(), new PairLists()];
    for (const [name, live] of Object.entries(model.stateDict())) {
      let average = averageOf.get(live);
      if (average === undefined) {
        average = torch.keep(torch.scope(() => torch.noGrad(() => live.detach().clone())));
        averageOf.set(live, average);
        const moves = torch.isFloatingPoint(live.dtype) &&
          (averageBuffers || parameters.has(live));
        (moves ? averaged : copied).add(live, average);
      }
      this.#names.set(name, average);
    }
    this.#averaged = averaged.lists;
    this.#copied = copied.lists;
  }

  /** The updates made so far. */
  get updates(): number {
    return this.#updates;
  }

  /** Whether the model has the averages at the moment, and this object the model's own weights. */
  get swapped(): boolean {
    return this.#swapped;
  }

  /** The decay of the next update. */
  get decay(): number {
    return decayAt(this.#options, this.#updates);
  }

  /**
   * Moves the averages towards the weights: to be called after every step of the optimizer. One native call for all
   * weights of a dtype.
   *
   * @param unless 1 where the optimizer left its step out, else 0: a tensor without dimensions on the weights' device. With 1
   * the averages stay as they are.
   * @throws {ArgumentError} while the model has the averages.
   * @throws {DeviceError} if the model has moved to another device or dtype.
   */
  update(unless?: Tensor): void {
    this.#checkOwn("update()");
    const decay = this.decay;
    for (const { live, average } of [...this.#averaged, ...this.#copied]) {
      if (live[0].device === average[0].device && live[0].dtype === average[0].dtype) continue;
      throw new DeviceError(
        `The model's weights are ${live[0].dtype} on ${live[0].device} and their averages ` +
          `${average[0].dtype} on ${
            average[0].device
          }. Move the model first, then make a new Ema ` +
          `and load the state into it.`,
      );
    }
    torch.noGrad(() => {
      for (const { live, average } of this.#averaged) {
        if (decay === 0) torch.foreachCopy_(average, live);
        else if (unless === undefined) torch.foreachLerp_(average, live, 1 - decay);
        else lerpUnless(average, live, 1 - decay, unless);
      }
      for (const { live, average } of this.#copied) torch.foreachCopy_(average, live);
    });
    this.#updates++;
  }

  /**
   * Exchanges the model's weights with the averages, bit for bit; the second time puts each back. Use
   * {@linkcode Ema.withAverage} where it can be used, which cannot forget the second time.
   */
  swap(): void {
    torch.noGrad(() => {
      for (const { live, average } of [...this.#averaged, ...this.#copied]) {
        using _ = torch.scope();
        const held = live.map((tensor) => tensor.detach().clone());
        torch.foreachCopy_(live, average);
        torch.foreachCopy_(average, held);
      }
    });
    this.#swapped = !this.#swapped;
  }

  /**
   * Runs `body` while the model has the averages, such as an evaluation, and returns what it returns. Afterwards the
   * model has its own weights again, bit for bit, also if `body` throws; of a promise, once it is settled.
   *
   * @throws {ArgumentError} while the model has the averages already.
   */
  withAverage<R>(body: () => R): R {
    this.#checkOwn("withAverage()");
    this.swap();
    let result: R;
    try {
      result = body();
    } catch (error) {
      this.swap();
      throw error;
    }
    if (result instanceof Promise) return result.finally(() => this.swap()) as R;
    this.swap();
    return result;
  }

  /**
   * The averages by the names of the model's state dict, to load into a model or to save as one's weights; not copies.
   *
   * @throws {ArgumentError} while the model has the averages.
   */
  weights(): Record<string, Tensor> {
    this.#checkOwn("weights()");
    return Object.fromEntries(this.#names);
  }

  /**
   * The state to save; put it back with {@linkcode Ema.loadStateDict}.
   *
   * @throws {ArgumentError} while the model has the averages.
   */
  stateDict(): EmaState {
    return { tensors: this.weights(), scalars: { updates: this.#updates } };
  }

  /**
   * Goes on from a saved state; the tensors are copied. Nothing is copied unless all of it fits.
   *
   * @throws {ArgumentError} if names are missing or unknown, or the count of updates is none, or while the model has
   * the averages.
   * @throws {ShapeError} if a tensor is not of its weight's shape.
   */
  loadStateDict(state: EmaState): void {
    this.#checkOwn("loadStateDict()");
    const { tensors, updates } = readEmaState(state, this.#names);
    torch.noGrad(() => {
      for (const [name, average] of this.#names) average.copy_(tensors[name]);
    });
    this.#updates = updates;
  }

  #checkOwn(what: string): void {
    if (!this.#swapped) return;
    throw new ArgumentError(
      `Ema: the model has the averages at the moment; call swap() to put its own weights back before ${what}.`,
    );
  }

  /** Frees the averages. The model's weights stay. */
  dispose(): void {
    for (const average of new Set(this.#names.values())) average.dispose();
  }

  /** Same as {@linkcode Ema.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Moves averages by a weight, or by 0 where `unless` is 1. */
function lerpUnless(
  average: readonly Tensor[],
  live: readonly Tensor[],
  weight: number,
  unless: Tensor,
): void {
  torch.scope(() => {
    const own = unless.rsub(1).mul(weight).to(live[0].dtype);
    torch.call("aten::_foreach_lerp_.List", average, live, live.map(() => own));
  });
}
