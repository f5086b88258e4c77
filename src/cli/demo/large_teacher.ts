/**
 * The large teacher of the CustomKD demo: a residual network that has seen many labelled images, none
 * of them the student's. It stands in for the large pre-trained models that real teachers are.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { ImageDataset } from "../../data/mod.ts";
import * as models from "../../models/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { MetricsLog } from "../../report/metrics.ts";
import { augment, PIXELS } from "./custom_kd_data.ts";
import { loadTeacher, teacherFile } from "./teacher_cache.ts";
import { trainTeacher } from "./train_teacher.ts";

/** How the teacher is made. */
export interface LargeTeacherRecipe {
  /** Channels of its stages. */
  widths: number[];
  /** Passes over its images. */
  epochs: number;
  /** Images in a batch. */
  batchSize: number;
  /** The highest learning rate. */
  lr: number;
}

/** What is needed to make the teacher. */
export interface LargeTeacherOptions {
  /** What it learns from. */
  images: ImageDataset;
  /** Decides the first weights and the order. */
  seed: number;
  /** What else decides which images these are. */
  dependsOn: readonly unknown[];
  /** Trains anew even if the cache has the teacher. */
  fresh?: boolean;
  /** Where teachers are kept, if not in this package's cache. */
  cache?: string;
  /** Where its losses go. */
  metrics?: MetricsLog;
  /** Where to keep the checkpoint. */
  checkpoint: string;
  /** Stops the training. */
  signal?: AbortSignal;
}

/** Trains the teacher, or takes it from the cache; null if it was interrupted. */
export async function makeLargeTeacher(
  recipe: LargeTeacherRecipe,
  options: LargeTeacherOptions,
): Promise<models.SmallResNet | null> {
  const { images, seed, fresh, cache, metrics, checkpoint, signal } = options;
  using owned = new DisposableStack();
  torch.manualSeed(seed);
  const model = owned.use(
    new models.SmallResNet({
      channels: images.imageShape[0],
      numClasses: images.numClasses,
      widths: recipe.widths,
      stride: 2,
    }),
  );
  const file = await teacherFile("large", [recipe, seed, PIXELS, options.dependsOn], cache);
  if (fresh || !await loadTeacher(model, file)) {
    const batches = new data.Loader(images, {
      batchSize: recipe.batchSize,
      shuffle: true,
      dropLast: true,
      seed,
      transform: augment(),
    });
    const fitting = { name: "teacher", metrics, checkpoint, resume: true, signal };
    if (!await trainTeacher(model, batches, recipe, file, fitting)) return null;
  }
  owned.move();
  return model;
}
