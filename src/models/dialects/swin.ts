/**
 * Other names of Swin Transformers, made those of torchvision or timm: for {@linkcode Swin}.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { relativePositions } from "../parts/window_attention.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/**
 * Rules for each of four stages. Blocks are in `features.2i+1`. A map is halved in `features.2i`: by the stage that
 * begins there in timm, by the one before it elsewhere.
 */
function stages(from: string, halvedBy: (stage: number) => number): Rule[] {
  return [0, 1, 2, 3].flatMap((i): Rule[] => [
    [new RegExp(`^${from}${halvedBy(i)}\\.downsample\\.`), `features.${2 * i}.`],
    [new RegExp(`^${from}${i}\\.blocks\\.`), `features.${2 * i + 1}.`],
  ]);
}

/** What all but transformers share; what can be computed is left out, and computed below. */
const shared: readonly Rule[] = [
  [/^.*\.(relative_position_index|attn_mask)$/, ""],
  [/^patch_embed\.proj\./, "features.0.0."],
  [/^patch_embed\.norm\./, "features.0.2."],
  [/\.mlp\.fc1\./, ".mlp.0."],
  [/\.mlp\.fc2\./, ".mlp.3."],
  [/^head\.fc\./, "head."],
];

const ofTimm: readonly Rule[] = [...shared, ...stages("layers\\.", (i) => i)];

const ofMicrosoft: readonly Rule[] = [...shared, ...stages("layers\\.", (i) => i - 1)];

/** Both the names in files and those that the modules have from version 5 on. */
const ofTransformers: readonly Rule[] = [
  [/^swin\./, ""],
  [/^.*\.relative_position_index$/, ""],
  [/^(pooler\..*|embeddings\.mask_token)$/, ""],
  [/^embeddings\.patch_embeddings\.projection\./, "features.0.0."],
  [/^embeddings\.norm\./, "features.0.2."],
  ...stages("encoder\\.layers\\.", (i) => i - 1),
  [/\.layernorm_before\./, ".norm1."],
  [/\.layernorm_after\./, ".norm2."],
  [/\.attention\.(self\.query|q_proj)\./, ".attn.{query}."],
  [/\.attention\.(self\.key|k_proj)\./, ".attn.{key}."],
  [/\.attention\.(self\.value|v_proj)\./, ".attn.{value}."],
  [/\.attention\.(self|relative_position_bias)\./, ".attn."],
  [/\.attention\.(output\.dense|o_proj)\./, ".attn.proj."],
  [/\.(intermediate\.dense|mlp\.fc1)\./, ".mlp.0."],
  [/\.(output\.dense|mlp\.fc2)\./, ".mlp.3."],
  [/^layernorm\./, "norm."],
  [/^classifier\./, "head."],
];

/** Translates, and adds the buffers of torchvision that follow from the windows' sizes. */
function from(state: State, rules: readonly Rule[]): Record<string, Tensor> {
  const result = translated(state, rules, { qkv: ["{query}", "{key}", "{value}"] });
  for (const [name, table] of Object.entries(result)) {
    if (!name.endsWith(".relative_position_bias_table")) continue;
    const window = (Math.sqrt(table.shape[0]) + 1) / 2;
    if (!Number.isInteger(window)) continue;
    const index = name.replace(/bias_table$/, "index");
    result[index] = torch.tensor(relativePositions(window));
  }
  return result;
}

/** From torchvision's names to timm's; what timm does not keep is left out. */
const toTimm: readonly Rule[] = [
  [/^.*\.relative_position_index$/, ""],
  [/^features\.0\.0\./, "patch_embed.proj."],
  [/^features\.0\.2\./, "patch_embed.norm."],
  ...[0, 1, 2, 3].flatMap((i): Rule[] => [
    [new RegExp(`^features\\.${2 * i}\\.(?=reduction|norm)`), `layers.${i}.downsample.`],
    [new RegExp(`^features\\.${2 * i + 1}\\.`), `layers.${i}.blocks.`],
  ]),
  [/\.mlp\.0\./, ".mlp.fc1."],
  [/\.mlp\.3\./, ".mlp.fc2."],
  [/^head\./, "head.fc."],
];

function isSwin(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has("features.1.0.attn.relative_position_bias_table");
}

function isTimmSwin(own: ReadonlySet<string> | undefined): boolean {
  return own !== undefined && own.has("layers.0.blocks.0.attn.relative_position_bias_table");
}

/** Whether a state is of Microsoft's or timm's Swin, of which only timm's first stage does not halve its map. */
function isSwinOf(keys: ReadonlySet<string>, microsoft: boolean): boolean {
  return hasEndings(
    keys,
    "patch_embed.proj.weight",
    "layers.0.blocks.0.attn.relative_position_bias_table",
  ) && keys.has("layers.0.downsample.reduction.weight") === microsoft;
}

/** The dialects that become torchvision's names. */
export const swinDialects: readonly Dialect[] = [
  {
    name: "timm's Swin",
    recognizes: (keys, own) => isSwin(own) && isSwinOf(keys, false),
    translate: (state) => from(state, ofTimm),
  },
  {
    name: "Microsoft's Swin",
    recognizes: (keys, own) => isSwin(own) && isSwinOf(keys, true),
    translate: (state) => from(state, ofMicrosoft),
  },
  {
    name: "transformers' Swin",
    recognizes: (keys, own) =>
      isSwin(own) && hasEndings(
        keys,
        "embeddings.patch_embeddings.projection.weight",
        "encoder.layers.0.blocks.0.layernorm_before.weight",
        ".relative_position_bias_table",
      ),
    translate: (state) => from(state, ofTransformers),
  },
];

/** The dialects that become timm's names, where a model has those. */
export const timmSwinDialects: readonly Dialect[] = [
  {
    name: "torchvision's Swin",
    recognizes: (keys, own) =>
      isTimmSwin(own) &&
      hasEndings(keys, "features.0.0.weight", "features.1.0.attn.relative_position_bias_table"),
    translate: (state) => translated(state, toTimm),
  },
  ...swinDialects.filter(({ name }) => name !== "timm's Swin").map((dialect): Dialect => ({
    name: dialect.name,
    recognizes: (keys, own) => isTimmSwin(own) && dialect.recognizes(keys),
    translate: (state) => translated(dialect.translate(state), toTimm),
  })),
];
