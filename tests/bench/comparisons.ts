/**
 * All comparisons with PyTorch, by name.
 *
 * @module
 */

import { ArgumentError } from "../../src/base/errors.ts";
import { type Figures, output } from "./alternate.ts";
import { compareTwins, type Comparison, type Pair, pythonCommand } from "./comparison.ts";
import { loadWeights } from "./load_weights_ways.ts";

/** Of both memory formats the faster one, as whoever trains would choose. */
function fasterFormat(figures: Figures): Figures {
  const folded: Figures = {};
  for (const [name, rate] of Object.entries(figures)) {
    const what = name.replace(/ (contiguous|channelsLast)$/, "");
    folded[what] = Math.max(folded[what] ?? 0, rate);
  }
  return folded;
}

const overhead: Comparison = {
  about: "microseconds an operator on 1x1 tensors, one thread",
  better: "lower",
  run: (settings) => compareTwins("overhead", settings, "lower", [settings.device]),
};

const trainStep: Comparison = {
  about: "images a second of training steps: a 3-layer MLP and a small CNN, AdamW, batches of 128",
  better: "higher",
  run: (settings) =>
    compareTwins("train_step", settings, "higher", [settings.device, settings.dtype]),
};

const uniformStep: Comparison = {
  about:
    "a step of UNIFORM with 8 and with 128 stored teachers, beside a loop over them: time, memory",
  better: "lower",
  async run(settings) {
    const pairs = [];
    for (const count of ["8", "128"]) {
      const args = [settings.device, settings.dtype, count];
      pairs.push(...await compareTwins("uniform_step", settings, "lower", args));
    }
    return pairs;
  },
};

/** Compares on what a program of Python makes in a folder, which is gone then. */
async function withMade(
  python: string,
  program: string,
  given: readonly string[],
  compare: (folder: string) => Promise<Pair[]>,
): Promise<Pair[]> {
  const folder = await Deno.makeTempDir();
  try {
    const [command, ...args] = pythonCommand(python, program, ["make", ...given, folder]);
    await output(command, args);
    return await compare(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** How far losses of the same steps on both sides may be apart: sums are rounded in another order. */
const lossTolerance = 1e-3;

/** The pairs without the losses. @throws {ArgumentError} if both sides have not computed the same ones. */
function sameLosses(pairs: readonly Pair[]): Pair[] {
  const isLoss = ({ name }: Pair) => name.startsWith("loss ");
  for (const { name, ours, theirs } of pairs.filter(isLoss)) {
    if (Math.abs(ours - theirs) <= lossTolerance * Math.abs(theirs)) continue;
    throw new ArgumentError(`The ${name} is ${ours}, and PyTorch's ${theirs}: not the same work.`);
  }
  return pairs.filter((pair) => !isLoss(pair));
}

const customKDEpoch: Comparison = {
  about:
    "an epoch of each stage of CustomKD, teacher live and stored: time, memory; needs safetensors",
  better: "lower",
  async run(settings) {
    const { python, threads = "2" } = settings;
    return await withMade(python, "custom_kd_epoch", [], async (folder) => {
      const pairs = [];
      for (const teacher of ["live", "stored"]) {
        const args = [teacher, folder, threads];
        pairs.push(...sameLosses(await compareTwins("custom_kd_epoch", settings, "lower", args)));
      }
      return pairs;
    });
  },
};

const throughput: Comparison = {
  about: "images a second of published architectures at 224 pixels; needs torchvision and timm",
  better: "higher",
  async run(settings) {
    const { device, dtype, batch = "8" } = settings;
    const names = settings.models ??
      "resnet18,vit_small_patch16_224,mobilenet_v3_large,convnext_tiny";
    const pairs = [];
    for (const name of names.split(",")) {
      const args = [name, device, dtype, batch];
      pairs.push(...await compareTwins("throughput", settings, "higher", args, fasterFormat));
    }
    return pairs;
  },
};

const imagePipeline: Comparison = {
  about: "JPEGs a second through two workers; needs torchvision, Pillow and --photos",
  better: "higher",
  async run(settings) {
    const { python, photos, batch = "64" } = settings;
    if (photos === undefined) throw new ArgumentError("image-pipeline needs --photos FOLDER.");
    return await withMade(
      python,
      "image_pipeline",
      [photos],
      (folder) => compareTwins("image_pipeline", settings, "higher", [folder, "2", batch]),
    );
  },
};

/** What `main.ts` can run. */
export const COMPARISONS: Readonly<Record<string, Comparison>> = {
  overhead,
  "train-step": trainStep,
  "uniform-step": uniformStep,
  "custom-kd-epoch": customKDEpoch,
  throughput,
  "load-weights": loadWeights,
  "image-pipeline": imagePipeline,
};
