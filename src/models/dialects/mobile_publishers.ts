/**
 * How publishers beside timm and torchvision name the layers of mobile networks.
 *
 * @module
 */

import type { Part, Role } from "./mobile_layers.ts";
import { type Publisher, V2_DEPTHS } from "./mobile_publisher.ts";

/** What reads and writes names of blocks that are `prefix`, a number, a layer's name by role and part, and a leaf. */
function byRoles(
  prefix: string,
  layers: Readonly<Record<string, readonly [role: Role, part: Part]>>,
): Pick<Publisher, "read" | "write"> {
  const names = Object.entries(layers);
  return {
    read(name) {
      if (!name.startsWith(prefix)) return null;
      const [, block, layer, leaf] = /^(\d+)\.(.+)\.(\w+)$/.exec(name.slice(prefix.length)) ?? [];
      if (!Object.hasOwn(layers, layer ?? "")) return null;
      const [role, part] = layers[layer];
      return { block: +block, layer: role, part, leaf };
    },
    write({ count, role, part, leaf }) {
      const [layer] = names.find(([, [one, other]]) => one === role && other === part)!;
      return `${prefix}${count}.${layer}.${leaf}`;
    },
  };
}

/** The packages efficientnet-lite-pytorch, and efficientnet-pytorch before it. */
export const EFFICIENTNET_PYTORCH: Publisher = {
  name: "efficientnet-pytorch's EfficientNet",
  endings: ["_conv_stem.weight", "_blocks.0._depthwise_conv.weight"],
  ...byRoles("_blocks.", {
    _expand_conv: ["expand", "conv"],
    _bn0: ["expand", "norm"],
    _depthwise_conv: ["middle", "conv"],
    _bn1: ["middle", "norm"],
    _se_reduce: ["squeeze", "reduce"],
    _se_expand: ["squeeze", "excite"],
    _project_conv: ["project", "conv"],
    _bn2: ["project", "norm"],
  }),
  rules: [
    [/^_conv_stem\./, "conv_stem."],
    [/^_bn0\./, "bn1."],
    [/^_conv_head\./, "conv_head."],
    [/^_bn1\./, "bn2."],
    [/^_fc\./, "classifier."],
  ],
  outside: () => ({
    conv_stem: "_conv_stem",
    bn1: "_bn0",
    conv_head: "_conv_head",
    bn2: "_bn1",
    classifier: "_fc",
  }),
};

/** transformers' EfficientNet. */
export const TRANSFORMERS_EFFICIENTNET: Publisher = {
  name: "transformers' EfficientNet",
  prefix: "efficientnet.",
  endings: ["embeddings.convolution.weight", "encoder.blocks.0.projection.project_conv.weight"],
  ...byRoles("encoder.blocks.", {
    "expansion.expand_conv": ["expand", "conv"],
    "expansion.expand_bn": ["expand", "norm"],
    "depthwise_conv.depthwise_conv": ["middle", "conv"],
    "depthwise_conv.depthwise_norm": ["middle", "norm"],
    "squeeze_excite.reduce": ["squeeze", "reduce"],
    "squeeze_excite.expand": ["squeeze", "excite"],
    "projection.project_conv": ["project", "conv"],
    "projection.project_bn": ["project", "norm"],
  }),
  rules: [
    [/^embeddings\.convolution\./, "conv_stem."],
    [/^embeddings\.batchnorm\./, "bn1."],
    [/^encoder\.top_conv\./, "conv_head."],
    [/^encoder\.top_bn\./, "bn2."],
  ],
  outside: () => ({
    conv_stem: "embeddings.convolution",
    bn1: "embeddings.batchnorm",
    conv_head: "encoder.top_conv",
    bn2: "encoder.top_bn",
    classifier: "classifier",
  }),
};

const V2_LAYERS: Readonly<Record<string, Role>> = {
  expand_1x1: "expand",
  conv_3x3: "middle",
  reduce_1x1: "project",
};

/** transformers' MobileNetV2, whose stem has the first block. */
export const TRANSFORMERS_V2: Publisher = {
  name: "transformers' MobileNetV2",
  prefix: "mobilenet_v2.",
  endings: ["conv_stem.first_conv.convolution.weight", "layer.0.conv_3x3.convolution.weight"],
  read(name) {
    const [, block, layer, part, leaf] =
      /^(?:conv_stem|layer\.(\d+))\.(expand_1x1|conv_3x3|reduce_1x1)\.(convolution|normalization)\.(\w+)$/
        .exec(name) ?? [];
    if (layer === undefined) return null;
    return {
      block: block === undefined ? 0 : +block + 1,
      layer: V2_LAYERS[layer],
      part: part === "convolution" ? "conv" : "norm",
      leaf,
    };
  },
  write({ count, role, part, leaf }) {
    const block = count === 0 ? "conv_stem" : `layer.${count - 1}`;
    const layer = Object.keys(V2_LAYERS).find((key) => V2_LAYERS[key] === role)!;
    const own = part === "conv" ? "convolution" : "normalization";
    return `${block}.${layer}.${own}.${leaf}`;
  },
  rules: [
    [/^conv_stem\.first_conv\.convolution\./, "conv_stem."],
    [/^conv_stem\.first_conv\.normalization\./, "bn1."],
    [/^conv_1x1\.convolution\./, "conv_head."],
    [/^conv_1x1\.normalization\./, "bn2."],
  ],
  outside: () => ({
    conv_stem: "conv_stem.first_conv.convolution",
    bn1: "conv_stem.first_conv.normalization",
    conv_head: "conv_1x1.convolution",
    bn2: "conv_1x1.normalization",
    classifier: "classifier",
  }),
  depths: V2_DEPTHS,
};
