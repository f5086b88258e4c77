/**
 * The RegNets, by torchvision's names.
 *
 * @module
 */

import { torchvisionRegNet } from "./dialects/residual.ts";
import type { ModelEntry } from "./entry.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { RegNet } from "./regnet.ts";
import { regNetStages } from "./regnet_design.ts";
import { REGNET_DESIGNS, REGNET_SQUEEZE } from "./regnet_designs.ts";
import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";

/** The designs by the ends of torchvision's names: by how many operations a network takes for an image. */
const names: Readonly<Record<string, keyof typeof REGNET_DESIGNS>> = {
  x_400mf: "x004_tv",
  x_800mf: "x008",
  x_1_6gf: "x016",
  x_3_2gf: "x032",
  x_8gf: "x080",
  x_16gf: "x160",
  x_32gf: "x320",
  y_400mf: "y004",
  y_800mf: "y008_tv",
  y_1_6gf: "y016",
  y_3_2gf: "y032",
  y_8gf: "y080_tv",
  y_16gf: "y160",
  y_32gf: "y320",
  y_128gf: "y1280",
};

/** What torchvision's first weights expect of images; of the largest these are SWAG's. */
function weightsOf(name: string) {
  return name === "y_128gf"
    ? {
      license: "cc-by-nc-4.0",
      inputSize: 384,
      cropFraction: 1,
      interpolation: "bicubic" as const,
    }
    : {
      license: "bsd-3-clause",
      inputSize: 224,
      cropFraction: 224 / 256,
      interpolation: "bilinear" as const,
    };
}

/** The RegNets that torchvision has. */
export const regNetTorchvision: readonly ModelEntry[] = Object.entries(names).map(
  ([name, from]): ModelEntry => {
    const design = { ...REGNET_DESIGNS[from], atLeast: true };
    const widths = regNetStages(design).map(({ width }) => width);
    const squeeze = name.startsWith("y") ? REGNET_SQUEEZE : undefined;
    return {
      ...UNTAGGED,
      ...weightsOf(name),
      name: `regnet_${name}`,
      source: "torchvision",
      paper:
        "Radosavovic, Kosaraju, Girshick, He, Dollár: Designing network design spaces, CVPR 2020",
      mean: IMAGENET_MEAN,
      std: IMAGENET_STD,
      featureDim: widths[3],
      stageDims: widths,
      stageReductions: FOUR_REDUCTIONS,
      numClasses: 1000,
      build: (options) => new RegNet({ ...design, squeeze, ...options }),
      published: torchvisionRegNet,
    };
  },
);
