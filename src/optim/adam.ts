/**
 * Adam and AdamW.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { pair } from "../base/option_parts.ts";
import { flag, number } from "../base/option_values.ts";
import { checkOptions, type OptionTable, type Resolved, resolveOptions } from "../base/options.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { BaseOptions, FilledGroup, ParamGroup } from "./groups.ts";
import { Optimizer } from "./optimizer.ts";
import { StepCounts } from "./step_counts.ts";

/** Options of {@linkcode Adam} and {@linkcode AdamW}. */
export interface AdamOptions extends BaseOptions {
  /** How slowly the averages of the gradient and of its square move; [0.9, 0.999] by default. */
  betas?: readonly [number, number];
  /** Added to the denominator; 1e-8 by default. */
  eps?: number;
  /** The L2 penalty (Adam, 0 by default) or decoupled decay (AdamW, 0.01 by default). */
  weightDecay?: number;
  /** Divides by the largest average so far (Reddi et al. 2018); false by default. */
  amsgrad?: boolean;
  /** Climbs instead of descending; false by default. */
  maximize?: boolean;
  /** Whether weight decay stays out of the averages, as AdamW's, which cannot be otherwise; false by default. */
  decoupledWeightDecay?: boolean;
}

/** The declaration of {@linkcode AdamOptions}, for {@linkcode Adam}. */
export const ADAM_OPTIONS: OptionTable<AdamOptions> = {
  lr: number({ default: 1e-3, min: 0, help: "the learning rate" }),
  betas: pair(number({ min: 0, below: 1 }), {
    default: [0.9, 0.999],
    wants: "two numbers from 0 to below 1",
    help: "how slowly the averages of the gradient and of its square move",
  }),
  eps: number({ default: 1e-8, min: 0, help: "added to the denominator" }),
  weightDecay: number({ default: 0, min: 0, help: "the L2 penalty, or the decoupled decay" }),
  amsgrad: flag({ default: false, help: "divides by the largest average so far" }),
  maximize: flag({ default: false, help: "climbs instead of descending" }),
  decoupledWeightDecay: flag({
    default: false,
    help: "whether weight decay stays out of the averages, as AdamW's",
  }),
};

/** The declaration of {@linkcode AdamOptions}, for {@linkcode AdamW}. */
export const ADAMW_OPTIONS: OptionTable<AdamOptions> = {
  ...ADAM_OPTIONS,
  weightDecay: number({ default: 0.01, min: 0, help: "the decoupled decay" }),
  decoupledWeightDecay: flag({ default: true, help: "AdamW's decay, which cannot be otherwise" }),
};

function checkAs(
  name: "Adam" | "AdamW",
  table: OptionTable<AdamOptions>,
): (options: AdamOptions) => void {
  return (options) => {
    checkOptions(name, table, options as Resolved<AdamOptions>);
    if (name === "AdamW" && !options.decoupledWeightDecay) {
      throw new ArgumentError(
        "AdamW: decoupledWeightDecay cannot be false; Adam is the one with an L2 penalty.",
      );
    }
  };
}

