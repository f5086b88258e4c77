/**
 * A large teacher made without labels: it learns to paint images whose patches are partly hidden.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { UnlabelledBatch, UnlabelledImages } from "../../data/mod.ts";
import type { StepResult } from "../../distill/mod.ts";
import * as models from "../../models/mod.ts";
import * as nn from "../../nn/mod.ts";
import * as optim from "../../optim/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { fit } from "../../train/fit.ts";
import type { Method } from "../../train/method.ts";
import type { MetricsLog } from "../../train/metrics.ts";
import { loadTeacher, teacherFile } from "./teacher_cache.ts";

/** How the teacher is made. */
export interface MaskedImagesRecipe {
  /** Width of the tokens, and of the features. */
  dim: number;
  /** Transformer blocks. */
  depth: number;
  /** Height and width of a patch. */
  patchSize: number;
  /** The part of the patches that is hidden. */
  hidden: number;
  /** Passes over the images. */
  epochs: number;
  /** Images in a batch. */
  batchSize: number;
  /** The highest learning rate. */
  lr: number;
}

/**
 * Paints whole images from the features of images with hidden patches: the pooled features have to
 * hold what the image shows. A small stand-in for masked autoencoders (He et al. 2022), which
 * paint from tokens instead.
 */
export class MaskedImages extends nn.Module implements Method<UnlabelledBatch> {
  /** Who learns to see. */
  readonly model: nn.Classifier;
  /** From features to pixels; thrown away afterwards. */
  readonly decoder: nn.Sequential;
  readonly #recipe: MaskedImagesRecipe;

  /** Takes the model, and the number of values of an image. */
  constructor(model: nn.Classifier, pixels: number, recipe: MaskedImagesRecipe) {
    super();
    this.model = model;
    const width = 2 * model.featureDim;
    this.decoder = new nn.Sequential(
      new nn.Linear(model.featureDim, width),
      new nn.ReLU(),
      new nn.Linear(width, pixels),
    );
    this.#recipe = recipe;
  }

  /** Features to images, flat. */
  override forward(images: Tensor): Tensor {
    return this.decoder.forward(this.model.features(images));
  }

  /** The mean squared error of the painted pixels. */
  step({ images }: { images: Tensor }): StepResult {
    const painted = this.forward(this.#hide(images));
    return { loss: nn.functional.mseLoss(painted, images.flatten(1)), terms: {} };
  }

  /** Frees the decoder; the model stays. */
  override dispose(): void {
    this.decoder.dispose();
  }

  /** Sets patches to 0, the mean of all pixels. */
  #hide(images: Tensor): Tensor {
    const { patchSize, hidden } = this.#recipe;
    const [count, , height, width] = images.shape;
    const seen = torch.rand([count, 1, height / patchSize, width / patchSize]).ge(hidden);
    const pixels = seen.repeatInterleave(patchSize, 2).repeatInterleave(patchSize, 3);
    return images.mul(pixels);
  }
}

/** What is needed to make the teacher. */
export interface MaskedImagesOptions {
  /** What it looks at; there are no labels in here. */
  images: UnlabelledImages;
  /** Mean and standard deviation of the pixels. */
  pixels: { mean: number[]; std: number[] };
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
  checkpoint?: string;
  /** Stops the training. */
  signal?: AbortSignal;
}

/** Trains the teacher, or takes it from the cache; null if it was interrupted. */
export async function makeMaskedImagesTeacher(
  recipe: MaskedImagesRecipe,
  options: MaskedImagesOptions,
): Promise<models.SmallVit | null> {
  const { images, pixels, seed, fresh, metrics, checkpoint, signal } = options;
  const [channels, height, width] = images.imageShape;
  torch.manualSeed(seed);
  const model = new models.SmallVit({
    channels,
    imageSize: height,
    patchSize: recipe.patchSize,
    dim: recipe.dim,
    depth: recipe.depth,
    // Its head is never used.
    numClasses: 1,
  });
  const file = await teacherFile(
    "masked images",
    [recipe, seed, pixels, options.dependsOn],
    options.cache,
  );
  if (!fresh && await loadTeacher(model, file)) return model;
  using method = new MaskedImages(model, channels * height * width, recipe);
  const batches = new data.Loader(images, {
    batchSize: recipe.batchSize,
    shuffle: true,
    dropLast: true,
    seed,
    transform: data.compose(
      data.randomCrop(2),
      data.randomHorizontalFlip(),
      data.normalise(pixels.mean, pixels.std),
    ),
  });
  using optimizer = new optim.AdamW(method.parameters(), { lr: recipe.lr, weightDecay: 1e-3 });
  const { done } = await fit({
    name: "teacher",
    method,
    optimizer,
    schedule: new optim.OneCycle(optimizer, {
      maxLr: recipe.lr,
      totalSteps: recipe.epochs * batches.length,
    }),
    batches,
    epochs: recipe.epochs,
    metrics,
    checkpoint,
    resume: checkpoint !== undefined,
    signal,
  });
  if (!done) return null;
  torch.saveSafetensors(file, model.stateDict(), { recipe: JSON.stringify(recipe) });
  return model;
}
