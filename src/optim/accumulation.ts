/**
 * Large batches in small pieces.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/**
 * Gathers the gradients of several small batches for one step of the optimizer, as if they were one large batch: the
 * mean over all their images counts, also where the last one is smaller, or an epoch ends within a group.
 *
 * Losses are means over the images of their batch. What depends on the batch otherwise, such as a batch norm's
 * statistics or a loss that compares images with each other, is that of the small batches.
 *
 * @example
 * ```ts
 * import { nn, optim, torch } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const accumulation = new optim.Accumulation(4);
 * const batches = [8, 8, 8, 8, 8, 3].map((size) => torch.randn([size, 4]));
 * batches.forEach((batch, i) => {
 *   torch.scope(() => {
 *     const loss = model.forward(batch).pow(2).mean();
 *     accumulation.weigh(loss, batch.size(0)).backward();
 *   });
 *   if (!accumulation.full && i < batches.length - 1) return;
 *   accumulation.finish(model.parameters());
 *   optimizer.step();
 *   optimizer.zeroGrad();
 * }); // two steps, of 32 and of 11 images
 * ```
 */
export class Accumulation {
  /** How many batches make one step. */
  readonly every: number;
  /** The size of the first batch of the group at hand. */
  #first = 0;
  #batches = 0;
  #images = 0;

  /**
   * Gathers `every` batches for each step.
   *
   * @throws {ArgumentError} if it is not a whole number of at least 1.
   */
  constructor(every: number) {
    if (!Number.isSafeInteger(every) || every < 1) {
      throw new ArgumentError(
        `Accumulation takes the number of batches for a step, a whole number of at least 1; got ${every}.`,
      );
    }
    this.every = every;
  }

  /** How many batches the group at hand has so far: 0 right after a step. */
  get pending(): number {
    return this.#batches;
  }

  /** Whether the group has all its batches: then comes {@linkcode Accumulation.finish}, and a step. */
  get full(): boolean {
    return this.#batches >= this.every;
  }

  /** How many steps an epoch of so many batches makes: its last group may have fewer. */
  stepsOf(batches: number): number {
    return Math.ceil(batches / this.every);
  }

  /**
   * The loss to take gradients of, for a batch of `count` images whose mean loss is given.
   *
   * @throws {ArgumentError} if the count is not a whole number of at least 1, or the group is full.
   */
  weigh(loss: Tensor, count: number): Tensor {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new ArgumentError(`A batch has at least 1 image, got ${count}.`);
    }
    if (this.full) {
      throw new ArgumentError(
        `The group has its ${this.every} batches; call finish() and make the step.`,
      );
    }
    if (this.#batches === 0) this.#first = count;
    this.#batches++;
    this.#images += count;
    const weight = count / (this.#first * this.every);
    return weight === 1 ? loss : loss.mul(weight);
  }

  /**
   * Ends a group: makes the gradients those of the mean over its images where it is not as large as was expected at
   * its first batch. To be called before gradients are clipped.
   */
  finish(params: readonly Tensor[]): void {
    const { expected, images } = { expected: this.#first * this.every, images: this.#images };
    this.reset();
    if (images === 0 || images === expected) return;
    torch.scope(() =>
      torch.noGrad(() => {
        const grads = torch.stepGradsOf(params, false).grads.filter((grad) => grad !== null);
        if (grads.length > 0) torch.foreachMul_(grads, expected / images);
      })
    );
  }

  /** Forgets the group at hand, as where its gradients were thrown away. */
  reset(): void {
    this.#first = this.#batches = this.#images = 0;
  }
}
