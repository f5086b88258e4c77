/**
 * The batches of a data set, and a model's view of them.
 *
 * @module
 */

import { checkView } from "../data/check_view.ts";
import { type Dataset, type LabelledBatch, Loader, type View } from "../data/mod.ts";
import { ArgumentError } from "../base/errors.ts";
import { Classifier } from "../nn/mod.ts";
import type { InferenceOptions, LabelledBatches } from "./inference_options.ts";
import { deviceOf } from "./model_mode.ts";
import type { Scorer } from "./scorer.ts";

/** What a model is shown: it is given `batch.view(view)`. */
export interface ShownBatches {
  readonly batches: LabelledBatches;
  readonly view: View | null;
}

/**
 * The batches of a data set, or those of a loader, and the model's view of them.
 *
 * @param what Who asks, to begin errors with.
 * @throws {ArgumentError} if it is neither, both a transform and a view are given, or a transform beside a loader.
 */
export function shownBatches(
  what: string,
  model: Scorer,
  images: Dataset<LabelledBatch> | LabelledBatches,
  options: InferenceOptions,
): ShownBatches {
  if (typeof images !== "object" || images === null) {
    throw new ArgumentError(`${what} takes a data set or a loader, got ${images}.`);
  }
  const { batchSize = 256, transform } = options;
  if ("epoch" in images && transform !== undefined) {
    throw new ArgumentError(
      `${what}: a loader has a transform of its own; give the option transform beside a data set only.`,
    );
  }
  const view = viewOf(what, model, options);
  if ("epoch" in images) return { batches: images, view };
  const device = options.device ?? deviceOf(model);
  return { batches: new Loader(images, { batchSize, device, transform }), view };
}

/** What the model is shown of pixels. */
function viewOf(what: string, model: Scorer, { view, transform }: InferenceOptions): View | null {
  if (view !== undefined && transform !== undefined) {
    throw new ArgumentError(`${what}: give transform or view, not both.`);
  }
  if (view !== undefined) checkView(view);
  if (view !== undefined || transform !== undefined) return view ?? null;
  return model instanceof Classifier ? model.view : null;
}

/** The error for images without labels; `instead` goes on with what to do. */
export function unlabelled(what: string, instead: string): ArgumentError {
  return new ArgumentError(
    `${what}: these images have no labels to compare the model with. Give a data set with labels${instead}.`,
  );
}
