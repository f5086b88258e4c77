/**
 * Google's MobileNetV2s as transformers has them, with TensorFlow's padding, by name.
 *
 * @module
 */

import { asTransformersV2 } from "./dialects/mobile.ts";
import type { ModelEntry } from "./entry.ts";
import { MBConvNet } from "./mb_conv_net.ts";
import { MOBILENET_V2 } from "./mobilenet_tables.ts";
import { scaleStages, scaleWidth } from "./parts/mobile/scale.ts";
import { tapsOf } from "./parts/mobile/taps.ts";
import { TENSORFLOW } from "./parts/mobile/tensorflow.ts";
import { UNTAGGED } from "./untagged.ts";

function entryOf(width: number, inputSize: number, repository: string): ModelEntry {
  const stages = scaleStages(MOBILENET_V2, { width });
  const taps = tapsOf(stages);
  const head = { width: Math.max(1280, scaleWidth(1280, { width })) };
  return {
    ...UNTAGGED,
    license: "other",
    hub: `google/${repository}`,
    stageDims: taps.map(({ width }) => width),
    stageReductions: taps.map(({ reduction }) => reduction),
    name: `transformers/mobilenet_v2_${String(Math.round(width * 100)).padStart(3, "0")}`,
    source: "transformers",
    paper: "Sandler et al., MobileNetV2: Inverted residuals and linear bottlenecks, 2018",
    inputSize,
    cropFraction: inputSize / (inputSize + 32),
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    interpolation: "bilinear",
    featureDim: head.width,
    // One is for the background.
    numClasses: 1001,
    build: (options) =>
      new MBConvNet({
        stem: { width: scaleWidth(32, { width }) },
        stages,
        head,
        activation: "relu6",
        ...TENSORFLOW,
        ...options,
        dropout: options.dropout ?? 0.2,
      }),
    published: asTransformersV2,
  };
}

/** The MobileNetV2s that the hub has, of four widths. */
export const transformersMobile: readonly ModelEntry[] = [
  entryOf(0.35, 96, "mobilenet_v2_0.35_96"),
  entryOf(0.75, 160, "mobilenet_v2_0.75_160"),
  entryOf(1, 224, "mobilenet_v2_1.0_224"),
  entryOf(1.4, 224, "mobilenet_v2_1.4_224"),
];
