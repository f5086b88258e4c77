/**
 * torchvision's mobile networks, by name. They are timm's but for the norms, the first weights and the names of parameters.
 *
 * @module
 */

import { asTorchvisionEfficientNet, asTorchvisionV2, asTorchvisionV3 } from "./dialects/mobile.ts";
import * as efficientnets from "./efficientnet_tables.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { MBConvNet, type MBConvNetOptions } from "./mb_conv_net.ts";
import * as mobilenets from "./mobilenet_tables.ts";
import * as nn from "../nn/mod.ts";
import { initConvolutions } from "./parts/conv_init.ts";
import { scaleStages, scaleWidth } from "./parts/mobile/scale.ts";
import type { Stages } from "./parts/mobile/rows.ts";
import { SQUEEZE_V3 } from "./parts/mobile/squeeze_v3.ts";
import { tapsOf } from "./parts/mobile/taps.ts";
import { UNTAGGED } from "./untagged.ts";

type Own = Omit<MBConvNetOptions, keyof BuildOptions>;
type Three = readonly [number, number, number];

/** What a network was published with. */
interface Published {
  readonly paper: string;
  /** The dropout and stochastic depth that it was trained with. */
  readonly dropout: number;
  readonly dropPath?: number;
  /** The side of images, that of resized ones, and how they are resized. */
  readonly images: readonly [side: number, resized: number, by: "bilinear" | "bicubic"];
  /** Mean and standard deviation of pixels; ImageNet's by default. */
  readonly statistics?: readonly [mean: Three, std: Three];
}

function entryOf(
  name: string,
  net: Own,
  { paper, dropout, dropPath = 0, images: [inputSize, resized, interpolation], statistics }:
    Published,
  published: ModelEntry["published"],
): ModelEntry {
  const taps = tapsOf(net.stages);
  const [mean, std] = statistics ?? [IMAGENET_MEAN, IMAGENET_STD];
  return {
    ...UNTAGGED,
    license: "bsd-3-clause",
    stageDims: taps.map(({ width }) => width),
    stageReductions: taps.map(({ reduction }) => reduction),
    name,
    source: "torchvision",
    paper,
    inputSize,
    cropFraction: inputSize / resized,
    mean,
    std,
    interpolation,
    featureDim: net.head.width,
    numClasses: 1000,
    build: (options) =>
      new MBConvNet({
        ...net,
        ...options,
        dropout: options.dropout ?? dropout,
        dropPath: options.dropPath ?? dropPath,
      }),
    published,
  };
}

/** torchvision's first weights of EfficientNets: of the classifier by the number of classes. */
function initEfficientNet(model: MBConvNet): void {
  initConvolutions(model);
  if (!(model.head instanceof nn.Linear)) return;
  const bound = 1 / Math.sqrt(model.numClasses);
  nn.init.uniform_(model.head.weight, -bound, bound);
  nn.init.zeros_(model.head.bias!);
}

/** torchvision's first weights of MobileNets: of linear layers narrow, also of that before the classifier. */
function initMobileNet(model: MBConvNet): void {
  initConvolutions(model);
  const linear = model.namedChildren().filter(([name]) =>
    name === "classifier" || (name === "conv_head" && model.poolsFirst)
  );
  for (const [, layer] of linear) {
    if (!(layer instanceof nn.Linear || layer instanceof nn.Conv2d)) continue;
    nn.init.normal_(layer.weight, 0, 0.01);
    if (layer.bias !== null) nn.init.zeros_(layer.bias);
  }
}

const V1 =
  "Tan and Le, EfficientNet: Rethinking model scaling for convolutional neural networks, 2019";
const V2 = "Tan and Le, EfficientNetV2: Smaller models and faster training, 2021";
const late: nn.BatchNormOptions = { eps: 1e-3, momentum: 0.01 };

