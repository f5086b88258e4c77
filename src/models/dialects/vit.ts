/**
 * Other names of vision transformers, made those of timm: for {@linkcode VisionTransformer}.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { fromTransformersClip, fromWholeClip, isTransformersClip, isWholeClip } from "./clip.ts";
import { fromTower, withHead } from "./clip_tower.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** Tensors that one layer has in timm and several have elsewhere. */
const joins = { qkv: ["{query}", "{key}", "{value}"], fc1: ["{gate}", "{up}"] };

/** Both the names in files and, after the first bar, those that the modules have from version 5 on. */
const ofTransformers: readonly Rule[] = [
  [/^(vit|deit|dinov2|dinov2_with_registers)\./, ""],
  [/^(pooler\..*|embeddings\.mask_token)$/, ""],
  [/^embeddings\.cls_token$/, "cls_token"],
  [/^embeddings\.distillation_token$/, "dist_token"],
  [/^embeddings\.register_tokens$/, "reg_token"],
  [/^embeddings\.position_embeddings$/, "pos_embed"],
  [/^embeddings\.patch_embeddings\.projection\./, "patch_embed.proj."],
  [/^(encoder\.)?layers?\.(\d+)\./, "blocks.$2."],
  [/\.attention\.attention\.(query|key|value)\./, ".attn.{$1}."],
  [/\.attention\.q_proj\./, ".attn.{query}."],
  [/\.attention\.k_proj\./, ".attn.{key}."],
  [/\.attention\.v_proj\./, ".attn.{value}."],
  [/\.attention\.(output\.dense|o_proj)\./, ".attn.proj."],
  [/\.intermediate\.dense\./, ".mlp.fc1."],
  [/\.output\.dense\./, ".mlp.fc2."],
  [/\.layernorm_before\./, ".norm1."],
  [/\.layernorm_after\./, ".norm2."],
  [/\.layer_scale([12])\.lambda1$/, ".ls$1.gamma"],
  [/\.mlp\.weights_in\./, ".mlp.fc1."],
  [/\.mlp\.(gate|up)_proj\./, ".mlp.{$1}."],
  [/\.mlp\.(weights_out|down_proj)\./, ".mlp.fc2."],
  [/^layernorm\./, "norm."],
  [/^(cls_)?classifier\./, "head."],
  [/^distillation_classifier\./, "head_dist."],
];

const ofDinov2: readonly Rule[] = [
  [/^mask_token$/, ""],
  [/^register_tokens$/, "reg_token"],
  // Files for sharded training hold the blocks in chunks, numbered through.
  [/^blocks\.\d+\.(\d+)\./, "blocks.$1."],
  [/\.mlp\.w12\./, ".mlp.fc1."],
  [/\.mlp\.w3\./, ".mlp.fc2."],
];

const ofTorchvision: readonly Rule[] = [
  [/^class_token$/, "cls_token"],
  [/^conv_proj\./, "patch_embed.proj."],
  [/^encoder\.pos_embedding$/, "pos_embed"],
  [/^encoder\.layers\.encoder_layer_(\d+)\./, "blocks.$1."],
  [/\.ln_([12])\./, ".norm$1."],
  [/\.self_attention\.in_proj_/, ".attn.qkv."],
  [/\.self_attention\.out_proj\./, ".attn.proj."],
  [/\.mlp\.(0|linear_1)\./, ".mlp.fc1."],
  [/\.mlp\.(3|linear_2)\./, ".mlp.fc2."],
  [/^encoder\.ln\./, "norm."],
  [/^heads\.head\./, "head."],
];

const ofTrunk: readonly Rule[] = [
  [/^visual\.head\.proj\.weight$/, "head.weight"],
  [/^(?!visual\.trunk\.|head\.weight$).*$/, ""],
  [/^visual\.trunk\./, ""],
];

/** Where there are registers timm's class token has its position added, and the position embedding has none for it. */
function withoutPrefixPositions(state: Record<string, Tensor>): Record<string, Tensor> {
  const { reg_token: registers, cls_token: classToken, pos_embed: positions } = state;
  if (registers === undefined || classToken === undefined || positions === undefined) return state;
  return torch.noGrad(() => ({
    ...state,
    cls_token: classToken.add(positions.narrow(1, 0, 1)),
    pos_embed: positions.narrow(1, 1, positions.size(1) - 1),
  }));
}

function fromTrunk(state: State): Record<string, Tensor> {
  const { "head.weight": weight, ...rest } = translated(state, ofTrunk);
  return weight === undefined ? rest : withHead(rest, weight);
}

const isTower = (keys: ReadonlySet<string>) =>
  keys.has("class_embedding") && keys.has("conv1.weight") &&
  keys.has("transformer.resblocks.0.ln_1.weight");

/** A dialect that becomes timm's names. */
function dialect(
  name: string,
  speaks: (keys: ReadonlySet<string>) => boolean,
  translate: Dialect["translate"],
): Dialect {
  return {
    name,
    recognizes: (keys, own) => (own === undefined || own.has("cls_token")) && speaks(keys),
    translate,
  };
}

/** The dialects that become timm's names. */
export const vitDialects: readonly Dialect[] = [
  dialect(
    "transformers' ViT, DeiT and DINOv2",
    (keys) =>
      hasEndings(keys, "embeddings.cls_token", "embeddings.patch_embeddings.projection.weight") &&
      !hasEndings(keys, ".lambda_1"),
    (state) => withoutPrefixPositions(translated(state, ofTransformers, joins)),
  ),
  dialect(
    "Meta's DINOv2",
    (keys) => keys.has("mask_token") && keys.has("patch_embed.proj.weight"),
    (state) => withoutPrefixPositions(translated(state, ofDinov2)),
  ),
  dialect(
    "torchvision's ViT",
    (keys) => keys.has("class_token") && keys.has("encoder.pos_embedding"),
    (state) => translated(state, ofTorchvision),
  ),
  dialect(
    "OpenAI's and OpenCLIP's whole CLIP",
    isWholeClip,
    (state) => fromTower(fromWholeClip(state)),
  ),
  {
    // Without the model's own names these are as good as their own translation.
    name: "OpenAI's and OpenCLIP's image tower",
    recognizes: (keys, own) => own !== undefined && own.has("cls_token") && isTower(keys),
    translate: (state) => fromTower(state),
  },
  dialect(
    "transformers' CLIP",
    isTransformersClip,
    (state) => fromTower(fromTransformersClip(state)),
  ),
  {
    name: "OpenCLIP's with timm's vision transformer",
    recognizes: (keys, own) =>
      (own === undefined || own.has("patch_embed.proj.weight")) &&
      keys.has("visual.trunk.patch_embed.proj.weight"),
    translate: fromTrunk,
  },
];
