/**
 * Other names of ConvNeXts, made those of torchvision: for {@linkcode ConvNeXt}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** Rules for each of the four stages: the map is halved in `features.2i`, the blocks are in `features.2i+1`. */
function stages(rules: (stage: number) => Rule[]): Rule[] {
  return [0, 1, 2, 3].flatMap(rules);
}

/** The parts of a block and the head, by the names that timm and Meta have for them. */
const parts: readonly Rule[] = [
  [/\.(gamma|layer_scale_parameter)$/, ".layer_scale"],
  [/\.(conv_dw|dwconv)\./, ".block.0."],
  [/^(features\.\d+\.\d+)\.(norm|layernorm)\./, "$1.block.2."],
  [/\.(mlp\.fc|pwconv)1\./, ".block.3."],
  [/\.(mlp\.fc|pwconv)2\./, ".block.5."],
];

const ofTimm: readonly Rule[] = [
  [/^stem\./, "features.0."],
  ...stages((i) => [
    [new RegExp(`^stages\\.${i}\\.downsample\\.`), `features.${2 * i}.`],
    [new RegExp(`^stages\\.${i}\\.blocks\\.`), `features.${2 * i + 1}.`],
  ]),
  ...parts,
  [/^head\.norm\./, "classifier.0."],
  [/^head\.fc\./, "classifier.2."],
];

const ofMeta: readonly Rule[] = [
  ...stages((i) => [
    [new RegExp(`^downsample_layers\\.${i}\\.`), `features.${2 * i}.`],
    [new RegExp(`^stages\\.${i}\\.`), `features.${2 * i + 1}.`],
  ]),
  ...parts,
  [/^norm\./, "classifier.0."],
  [/^head\./, "classifier.2."],
];

const ofTransformers: readonly Rule[] = [
  [/^convnext\./, ""],
  [/^embeddings\.patch_embeddings\./, "features.0.0."],
  [/^embeddings\.layernorm\./, "features.0.1."],
  ...stages((i) => [
    [new RegExp(`^encoder\\.stages\\.${i}\\.downsampling_layer\\.`), `features.${2 * i}.`],
    [new RegExp(`^encoder\\.stages\\.${i}\\.layers\\.`), `features.${2 * i + 1}.`],
  ]),
  ...parts,
  [/^classifier\./, "classifier.2."],
  [/^layernorm\./, "classifier.0."],
];

/** With torchvision's shapes: scales as (C, 1, 1), and 1x1 convolutions as linear layers. */
function from(state: Readonly<Record<string, Tensor>>, rules: readonly Rule[]) {
  const result = translated(state, rules);
  for (const [name, tensor] of Object.entries(result)) {
    const { ndim } = tensor;
    if (name.endsWith(".layer_scale") && ndim === 1) result[name] = tensor.reshape(-1, 1, 1);
    if (/\.block\.[35]\.weight$/.test(name) && ndim === 4) result[name] = tensor.flatten(1);
  }
  return result;
}

function isConvNeXt(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has("features.1.0.layer_scale");
}

/** The dialects that become torchvision's names. */
export const convnextDialects: readonly Dialect[] = [
  {
    name: "timm's ConvNeXt",
    recognizes: (keys, own) =>
      isConvNeXt(own) && hasEndings(keys, "stem.0.weight", "stages.0.blocks.0.conv_dw.weight"),
    translate: (state) => from(state, ofTimm),
  },
  {
    name: "Meta's ConvNeXt",
    recognizes: (keys, own) =>
      isConvNeXt(own) &&
      hasEndings(keys, "downsample_layers.0.0.weight", "stages.0.0.dwconv.weight"),
    translate: (state) => from(state, ofMeta),
  },
  {
    name: "transformers' ConvNeXt",
    recognizes: (keys, own) =>
      isConvNeXt(own) && hasEndings(keys, "encoder.stages.0.layers.0.dwconv.weight"),
    translate: (state) => from(state, ofTransformers),
  },
];
