/**
 * The EfficientNet-Lites, by the names of two publishers.
 *
 * @module
 */

import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";
import { EfficientNetLite, type EfficientNetLiteOptions } from "./efficientnet_lite.ts";
import type { ModelEntry } from "./entry.ts";
import { makeDivisible } from "./parts/divisible.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";

type Facts = Pick<
  ModelEntry,
  "name" | "source" | "inputSize" | "cropFraction" | "mean" | "std" | "interpolation"
>;

function entryOf(
  [widthFactor, depthFactor, dropout]: readonly [number, number, number],
  style: Pick<EfficientNetLiteOptions, "names" | "padding">,
  facts: Facts,
): ModelEntry {
  return {
    ...UNTAGGED,
    license: "apache-2.0",
    stageDims: [24, 40, 112, 320].map((width) => makeDivisible(width * widthFactor)),
    stageReductions: FOUR_REDUCTIONS,
    ...facts,
    paper: "Liu, Higher accuracy on vision models with EfficientNet-Lite, 2020",
    featureDim: 1280,
    numClasses: 1000,
    build: (options) =>
      new EfficientNetLite({
        ...options,
        ...style,
        widthFactor,
        depthFactor,
        dropout: options.dropout ?? dropout,
      }),
  };
}

const half = [0.5, 0.5, 0.5] as const;
/** Width, depth and dropout; the sides of images and how much of a resized one is shown, as published and in timm. */
const sizes = [
  { factors: [1.0, 1.0, 0.2], published: 224, timm: [224, 0.875, 0.875] },
  { factors: [1.0, 1.1, 0.2], published: 240, timm: [240, 0.882, 0.882] },
  { factors: [1.1, 1.2, 0.3], published: 260, timm: [260, 0.890, 0.890] },
  { factors: [1.2, 1.4, 0.3], published: 280, timm: [300, 0.904, 0.904] },
  { factors: [1.4, 1.8, 0.3], published: 300, timm: [380, 0.922, 0.920] },
] as const;

/**
 * The entries of one size. The name `efficientnet_lite0` is two publishers': timm's is padded on all sides alike, and is
 * what is built; the package efficientnet-lite-pytorch has TensorFlow's, which timm calls `tf_efficientnet_lite0`. Files
 * tell by their names of parameters which they are of. The facts are those of the published weights, TensorFlow's:
 * (x - 127) / 128 of values from 0 to 255, and 32 pixels less than resized; a file of timm's has timm's.
 */
function entriesOf(number: number): ModelEntry[] {
  const { factors, published: inputSize, timm: [side, crop, tfCrop] } = sizes[number];
  const name = `efficientnet_lite${number}`;
  const facts: Facts = {
    name,
    source: "timm",
    inputSize,
    cropFraction: inputSize / (inputSize + 32),
    mean: [127 / 255, 127 / 255, 127 / 255],
    std: [128 / 255, 128 / 255, 128 / 255],
    interpolation: "bicubic",
  };
  const publisher = entryOf(
    factors,
    { names: "efficientnet-lite-pytorch", padding: "tensorflow" },
    {
      ...facts,
      source: "efficientnet-lite-pytorch",
    },
  );
  const timmFacts: Facts = {
    ...facts,
    inputSize: side,
    cropFraction: crop,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
  };
  const plain = { names: "timm", padding: "symmetric" } as const;
  const timm = entryOf(factors, plain, timmFacts);
  const isPublishers = (names: Iterable<string>) =>
    [...names].some((key) => /(^|\.)_conv_stem\.weight$/.test(key));
  return [
    {
      ...entryOf(factors, plain, facts),
      ofFile: (names) => isPublishers(names) ? publisher : timm,
    },
    {
      ...entryOf(factors, { names: "timm", padding: "tensorflow" }, {
        ...timmFacts,
        name: `tf_${name}`,
        cropFraction: tfCrop,
        mean: half,
        std: half,
        interpolation: number < 3 ? "bicubic" : "bilinear",
      }),
      ofFile: (names) => isPublishers(names) ? publisher : null,
    },
  ];
}

/** EfficientNet-Lite0 to 4: timm's, and TensorFlow's by timm's names. */
export const efficientnetLite: readonly ModelEntry[] = sizes.flatMap((_, i) => entriesOf(i));
