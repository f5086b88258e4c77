/**
 * What the first step of each stage shows: whether what the optimizer holds is what the loss depends on.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import type { StepOptimizer, Trainable } from "./stage.ts";
import { namesOf } from "./loop_spec.ts";

/** How many names a message lists. */
const SHOWN = 6;

/** Refuses a loss that nothing can be learnt from. */
export function checkLossDepends(stage: string, loss: Tensor): void {
  if (loss.requiresGrad) return;
  throw new ArgumentError(
    `The loss of "${stage}" depends on nothing that is trained, so that it has no gradients. Compute it from ` +
      `parameters that are not frozen, outside noGrad() and without detach().`,
  );
}

/**
 * Looks at the gradients after the first backward of a stage.
 *
 * @param params The parameters of the stage's optimizer.
 * @param optimizers Those of all stages.
 * @returns What should be said about it, if anything.
 * @throws {ArgumentError} if no parameter of the optimizer has a gradient.
 */
export function checkGradients(
  stage: string,
  method: Trainable,
  params: readonly Tensor[],
  optimizers: readonly StepOptimizer[],
): string[] {
  const names = namesOf(method);
  const trained = params.filter((param) => param.requiresGrad);
  const list = (tensors: readonly Tensor[]) => {
    const shown = tensors.slice(0, SHOWN).map((tensor) =>
      names.get(tensor) ?? "(not the method's)"
    );
    return shown.join(", ") + (tensors.length > SHOWN ? `, … (${tensors.length} in all)` : "");
  };
  if (trained.length === 0) {
    throw new ArgumentError(
      `All ${params.length} parameters of the optimizer of "${stage}" are frozen (requiresGrad is false), so ` +
        `that it trains nothing. Unfreeze them with requiresGrad_(), or give the optimizer others.`,
    );
  }
  const grads = torch.gradsOf(trained);
  const without = trained.filter((_, i) => grads[i] === null);
  if (without.length === trained.length) {
    const foreign = trained.every((param) => !names.has(param));
    throw new ArgumentError(
      `No parameter of the optimizer of "${stage}" has a gradient after the first step, so that it trains ` +
        `nothing: the loss does not depend on them. ${
          foreign
            ? "None of them is one of the method's: was the optimizer made for another model?"
            : `They are ${list(trained)}.`
        } Make the optimizer of what this stage trains, method.parameters() as a rule.`,
    );
  }
  const said: string[] = [];
  if (without.length > 0) {
    said.push(
      `${without.length} of the ${trained.length} parameters that the optimizer of "${stage}" trains have no ` +
        `gradient in the first step, and do not change without one: ${list(without)}.`,
    );
  }
  const held = new Set(
    optimizers.flatMap(({ paramGroups }) => paramGroups.flatMap((g) => g.params)),
  );
  const others = [...names.keys()].filter((tensor) => tensor.requiresGrad && !held.has(tensor));
  const reached = torch.gradsOf(others);
  const leftOut = others.filter((_, i) => reached[i] !== null);
  if (leftOut.length > 0) {
    said.push(
      `${leftOut.length} parameters get gradients from the loss of "${stage}", and no optimizer trains them: ` +
        `${
          list(leftOut)
        }. Give them to one, or freeze them with requiresGrad_(false) if they are to stay.`,
    );
  }
  return said;
}
