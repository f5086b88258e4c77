/**
 * The EfficientNet-Lites, by the names of two publishers.
 *
 * @module
 */

import { asEfficientNetPytorch } from "./dialects/mobile.ts";
import { LITE0 } from "./efficientnet_tables.ts";
import type { ModelEntry } from "./entry.ts";
import { MBConvNet } from "./mb_conv_net.ts";
import { DropConnect } from "./parts/drop_connect.ts";
import { scaleStages } from "./parts/mobile/scale.ts";
import type { MobileStyle } from "./parts/mobile/style.ts";
import { tapsOf } from "./parts/mobile/taps.ts";
import { TENSORFLOW } from "./parts/mobile/tensorflow.ts";
import { type Build, timmEntries } from "./timm_entries.ts";
import { UNTAGGED } from "./untagged.ts";

const paper = "Liu, Higher accuracy on vision models with EfficientNet-Lite, 2020";

/** By how much widths and depths grow, the dropout, and the side of images. */
type Size = readonly [width: number, depth: number, dropout: number, side: number];

const SIZES: Readonly<Record<string, Size>> = {
  lite0: [1.0, 1.0, 0.2, 224],
  lite1: [1.0, 1.1, 0.2, 240],
  lite2: [1.1, 1.2, 0.3, 260],
  lite3: [1.2, 1.4, 0.3, 280],
  lite4: [1.4, 1.8, 0.3, 300],
};

const stagesOf = ([width, depth]: Size) => scaleStages(LITE0, { width, depth, keepsEnds: true });

/** The first and last convolutions do not grow, nor the first and last stage's depth; there is no squeezing. */
function lite(size: Size, style: Partial<MobileStyle> = {}): Build {
  return (options) =>
    new MBConvNet({
      stem: { width: 32 },
      stages: stagesOf(size),
      head: { width: 1280 },
      activation: "relu6",
      ...style,
      ...options,
      dropout: options.dropout ?? size[2],
      dropPath: options.dropPath ?? 0.2,
    });
}

/** timm's, with symmetric padding and with TensorFlow's. */
export const efficientnetLite: readonly ModelEntry[] = Object.entries(SIZES).flatMap((
  [name, size],
) =>
  timmEntries(paper, {
    [`efficientnet_${name}`]: lite(size),
    [`tf_efficientnet_${name}`]: lite(size, TENSORFLOW),
  })
);

/**
 * The networks of the package efficientnet-lite-pytorch, by timm's names of the same ones. Images are as the weights expect
 * them, which are TensorFlow's: (x - 127) / 128 of values from 0 to 255, and 32 pixels less than resized.
 */
export const EFFICIENTNET_LITE_PYTORCH: Readonly<Record<string, ModelEntry>> = Object.fromEntries(
  Object.entries(SIZES).map(([name, size]) => {
    const taps = tapsOf(stagesOf(size));
    const inputSize = size[3];
    return [`efficientnet_${name}`, {
      ...UNTAGGED,
      license: "apache-2.0",
      stageDims: taps.map(({ width }) => width),
      stageReductions: taps.map(({ reduction }) => reduction),
      name: `efficientnet-lite-pytorch/efficientnet_${name}`,
      source: "efficientnet-lite-pytorch",
      paper,
      inputSize,
      cropFraction: inputSize / (inputSize + 32),
      mean: [127 / 255, 127 / 255, 127 / 255],
      std: [128 / 255, 128 / 255, 128 / 255],
      interpolation: "bicubic",
      featureDim: 1280,
      numClasses: 1000,
      build: lite(size, {
        ...TENSORFLOW,
        norm: { ...TENSORFLOW.norm, momentum: 0.01 },
        leaveOut: (p) => new DropConnect(p),
      }),
      published: asEfficientNetPytorch,
    }];
  }),
);
