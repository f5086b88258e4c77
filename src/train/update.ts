/**
 * How gradients become a step: gathered, scaled, clipped, averaged.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Spec } from "../base/spec.ts";
import type { StepResult } from "../distill/mod.ts";
import { Module } from "../nn/mod.ts";
import { Accumulation, clipGradNorm, Ema, type EmaOptions, GradScaler } from "../optim/mod.ts";
import { CardScaler } from "../optim/card_scaler.ts";
import { Optimizer } from "../optim/optimizer.ts";
import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";
import { imagesIn } from "./images_in.ts";
import type { StepOptimizer, Trainable } from "./stage.ts";
import type { UpdateState } from "./update_state.ts";

/** What decides how gradients become a step. */
export interface UpdateOptions {
  /** The norm that gradients are scaled down to. */
  readonly clipNorm?: number;
  /** How many batches make one step. */
  readonly accumulate?: number;
  /** What losses are computed in. */
  readonly autocast?: "bfloat16" | "float16";
  /** The average of the student's weights. */
  readonly ema?: EmaOptions;
}

/** Takes the losses of a step's batches, and makes the step. */
export class Update implements Disposable {
  /** The average of the student's weights, if there is one. */
  readonly ema: Ema | null;
  readonly #options: UpdateOptions;
  readonly #accumulation: Accumulation;
  /** One that waits for nothing where all is on a card and optimizers are ours. */
  readonly #scaler: GradScaler | CardScaler | null;
  readonly #optimizers: readonly StepOptimizer[];
  readonly #device: Device;
  /** What is averaged; a stage that trains nothing of it leaves the average alone. */
  readonly #students: ReadonlySet<Tensor>;

  /**
   * Begins with nothing gathered.
   *
   * @param optimizers Those of all stages.
   * @throws {ArgumentError} if an average is wanted of what has no student.
   */
  constructor(
    options: UpdateOptions,
    method: Trainable,
    optimizers: readonly StepOptimizer[],
    device: Device,
  ) {
    const { accumulate = 1, autocast, ema } = options;
    this.#options = options;
    this.#optimizers = optimizers;
    this.#device = device;
    this.#accumulation = new Accumulation(accumulate);
    const onCard = device !== "cpu" && optimizers.every((each) => each instanceof Optimizer);
    this.#scaler = autocast !== "float16"
      ? null
      : onCard
      ? new CardScaler(device)
      : new GradScaler();
    this.ema = ema === undefined ? null : new Ema(studentOf(method), ema);
    this.#students = new Set(ema === undefined ? [] : studentOf(method).parameters());
  }

  /** How many batches were gathered since the last step. */
  get pending(): number {
    return this.#accumulation.pending;
  }

  /** How many steps so many batches make. */
  stepsOf(batches: number): number {
    return this.#accumulation.stepsOf(batches);
  }

  /** Computes a loss in the dtype that was chosen. */
  compute(step: () => StepResult): StepResult {
    const { autocast: dtype } = this.#options;
    if (dtype === undefined) return step();
    return torch.autocast(step, { dtype, device: this.#device });
  }

  /**
   * Adds a batch's gradients to those gathered.
   *
   * @param ready Told the loss whose backward comes next, as it is scaled.
   */
  backward(loss: Tensor, batch: unknown, ready: (loss: Tensor) => void = () => {}): void {
    // Where a batch is a step, nobody has to know how many images it has.
    const count = this.#accumulation.every === 1 ? 1 : imagesIn(batch);
    const weighed = this.#accumulation.weigh(loss, count);
    const scaled = this.#scaler?.scale(weighed) ?? weighed;
    ready(scaled);
    scaled.backward();
  }

  /**
   * Makes the step that the gathered gradients lead to.
   *
   * @param given The learning rates where a recorded step reads them, and whether the average follows at once.
   */
  step(
    optimizer: StepOptimizer,
    params: readonly Tensor[],
    given: { rates?: readonly Tensor[]; average?: boolean } = {},
  ): void {
    const { clipNorm } = this.#options;
    const scaler = this.#scaler;
    this.#accumulation.finish(params);
    if (scaler instanceof CardScaler) scaler.unscale(params);
    else if (clipNorm !== undefined) scaler?.unscale(optimizer);
    if (clipNorm !== undefined) clipGradNorm(params, clipNorm);
    const made = this.#makeStep(optimizer, given.rates);
    // Those of other stages too: a loss may reach their parameters, and their own steps start from nothing.
    for (const each of this.#optimizers) each.zeroGrad();
    // Where weights stay as they are, the average would forget the earlier ones.
    if (made && (given.average ?? true)) this.average(params);
  }

  /** Moves the average towards weights that a step has changed. */
  average(params: readonly Tensor[]): void {
    if (!params.some((param) => this.#students.has(param))) return;
    this.ema?.update(this.#scaler instanceof CardScaler ? this.#scaler.foundInf : undefined);
  }

  /** Forgets the gradients of a step that is not made. */
  abandon(params: readonly Tensor[], method: Trainable): void {
    this.#accumulation.reset();
    for (const each of this.#optimizers) each.zeroGrad();
    torch.clearGrads([
      ...params,
      ...Object.values(method.stateDict()).filter((tensor) => tensor.requiresGrad),
    ]);
  }

  /** Makes an optimizer's step; false if it was left out because gradients overflowed. */
  #makeStep(optimizer: StepOptimizer, rates: readonly Tensor[] | undefined): boolean {
    if (this.#scaler === null) {
      if (rates === undefined) optimizer.step();
      else (optimizer as Optimizer).step({ rates });
      return true;
    }
    const scaler = this.#scaler;
    if (scaler instanceof CardScaler) {
      (optimizer as Optimizer).step({ foundInf: scaler.foundInf, rates });
      scaler.update();
      // Whether it was made is known on the card.
      return true;
    }
    const made = scaler.step(optimizer);
    scaler.update();
    return made;
  }

  /** Runs `body` while the student has the averaged weights, if there are any. */
  async withAverage<T>(body: () => Promise<T>): Promise<T> {
    return this.ema === null ? await body() : await this.ema.withAverage(body);
  }

  /** What a checkpoint holds of it. */
  state(): UpdateState {
    const average = this.ema?.stateDict();
    return {
      average: average?.tensors ?? {},
      scalars: {
        updates: average?.scalars.updates,
        scaler: this.#scaler?.stateDict() as Spec | undefined,
      },
    };
  }

  /** Goes on from what a checkpoint holds; what it lacks starts anew. */
  restore({ average, scalars }: UpdateState): void {
    if (this.ema !== null && scalars.updates !== undefined) {
      this.ema.loadStateDict({ tensors: average, scalars: { updates: Number(scalars.updates) } });
    }
    if (this.#scaler !== null && scalars.scaler !== undefined) {
      this.#scaler.loadStateDict(scalars.scaler as { scale: number; growthTracker: number });
    }
  }

  /** Frees the average, and what lies on a card. */
  [Symbol.dispose](): void {
    this.ema?.dispose();
    if (this.#scaler instanceof CardScaler) this.#scaler[Symbol.dispose]();
  }
}

/**
 * Who is taught.
 *
 * @throws {ArgumentError} if nobody is known to be.
 */
export function studentOf(method: Trainable): Module {
  const { student } = method as { student?: unknown };
  if (student instanceof Module) return student;
  throw new ArgumentError(
    "An average or the best of the student's weights is wanted, and this method does not say who its student is: give it " +
      "a property student.",
  );
}
