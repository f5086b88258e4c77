/**
 * Numbers that training cannot go on with.
 *
 * @module
 */

import { TrainingError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { Position } from "./checkpoint.ts";
import type { StepOptimizer } from "./stage.ts";

/** Where a number was found. */
export interface Place {
  /** The stage under way. */
  readonly stage: { readonly name: string; readonly optimizer: Pick<StepOptimizer, "lr"> };
  /** Where the run stands. */
  readonly position: Pick<Position, "step" | "batch" | "epoch">;
  /** The file of the checkpoint, if there is one. */
  readonly checkpoint: string | undefined;
}

/** @throws {TrainingError} if a loss is NaN or infinite. */
export function checkLoss(
  loss: Tensor,
  terms: Readonly<Record<string, Tensor>> | undefined,
  place: Place,
): void {
  if (loss.numel !== 1 || Number.isFinite(loss.item())) return;
  const { stage, position: { step, batch, epoch } } = place;
  const parts = Object.entries(terms ?? {}).map(([name, term]) => `${name} ${term.item()}`);
  fail(
    `The loss of "${stage.name}" is ${loss.item()}${
      parts.length > 0 ? ` (${parts.join(", ")})` : ""
    } in step ${step + 1}, batch ${batch + 1} of epoch ${epoch + 1}`,
    place,
  );
}

/** @throws {TrainingError} if a mean of losses is NaN or infinite. */
export function checkMeans(means: Readonly<Record<string, number>>, place: Place): void {
  const bad = Object.entries(means).filter(([, mean]) => !Number.isFinite(mean));
  if (bad.length === 0) return;
  const { stage, position: { step, epoch } } = place;
  const list = bad.map(([name, mean]) => `${name} ${mean}`).join(", ");
  fail(
    `A loss of "${stage.name}" is not finite (means since the last record: ${list}) up to step ` +
      `${step} in epoch ${
        epoch + 1
      } (with checkFinite true, the first such step and its culprit are named)`,
    place,
  );
}

/**
 * A finite loss can have gradients that are not: such weights must not take the place of good ones.
 *
 * @throws {TrainingError} if a parameter is NaN or infinite.
 */
export function checkParameters(params: readonly Tensor[], place: Place): void {
  const finite = torch.scope(() =>
    torch.noGrad(() =>
      torch.foreachNorm([...params], Infinity).every((norm) => Number.isFinite(norm.item()))
    )
  );
  if (finite) return;
  const { stage, position } = place;
  fail(
    `Parameters that "${stage.name}" trains are NaN or infinite after step ${position.step}`,
    place,
  );
}

function fail(what: string, { stage, checkpoint }: Place): never {
  throw new TrainingError(
    `${what}. Lower the learning rate (now ${stage.optimizer.lr}), set clipNorm, or look for NaN ` +
      `in the data.${
        checkpoint === undefined ? "" : ` The checkpoint ${checkpoint} is as it was before.`
      }`,
  );
}
