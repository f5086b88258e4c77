/**
 * Other names of Swin Transformers of both versions, made those of timm: for {@linkcode Swin}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";
import { fromTorchvision } from "./swin_torchvision.ts";

/** A map is halved by the stage that begins there in timm, by the one before it elsewhere: the last first. */
const halvings: readonly Rule[] = [2, 1, 0].map((i): Rule => [
  new RegExp(`^layers\\.${i}\\.downsample\\.`),
  `layers.${i + 1}.downsample.`,
]);

/** What can be computed is left out. */
const computed: Rule = [/^.*\.(relative_position_index|relative_coords_table|attn_mask)$/, ""];

const ofMicrosoft: readonly Rule[] = [computed, ...halvings, [/^head\.(?!fc\.)/, "head.fc."]];

/** Both the names in files and those that the modules have from version 5 on. */
const ofTransformers: readonly Rule[] = [
  [/^swin(v2)?\./, ""],
  computed,
  [/^(pooler\..*|embeddings\.mask_token)$/, ""],
  [/^embeddings\.patch_embeddings\.projection\./, "patch_embed.proj."],
  [/^embeddings\.norm\./, "patch_embed.norm."],
  [/^encoder\./, ""],
  ...halvings,
  [/\.layernorm_before\./, ".norm1."],
  [/\.layernorm_after\./, ".norm2."],
  [/\.attention\.(self\.query|q_proj)\./, ".attn.{query}."],
  [/\.attention\.(self\.key|k_proj)\./, ".attn.{key}."],
  [/\.attention\.(self\.value|v_proj)\./, ".attn.{value}."],
  [/\.attention\.(self|relative_position_bias)\./, ".attn."],
  [/\.continuous_position_bias_mlp\./, ".cpb_mlp."],
  [/\.attention\.(output\.dense|o_proj)\./, ".attn.proj."],
  [/\.(intermediate\.dense|mlp\.fc1)\./, ".mlp.fc1."],
  [/\.(output\.dense|mlp\.fc2)\./, ".mlp.fc2."],
  [/^layernorm\./, "norm."],
  [/^classifier\./, "head.fc."],
];

/** Version 2 has no bias of keys, so that the others are not joined. */
const apart: readonly Rule[] = [
  [/\.\{query\}\.bias$/, ".q_bias"],
  [/\.\{value\}\.bias$/, ".v_bias"],
];

function isSwin(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined ||
    (own.has("layers.0.blocks.0.attn.qkv.weight") && own.has("patch_embed.norm.weight"));
}

/** Whether one of `keys` ends as that of a first block's attention: with the table of biases, or with version 2's scale. */
function hasBlock(keys: ReadonlySet<string>, block: string): boolean {
  return ["relative_position_bias_table", "logit_scale"].some((name) =>
    hasEndings(keys, `${block}.${name}`)
  );
}

/** The dialects that become timm's names. */
export const swinDialects: readonly Dialect[] = [
  {
    name: "torchvision's Swin",
    recognizes: (keys, own) =>
      isSwin(own) && hasEndings(keys, "features.0.0.weight") &&
      hasBlock(keys, "features.1.0.attn"),
    translate: fromTorchvision,
  },
  {
    name: "Microsoft's Swin",
    recognizes: (keys, own) =>
      isSwin(own) && hasBlock(keys, "layers.0.blocks.0.attn") &&
      hasEndings(keys, "patch_embed.proj.weight", "layers.0.downsample.reduction.weight"),
    translate: (state) => translated(state, ofMicrosoft),
  },
  {
    name: "transformers' Swin",
    recognizes: (keys, own) =>
      isSwin(own) &&
      hasEndings(
        keys,
        "embeddings.patch_embeddings.projection.weight",
        "encoder.layers.0.blocks.0.layernorm_before.weight",
      ),
    translate: (state: Readonly<Record<string, Tensor>>) => {
      const joins = { qkv: ["{query}", "{key}", "{value}"] };
      return translated(translated(state, ofTransformers, joins), apart);
    },
  },
];
