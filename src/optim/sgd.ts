/**
 * Stochastic gradient descent.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { flag, number } from "../base/option_values.ts";
import { checkOptions, type OptionTable, type Resolved, resolveOptions } from "../base/options.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { BaseOptions, FilledGroup, ParamGroup } from "./groups.ts";
import { Optimizer } from "./optimizer.ts";

/** Options of {@linkcode SGD}. */
export interface SGDOptions extends BaseOptions {
  /** How much of the last direction stays; 0 by default. */
  momentum?: number;
  /** How much of the gradient is left out of the momentum; 0 by default. */
  dampening?: number;
  /** The L2 penalty; 0 by default. */
  weightDecay?: number;
  /** Nesterov's momentum; false by default. Needs a momentum and no dampening. */
  nesterov?: boolean;
  /** Climbs instead of descending; false by default. */
  maximize?: boolean;
}

/** The declaration of {@linkcode SGDOptions}. */
export const SGD_OPTIONS: OptionTable<SGDOptions> = {
  lr: number({ min: 0, help: "the learning rate" }),
  momentum: number({ default: 0, min: 0, help: "how much of the last direction stays" }),
  dampening: number({ default: 0, help: "how much of the gradient is left out of the momentum" }),
  weightDecay: number({ default: 0, min: 0, help: "the L2 penalty" }),
  nesterov: flag({
    default: false,
    help: "Nesterov's momentum; needs a momentum and no dampening",
  }),
  maximize: flag({ default: false, help: "climbs instead of descending" }),
};

function check(options: SGDOptions): void {
  checkOptions("SGD", SGD_OPTIONS, options as Resolved<SGDOptions>);
  if (options.nesterov && (options.momentum === 0 || options.dampening !== 0)) {
    throw new ArgumentError(
      `SGD: nesterov needs a momentum and no dampening, got momentum ${options.momentum} and ` +
        `dampening ${options.dampening}.`,
    );
  }
}

/**
 * Stochastic gradient descent with momentum, as PyTorch's: with g the gradient plus
 * `weightDecay` times the parameter p, the buffer b is g at the first step, then
 * `momentum * b + (1 - dampening) * g`; p falls by `lr * b`, or with Nesterov's momentum by
 * `lr * (g + momentum * b)`.
 *
 * @example
 * ```ts
 * import { nn, optim, torch } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 * model.forward(torch.randn([8, 4])).pow(2).mean().backward();
 * optimizer.step();
 * optimizer.zeroGrad();
 * ```
 */
export class SGD extends Optimizer<SGDOptions> {
  /** The state tensors' names. */
  protected override get stateNames(): readonly string[] {
    return ["momentum_buffer"];
  }

  /**
   * Takes the parameters to train, or groups of them with options of their own.
   *
   * @throws {ArgumentError} if an option cannot be used, or a parameter is not a leaf tensor of a float
   * dtype, or there is none.
   */
  constructor(params: readonly Tensor[] | readonly ParamGroup<SGDOptions>[], options: SGDOptions) {
    super(params, resolveOptions("SGD", SGD_OPTIONS, options), check);
  }

  /** One native call; two in a step in which some parameters have a gradient for the first time. */
  protected override update(
    group: FilledGroup<SGDOptions>,
    places: readonly number[],
    params: readonly Tensor[],
    grads: readonly Tensor[],
  ): void {
    if (group.momentum === 0) return this.#fused(group, params, grads, [], false);
    const buffers = this.state("momentum_buffer");
    const fresh = places.filter((place) => buffers[place] === undefined);
    const all = this.stateOf("momentum_buffer", places);
    if (fresh.length === 0) return this.#fused(group, params, grads, all, false);
    try {
      if (fresh.length === places.length) return this.#fused(group, params, grads, all, true);
      const isFresh = new Set(fresh);
      for (const first of [true, false]) {
        const picked = places.flatMap((place, i) => isFresh.has(place) === first ? [i] : []);
        this.#fused(
          group,
          picked.map((i) => params[i]),
          picked.map((i) => grads[i]),
          picked.map((i) => all[i]),
          first,
        );
      }
    } catch (error) {
      // Zeros that no step has filled are not the momentum of a first step.
      for (const place of fresh) {
        buffers[place]!.dispose();
        buffers[place] = undefined;
      }
      throw error;
    }
  }

  #fused(
    group: FilledGroup<SGDOptions>,
    params: readonly Tensor[],
    grads: readonly Tensor[],
    buffers: readonly Tensor[],
    isFirstStep: boolean,
  ): void {
    const { foundInf } = this.given;
    const rate = this.rateOf(group);
    if (rate !== undefined) {
      torch.call("aten::_fused_sgd_.tensor_lr", params, grads, buffers, {
        weight_decay: group.weightDecay!,
        momentum: group.momentum!,
        lr: rate,
        dampening: group.dampening!,
        nesterov: group.nesterov!,
        maximize: group.maximize!,
        is_first_step: isFirstStep,
        found_inf: foundInf,
      });
      return;
    }
    torch.fusedSgd_(params, grads, buffers, {
      lr: group.lr,
      momentum: group.momentum!,
      dampening: group.dampening!,
      weightDecay: group.weightDecay!,
      nesterov: group.nesterov!,
      maximize: group.maximize!,
      isFirstStep,
      foundInf,
    });
  }
}
