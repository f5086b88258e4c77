/**
 * The training loop that all methods share.
 *
 * @module
 */

import type { FitResult, ManyStages, PerStage, SingleStage } from "./fit_options.ts";
import { Loop } from "./loop.ts";
import { checkOptions } from "./loop_checks.ts";
import { stagesOf } from "./stages.ts";

/**
 * Trains a method: seeded, every step in a scope of its own, with records, evaluation, and checkpoints
 * from which a run goes on to the same numbers (on the CPU bit for bit, wherever it was stopped).
 *
 * A checkpoint holds the method's state, the optimizers', the random numbers', how far the run is, checksums, and what
 * decides the run: options, schedules, fingerprints of data and teachers. It fits a run that these are the same of;
 * `epochs` may be more than before.
 * Schedules are functions of the step, and loaders of seed and epoch; a schedule that depends on more than the step, such
 * as a plateau's, has its state saved.
 *
 * The method is put into training mode, and is in it when this returns. Frozen parts stay in evaluation mode,
 * and so does a part that was put there within a model in training mode; evaluations leave each module's mode as
 * it was.
 *
 * @throws {ArgumentError} if an option cannot be used, if a method of several stages is used as if it had one, or if no
 * parameter of an optimizer has a gradient after a stage's first step.
 * @throws {FileError} if the checkpoint cannot be written; found out before training starts.
 * @throws {FormatError} if the checkpoint to go on from does not fit this run's method and optimizers.
 * @throws {ChecksumError} if it is damaged.
 * @throws {ResumeError} if it is of a run with other settings; see `resume`.
 * @throws {TrainingError} when a loss or a parameter is not finite; the checkpoint stays as it is.
 *
 * @example
 * ```ts
 * import { data, evaluation, models, optim, train } from "@apprentice/distill";
 *
 * using images = await data.mnist("test");
 * using few = images.balancedSubset(20);
 * using model = new models.SmallCnn({ numClasses: 10 });
 * model.view = { size: [28, 28], ...data.MNIST_STATISTICS };
 * await train.fit({
 *   method: new train.Supervised(model),
 *   optimizer: (params) => new optim.AdamW(params, { lr: 2e-3 }),
 *   batches: new data.Loader(few, { batchSize: 50, shuffle: true, seed: 0 }),
 *   epochs: 2,
 *   evaluate: async () => ({ accuracy: (await evaluation.evaluate(model, few)).overall }),
 * });
 * ```
 */
export async function fit<B extends Disposable, S extends string = string>(
  options: SingleStage<B> | PerStage<B, S> | ManyStages,
): Promise<FitResult> {
  checkOptions(options);
  using made = stagesOf(options);
  return await new Loop(options, made.stages, made.plan).go();
}
