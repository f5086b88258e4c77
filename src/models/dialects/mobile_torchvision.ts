/**
 * How torchvision names the layers of mobile networks.
 *
 * @module
 */

import type { Part } from "./mobile_layers.ts";
import { type Publisher, V2_DEPTHS } from "./mobile_publisher.ts";

const TORCHVISION: Readonly<Record<string, Part>> = {
  0: "conv",
  1: "norm",
  fc1: "reduce",
  fc2: "excite",
};

const torchvisionPart = (part: Part): string =>
  Object.keys(TORCHVISION).find((key) => TORCHVISION[key] === part)!;

/** torchvision's EfficientNets of both versions. */
export const TORCHVISION_EFFICIENTNET: Publisher = {
  name: "torchvision's EfficientNet",
  endings: ["features.0.0.weight", "features.1.0.block.0.0.weight"],
  read(name) {
    const [, stage, place, layer, part, leaf] =
      /^features\.(\d+)\.(\d+)\.block\.(\d+)\.(0|1|fc1|fc2)\.(.+)$/.exec(name) ?? [];
    if (part === undefined) return null;
    return { block: [+stage - 1, +place], layer: +layer, part: TORCHVISION[part], leaf };
  },
  write({ block: [stage, place], rank: [rank], part, leaf }) {
    return `features.${stage + 1}.${place}.block.${rank}.${torchvisionPart(part)}.${leaf}`;
  },
  rules: [
    [/^features\.0\.0\./, "conv_stem."],
    [/^features\.0\.1\./, "bn1."],
    [/^features\.\d+\.0\.(?=\w+$)/, "conv_head."],
    [/^features\.\d+\.1\.(?=\w+$)/, "bn2."],
    [/^classifier\.1\./, "classifier."],
  ],
  outside: ({ stages }) => ({
    conv_stem: "features.0.0",
    bn1: "features.0.1",
    conv_head: `features.${stages + 1}.0`,
    bn2: `features.${stages + 1}.1`,
    classifier: "classifier.1",
  }),
};

/** torchvision's MobileNetV2, whose blocks end with a convolution and a norm that are not in a module of their own. */
export const TORCHVISION_V2: Publisher = {
  ...TORCHVISION_EFFICIENTNET,
  name: "torchvision's MobileNetV2",
  endings: ["features.0.0.weight", "features.1.conv.0.0.weight", "features.1.conv.1.weight"],
  read(name) {
    const [, block, layer, part, leaf] =
      /^features\.(\d+)\.conv\.(\d+)\.(?:([01])\.)?(\w+)$/.exec(name) ?? [];
    if (leaf === undefined) return null;
    const about = { block: +block - 1, leaf };
    if (part !== undefined) return { ...about, layer: +layer, part: TORCHVISION[part] };
    // The first block has a layer less before the last convolution.
    const isNorm = +layer === (block === "1" ? 2 : 3);
    return { ...about, layer: 2, part: isNorm ? "norm" : "conv" };
  },
  write({ count, rank: [rank, layers], part, leaf }) {
    const isNorm = part === "norm";
    const layer = rank < layers - 1 ? `${rank}.${isNorm ? 1 : 0}` : rank + (isNorm ? 1 : 0);
    return `features.${count + 1}.conv.${layer}.${leaf}`;
  },
  outside: ({ stages, blocks }) => ({
    ...TORCHVISION_EFFICIENTNET.outside({ stages, blocks }),
    conv_head: `features.${blocks + 1}.0`,
    bn2: `features.${blocks + 1}.1`,
  }),
  depths: V2_DEPTHS,
};

/** torchvision's MobileNetV3, the last convolution of whose features is a block of timm's. */
export const TORCHVISION_V3: Publisher = {
  name: "torchvision's MobileNetV3",
  endings: ["features.0.0.weight", "features.1.block.0.0.weight"],
  read(name) {
    const [, block, layer = "0", part, leaf] =
      /^features\.(\d+)\.(?:block\.(\d+)\.)?(0|1|fc1|fc2)\.(\w+)$/.exec(name) ?? [];
    if (part === undefined || block === "0") return null;
    return { block: +block - 1, layer: +layer, part: TORCHVISION[part], leaf };
  },
  write({ count, rank: [rank, layers], part, leaf }) {
    const layer = layers === 1 ? "" : `block.${rank}.`;
    return `features.${count + 1}.${layer}${torchvisionPart(part)}.${leaf}`;
  },
  rules: [
    [/^features\.0\.0\./, "conv_stem."],
    [/^features\.0\.1\./, "bn1."],
    [/^classifier\.0\./, "conv_head."],
    [/^classifier\.3\./, "classifier."],
  ],
  outside: () => ({
    conv_stem: "features.0.0",
    bn1: "features.0.1",
    conv_head: "classifier.0",
    classifier: "classifier.3",
  }),
  isLinear: true,
};