/** What Adam and AdamW share: all but what stands for options that are absent. */
abstract class AdamBase extends Optimizer<AdamOptions> {
  /** One step count for all parameters of a call, by device, and the list that repeats it. */
  readonly #counts = new Map<string, { count: Tensor; list: Tensor[] }>();
  /** The step counts of parameters whose steps are counted on their device. */
  readonly #onDevice = new StepCounts();

  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdamOptions>[],
    options: Partial<AdamOptions> | undefined,
    name: "Adam" | "AdamW",
    table: OptionTable<AdamOptions>,
  ) {
    super(params, resolveOptions(name, table, options), checkAs(name, table));
  }

  /** The state tensors' names. */
  protected override get stateNames(): readonly string[] {
    return ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"];
  }

  /** One native call for all parameters that have made the same number of steps. */
  protected override update(
    group: FilledGroup<AdamOptions>,
    places: readonly number[],
    params: readonly Tensor[],
    grads: readonly Tensor[],
  ): void {
    const { foundInf, rates } = this.given;
    if (foundInf !== undefined || rates !== undefined) {
      return this.#countingOnDevice(group, places, params, grads);
    }
    this.settleSteps();
    const steps = this.steps;
    const first = steps[places[0]];
    if (places.every((place) => steps[place] === first)) {
      return this.#fused(group, places, params, grads, first + 1);
    }
    // As they are before any of them is changed: one that lags by a step would else be taken again.
    const counts = places.map((place) => steps[place]);
    for (const count of new Set(counts)) {
      const picked = counts.flatMap((own, i) => own === count ? [i] : []);
      this.#fused(
        group,
        picked.map((i) => places[i]),
        picked.map((i) => params[i]),
        picked.map((i) => grads[i]),
        count + 1,
      );
    }
  }

  #fused(
    group: FilledGroup<AdamOptions>,
    places: readonly number[],
    params: readonly Tensor[],
    grads: readonly Tensor[],
    step: number,
  ): void {
    const update = group.decoupledWeightDecay ? torch.fusedAdamw_ : torch.fusedAdam_;
    update(
      params,
      grads,
      this.stateOf("exp_avg", places),
      this.stateOf("exp_avg_sq", places),
      group.amsgrad ? this.stateOf("max_exp_avg_sq", places) : [],
      this.#countOf(params, step),
      {
        lr: group.lr,
        beta1: group.betas![0],
        beta2: group.betas![1],
        weightDecay: group.weightDecay!,
        eps: group.eps!,
        amsgrad: group.amsgrad!,
        maximize: group.maximize!,
      },
    );
    // Only now: a step that failed does not count.
    for (const place of places) this.steps[place] = step;
  }

  /** One native call that reads from the device whether the step counts, and counts it there, as PyTorch's. */
  #countingOnDevice(
    group: FilledGroup<AdamOptions>,
    places: readonly number[],
    params: readonly Tensor[],
    grads: readonly Tensor[],
  ): void {
    const { foundInf } = this.given;
    const rate = this.rateOf(group);
    const counts = this.#onDevice.of(places, this.steps, params);
    torch.call("aten::_foreach_add_.Scalar", counts, 1);
    torch.call(
      `aten::_fused_adam${group.decoupledWeightDecay ? "w" : ""}_${rate ? ".tensor_lr" : ""}`,
      params,
      grads,
      this.stateOf("exp_avg", places),
      this.stateOf("exp_avg_sq", places),
      group.amsgrad ? this.stateOf("max_exp_avg_sq", places) : [],
      counts,
      {
        lr: rate ?? group.lr,
        beta1: group.betas![0],
        beta2: group.betas![1],
        weight_decay: group.weightDecay!,
        eps: group.eps!,
        amsgrad: group.amsgrad!,
        maximize: group.maximize!,
        found_inf: foundInf,
      },
    );
    if (foundInf !== undefined) {
      torch.call("aten::_foreach_sub_.List", counts, counts.map(() => foundInf));
    }
  }

  /** @ignore */
  protected override settleSteps(): void {
    this.#onDevice.settle(this.steps);
  }

  /** The step count as the native call wants it: one tensor for every parameter. */
  #countOf(params: readonly Tensor[], step: number): readonly Tensor[] {
    const device = params[0].device;
    let known = this.#counts.get(device);
    if (known === undefined) {
      known = { count: torch.keep(torch.zeros([], { device })), list: [] };
      this.#counts.set(device, known);
    }
    known.count.fill_(step);
    if (known.list.length !== params.length) {
      known.list = new Array<Tensor>(params.length).fill(known.count);
    }
    return known.list;
  }

  /** Frees the optimizer's own tensors. The parameters stay. */
  override dispose(): void {
    super.dispose();
    this.#onDevice[Symbol.dispose]();
    for (const { count } of this.#counts.values()) count.dispose();
    this.#counts.clear();
  }
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1), as PyTorch's; weight decay is added to the gradient, unless
 * `decoupledWeightDecay` is set.
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
 * ```
 */
export class Adam extends AdamBase {
  /**
   * The learning rate is 0.001 by default.
   *
   * @throws {ArgumentError} if an option cannot be used, or a parameter is not a leaf tensor of a float
   * dtype, or there is none.
   */
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdamOptions>[],
    options?: Partial<AdamOptions>,
  ) {
    super(params, options, "Adam", ADAM_OPTIONS);
  }
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2), as PyTorch's: Adam, and apart from it every
 * parameter shrinks by `lr * weightDecay` of itself.
 *
 * @example
 * ```ts
 * import { nn, optim } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.05 });
 * ```
 */
export class AdamW extends AdamBase {
  /**
   * The learning rate is 0.001 by default, the weight decay 0.01.
   *
   * @throws {ArgumentError} if an option cannot be used, or a parameter is not a leaf tensor of a float
   * dtype, or there is none.
   */
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdamOptions>[],
    options?: Partial<AdamOptions>,
  ) {
    super(params, options, "AdamW", ADAMW_OPTIONS);
  }
}
