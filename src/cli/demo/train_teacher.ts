/**
 * How the demos train their teachers.
 *
 * @module
 */

import type { Classifier } from "../../nn/mod.ts";
import * as optim from "../../optim/mod.ts";
import * as models from "../../models/mod.ts";
import { fit } from "../../train/fit.ts";
import type { FitOptions } from "../../train/fit_options.ts";
import type { LabelledBatch, Loader, UnlabelledBatch } from "../../data/mod.ts";
import { Rotation, Supervised } from "../../distill/mod.ts";

/** What a teacher's training takes beside its model and images; its file holds the whole recipe. */
export interface TeacherRecipe {
  /** The largest learning rate. */
  lr: number;
  /** How many times it sees its images. */
  epochs: number;
}

/**
 * Trains a teacher and writes it to `file`.
 *
 * @returns Whether it was trained to the end; what was interrupted is not written.
 */
export async function trainTeacher(
  model: Classifier,
  batches: Loader<LabelledBatch> | Loader<UnlabelledBatch>,
  recipe: TeacherRecipe,
  file: string,
  options: Omit<FitOptions, "epochs">,
): Promise<boolean> {
  using optimizer = new optim.AdamW(model.parameters(), { lr: recipe.lr, weightDecay: 0.05 });
  const common = {
    ...options,
    optimizer,
    schedule: new optim.OneCycle(optimizer, {
      maxLr: recipe.lr,
      totalSteps: recipe.epochs * batches.length,
    }),
    epochs: recipe.epochs,
  };
  const smoothing = { labelSmoothing: 0.1 };
  const { done } = isLabelled(batches)
    ? await fit({ ...common, method: new Supervised(model, smoothing), batches })
    : await fit({ ...common, method: new Rotation(model, smoothing), batches });
  if (done) models.save(file, model, { metadata: { recipe: JSON.stringify(recipe) } });
  return done;
}

function isLabelled(
  batches: Loader<LabelledBatch> | Loader<UnlabelledBatch>,
): batches is Loader<LabelledBatch> {
  return batches.dataset.classNames !== undefined;
}
