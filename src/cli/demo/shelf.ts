/**
 * The demo's shelf of teachers: eight small networks, each trained on its own task and its own few
 * labels, and kept in the cache.
 *
 * @module
 */

import * as data from "../../data/mod.ts";
import type { ImageDataset } from "../../data/mod.ts";
import * as models from "../../models/mod.ts";
import type { Classifier } from "../../nn/mod.ts";
import * as teachers from "../../teachers/mod.ts";
import type { Teacher } from "../../teachers/mod.ts";
import * as torch from "../../torch/mod.ts";
import { PIXELS } from "./digits_and_clothes.ts";
import { loadTeacher, teacherFile } from "./teacher_cache.ts";
import { trainTeacher } from "./train_teacher.ts";

/** How one teacher is made. */
export interface Recipe {
  /** Its name in tables. */
  name: string;
  /** Its architecture. */
  model: keyof typeof architectures;
  /** What it learns: the whole label space (a predictive teacher), or something else. */
  task: "all classes" | "digits" | "clothes" | "rotation";
  /** Labelled images for each class. */
  perClass: number;
  /** Passes over them. */
  epochs: number;
  /** The highest learning rate. */
  lr: number;
}

const architectures = {
  cnn: (numClasses: number) => new models.SmallCnn({ numClasses, widths: [16, 32, 64] }),
  resnet: (numClasses: number) =>
    new models.SmallResNet({ numClasses, widths: [12, 24, 48], stride: 2 }),
  vit: (numClasses: number) => new models.SmallVit({ numClasses, dim: 64, depth: 3 }),
  mlp: (numClasses: number) => new models.Mlp({ inputs: 784, numClasses, dropout: 0.2 }),
  mixer: (numClasses: number) => new models.SmallMixer({ numClasses, dim: 64 }),
} satisfies Record<string, (numClasses: number) => Classifier>;

/** The demo's teachers: five predictive ones of five kinds, three descriptive ones. */
export const SHELF: readonly Recipe[] = [
  { name: "CNN", model: "cnn", task: "all classes", perClass: 100, epochs: 20, lr: 4e-3 },
  { name: "ResNet", model: "resnet", task: "all classes", perClass: 100, epochs: 20, lr: 4e-3 },
  { name: "ViT", model: "vit", task: "all classes", perClass: 100, epochs: 30, lr: 2e-3 },
  { name: "MLP", model: "mlp", task: "all classes", perClass: 100, epochs: 30, lr: 4e-3 },
  { name: "Mixer", model: "mixer", task: "all classes", perClass: 100, epochs: 30, lr: 2e-3 },
  { name: "digits only", model: "cnn", task: "digits", perClass: 200, epochs: 10, lr: 4e-3 },
  { name: "clothes only", model: "resnet", task: "clothes", perClass: 200, epochs: 10, lr: 4e-3 },
  { name: "rotation", model: "cnn", task: "rotation", perClass: 50, epochs: 6, lr: 4e-3 },
];

/** What is needed to make a teacher. */
export interface ShelfOptions {
  /** Where labelled subsets are drawn from. */
  labelled: ImageDataset;
  /** Decides the subset, the first weights and the order. */
  seed: number;
  /** Trains anew even if the cache has the teacher. */
  fresh?: boolean;
  /** Where teachers are kept, if not in this package's cache. */
  cache?: string;
  /** Stops the training. */
  signal?: AbortSignal;
}

/** Trains a teacher, or takes it from the cache; null if it was interrupted. */
export async function makeTeacher(
  recipe: Recipe,
  index: number,
  options: ShelfOptions,
): Promise<Teacher | null> {
  const { labelled, seed, fresh, cache, signal } = options;
  const own = seed * 1000 + index;
  using subset = labelledSubset(recipe, labelled, own);
  const numClasses = recipe.task === "rotation" ? 4 : subset.numClasses;
  torch.manualSeed(own);
  const model = architectures[recipe.model](numClasses);
  const file = await teacherFile(recipe.name, [recipe, own, PIXELS, await digest(subset)], cache);
  if (fresh || !(await loadTeacher(model, file))) {
    using upright = recipe.task === "rotation" ? subset.unlabelled({ seed: own }) : null;
    const batches = upright !== null
      ? new data.Loader(upright, {
        batchSize: 32,
        seed: own,
        shuffle: true,
        transform: data.normalize(PIXELS.mean, PIXELS.std),
      })
      : new data.Loader(subset, {
        batchSize: 64,
        shuffle: true,
        seed: own,
        transform: data.compose(
          data.randomCrop(2),
          data.normalize(PIXELS.mean, PIXELS.std),
        ),
      });
    const fitting = { name: `teacher ${recipe.name}`, signal };
    if (!await trainTeacher(model, batches, recipe, file, fitting)) {
      model.dispose();
      return null;
    }
  }
  return recipe.task === "all classes"
    ? teachers.predictive({ name: recipe.name, model })
    : teachers.descriptive({ name: recipe.name, model });
}

/** What tells a dataset from others: a teacher of other images, though made alike, is another. */
async function digest({ images, labels }: ImageDataset): Promise<string> {
  const parts = [images, labels].map((part) => part.data() as ArrayBufferView<ArrayBuffer>);
  const digests = await Promise.all(parts.map((part) => crypto.subtle.digest("SHA-256", part)));
  return digests.map((bytes) => new Uint8Array(bytes).subarray(0, 8).toHex()).join("-");
}

/** The few images that a teacher learns from. */
function labelledSubset(recipe: Recipe, labelled: ImageDataset, seed: number): ImageDataset {
  const [digits, clothes] = labelled.sources;
  const classes = { digits, clothes }[recipe.task as string];
  if (classes === undefined) return labelled.balancedSubset(recipe.perClass, seed);
  const [from, to] = classes.classes;
  using some = labelled.ofClasses(Array.from({ length: to - from }, (_, i) => from + i), {
    relabel: true,
  });
  return some.balancedSubset(recipe.perClass, seed);
}