/** EfficientNets of the first version: by how much widths and depths grow, dropout, sides of images. */
function b(
  size: number,
  [width, depth]: readonly [width: number, depth: number],
  dropout: number,
  [side, resized]: readonly [side: number, resized: number],
): ModelEntry {
  return entryOf(
    `torchvision/efficientnet_b${size}`,
    {
      stem: { width: scaleWidth(32, { width }) },
      stages: scaleStages(efficientnets.B0, { width, depth }),
      head: { width: 4 * scaleWidth(320, { width }) },
      activation: "silu",
      norm: size < 5 ? {} : late,
      initialize: initEfficientNet,
    },
    { paper: V1, dropout, dropPath: 0.2, images: [side, resized, "bicubic"] },
    asTorchvisionEfficientNet,
  );
}

function v2(name: string, stages: Stages, stem: number, published: Omit<Published, "paper">) {
  return entryOf(
    name,
    {
      stem: { width: stem },
      stages,
      head: { width: 1280 },
      activation: "silu",
      norm: { eps: 1e-3 },
      initialize: initEfficientNet,
    },
    { paper: V2, dropPath: 0.2, ...published },
    asTorchvisionEfficientNet,
  );
}

function v3(name: string, stages: Stages, features: number): ModelEntry {
  return entryOf(
    name,
    {
      stem: { width: 16 },
      stages,
      head: { width: features, pooledFirst: true },
      activation: "hardswish",
      squeeze: SQUEEZE_V3,
      norm: late,
      initialize: initMobileNet,
    },
    {
      paper: "Howard et al., Searching for MobileNetV3, 2019",
      dropout: 0.2,
      images: [224, 256, "bilinear"],
    },
    asTorchvisionV3,
  );
}

const half: Three = [0.5, 0.5, 0.5];

/**
 * torchvision's mobile networks, by the names of timm's. Images as the weights IMAGENET1K_V1 expect them. (V2 of MobileNets:
 * resized to 232, not 256; of EfficientNet-B1: bilinear, from 255.)
 */
export const TORCHVISION_MOBILE: Readonly<Record<string, ModelEntry>> = {
  mobilenetv2_100: entryOf(
    "mobilenet_v2",
    {
      stem: { width: 32 },
      stages: mobilenets.MOBILENET_V2,
      head: { width: 1280 },
      activation: "relu6",
      initialize: initMobileNet,
    },
    {
      paper: "Sandler et al., MobileNetV2: Inverted residuals and linear bottlenecks, 2018",
      dropout: 0.2,
      images: [224, 256, "bilinear"],
    },
    asTorchvisionV2,
  ),
  mobilenetv3_large_100: v3("mobilenet_v3_large", mobilenets.mobilenetV3Large(), 1280),
  mobilenetv3_small_100: v3("mobilenet_v3_small", mobilenets.mobilenetV3Small(), 1024),
  efficientnet_b0: b(0, [1.0, 1.0], 0.2, [224, 256]),
  efficientnet_b1: b(1, [1.0, 1.1], 0.2, [240, 256]),
  efficientnet_b2: b(2, [1.1, 1.2], 0.3, [288, 288]),
  efficientnet_b3: b(3, [1.2, 1.4], 0.3, [300, 320]),
  efficientnet_b4: b(4, [1.4, 1.8], 0.4, [380, 384]),
  efficientnet_b5: b(5, [1.6, 2.2], 0.4, [456, 456]),
  efficientnet_b6: b(6, [1.8, 2.6], 0.5, [528, 528]),
  efficientnet_b7: b(7, [2.0, 3.1], 0.5, [600, 600]),
  efficientnetv2_s: v2("efficientnet_v2_s", efficientnets.V2_S, 24, {
    dropout: 0.2,
    images: [384, 384, "bilinear"],
  }),
  efficientnetv2_m: v2("efficientnet_v2_m", efficientnets.V2_M, 24, {
    dropout: 0.3,
    images: [480, 480, "bilinear"],
  }),
  efficientnetv2_l: v2("efficientnet_v2_l", efficientnets.V2_L, 32, {
    dropout: 0.4,
    images: [480, 480, "bicubic"],
    statistics: [half, half],
  }),
};
