/**
 * Other names of ConvNeXts, made those of timm: for {@linkcode ConvNeXt}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import * as torch from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** Rules for each of the four stages. */
function stages(rules: (stage: number) => Rule[]): Rule[] {
  return [0, 1, 2, 3].flatMap(rules);
}

/** Where torchvision has what timm calls the stem or the downsampling of a stage, and its blocks. */
const places = (i: number): readonly [timm: string, torchvision: string][] => [
  [i === 0 ? "stem" : `stages.${i}.downsample`, `features.${2 * i}`],
  [`stages.${i}.blocks`, `features.${2 * i + 1}`],
];

/** timm's name of a part of a block or the head, and torchvision's. */
const parts: readonly [timm: string, torchvision: string][] = [
  [".gamma", ".layer_scale"],
  [".conv_dw.", ".block.0."],
  [".norm.", ".block.2."],
  [".mlp.fc1.", ".block.3."],
  [".mlp.fc2.", ".block.5."],
];

const heads: readonly [timm: string, torchvision: string][] = [
  ["head.norm.", "classifier.0."],
  ["head.fc.", "classifier.2."],
];

const escaped = (text: string): string => text.replaceAll(".", "\\.");

const toTorchvision: readonly Rule[] = [
  ...heads.map(([from, to]): Rule => [new RegExp(`^${escaped(from)}`), to]),
  ...stages((i) =>
    places(i).map(([from, to]): Rule => [new RegExp(`^${escaped(from)}\\.`), `${to}.`])
  ),
  ...parts.map((
    [from, to],
  ): Rule => [new RegExp(`^(features\\.\\d+\\.\\d+)${escaped(from)}`), `$1${to}`]),
];

const ofTorchvision: readonly Rule[] = [
  ...heads.map(([to, from]): Rule => [new RegExp(`^${escaped(from)}`), to]),
  ...parts.map((
    [to, from],
  ): Rule => [new RegExp(`^(features\\.\\d+\\.\\d+)${escaped(from)}`), `$1${to}`]),
  ...stages((i) =>
    places(i).map(([to, from]): Rule => [new RegExp(`^${escaped(from)}\\.`), `${to}.`])
  ),
];

/** The parts of a block, by the names that Meta and transformers have for them. */
const others: readonly Rule[] = [
  [/\.layer_scale_parameter$/, ".gamma"],
  [/\.(dwconv|depthwise_conv)\./, ".conv_dw."],
  [/(\.blocks\.\d+)\.(layernorm|layer_norm)\./, "$1.norm."],
  [/\.(pwconv|pointwise_conv)(?=[12]\.)/, ".mlp.fc"],
  [/\.grn\.(gamma|weight)$/, ".mlp.grn.weight"],
  [/\.grn\.(beta|bias)$/, ".mlp.grn.bias"],
];

/** Leaves out the second name of DINOv3's last norm, and what EUPE has only for training. */
const ofMeta: readonly Rule[] = [
  [/^(norms|projectors)\..*$/, ""],
  [/^norm\./, "head.norm."],
  [/^head\.(?=weight|bias)/, "head.fc."],
  [/^downsample_layers\.0\./, "stem."],
  [/^downsample_layers\.(\d+)\./, "stages.$1.downsample."],
  [/^stages\.(\d+)\.(\d+)\./, "stages.$1.blocks.$2."],
  ...others,
];

const ofTransformers: readonly Rule[] = [
  [/^convnext(v2)?\./, ""],
  [/^embeddings\.patch_embeddings\./, "stem.0."],
  [/^embeddings\.layernorm\./, "stem.1."],
  [/^encoder\.stages\.(\d+)\.downsampling_layer\./, "stages.$1.downsample."],
  [/^encoder\.stages\.(\d+)\.layers\./, "stages.$1.blocks."],
  [/^classifier\./, "head.fc."],
  [/^layernorm\./, "head.norm."],
  ...others,
];

const ofTransformersDino: readonly Rule[] = [
  [/^model\./, ""],
  [/^stages\.0\.downsample_layers\./, "stem."],
  [/^stages\.(\d+)\.downsample_layers\./, "stages.$1.downsample."],
  [/^stages\.(\d+)\.layers\./, "stages.$1.blocks."],
  [/^layer_norm\./, "head.norm."],
  ...others,
];

/** open_clip's tower, whose projection is the classifier of timm's CLIP models; the text's tower is left out. */
const ofOpenClip: readonly Rule[] = [
  [/^(?!visual\.).*$/, ""],
  [/^visual\.trunk\./, ""],
  [/^visual\.head\.proj\./, "head.fc."],
  [/^visual\.head\.mlp\.fc1\./, "head.pre_logits.fc."],
  [/^visual\.head\.mlp\.fc2\./, "head.fc."],
];

/** With timm's shapes: factors of channels as vectors. A layer's shape may be that of a 1x1 convolution. */
function from(state: State, rules: readonly Rule[]): Record<string, Tensor> {
  const result = translated(state, rules);
  for (const [name, tensor] of Object.entries(result)) {
    if (/\.(gamma|grn\.weight|grn\.bias)$/.test(name)) result[name] = tensor.flatten();
  }
  return result;
}

function fromOpenClip(state: State): Record<string, Tensor> {
  const result = translated(state, ofOpenClip);
  const { "head.fc.weight": weight, "head.fc.bias": bias } = result;
  if (weight !== undefined && bias === undefined) {
    result["head.fc.bias"] = torch.zeros([weight.size(0)], { dtype: weight.dtype });
  }
  return result;
}

/** A state dict of a ConvNeXt without hidden layer with torchvision's names and shapes. */
export function torchvisionConvNeXt(state: State): Record<string, Tensor> {
  const result = translated(state, toTorchvision);
  for (const [name, tensor] of Object.entries(result)) {
    if (name.endsWith(".layer_scale")) result[name] = tensor.reshape(-1, 1, 1);
  }
  return result;
}

/** Whether names of tensors are those of torchvision's ConvNeXt, whatever stands before them. */
export function isTorchvisionConvNeXt(names: Iterable<string>): boolean {
  return hasEndings(new Set(names), "features.0.0.weight", "features.1.0.layer_scale");
}

function isConvNeXt(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has("stages.0.blocks.0.conv_dw.weight");
}

function dialect(
  name: string,
  endings: readonly string[],
  translate: (state: State) => Record<string, Tensor>,
): Dialect {
  return {
    name,
    recognizes: (keys, own) => isConvNeXt(own) && hasEndings(keys, ...endings),
    translate,
  };
}

/** The dialects that become timm's names. */
export const convnextDialects: readonly Dialect[] = [
  dialect(
    "torchvision's ConvNeXt",
    ["features.0.0.weight", "features.1.0.layer_scale"],
    (state) => from(state, ofTorchvision),
  ),
  dialect(
    "Meta's ConvNeXt",
    ["downsample_layers.0.0.weight", "stages.0.0.dwconv.weight"],
    (state) => from(state, ofMeta),
  ),
  dialect(
    "transformers' ConvNeXt",
    ["encoder.stages.0.layers.0.dwconv.weight"],
    (state) => from(state, ofTransformers),
  ),
  dialect(
    "transformers' DINOv3 ConvNeXt",
    ["stages.0.layers.0.depthwise_conv.weight"],
    (state) => from(state, ofTransformersDino),
  ),
  dialect(
    "open_clip's ConvNeXt",
    ["visual.trunk.stages.0.blocks.0.conv_dw.weight"],
    fromOpenClip,
  ),
];
