/**
 * Other names of AIMv2, made those of timm: for {@linkcode RotaryVit}.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

const ofTransformers: readonly Rule[] = [
  [/^(text_model|text_projection|visual_projection|logit_scale).*$/, ""],
  [/^vision_model\./, ""],
  // The pooling by attention of those that were tuned with texts.
  [/^(head\..*|embeddings\.position_ids)$/, ""],
  [/^embeddings\.patch_embed\./, "patch_embed.proj."],
  [/^embeddings\.rms_norm\./, "patch_embed.norm."],
  [/^embeddings\.position_embedding\.weight$/, "pos_embed"],
  [/^encoder\.layers\./, "blocks."],
  [/\.attention\.([qkv])_proj\./, ".attn.{$1}."],
  [/\.attention\.out_proj\./, ".attn.proj."],
  [/\.ffn\.gate_proj\./, ".mlp.fc1_g."],
  [/\.ffn\.up_proj\./, ".mlp.fc1_x."],
  [/\.ffn\.down_proj\./, ".mlp.fc2."],
  [/\.rms_norm([12])\./, ".norm$1."],
  [/^rms_norm\./, "norm."],
];

/** Both the image's encoder alone, and that of a whole AIMv2 with its text encoder. */
const ofApple: readonly Rule[] = [
  [/^(text_encoder|text_projector|image_projector|log_logit_scale).*$/, ""],
  [/^image_encoder\./, ""],
  [/^head\..*$/, ""],
  [/^preprocessor\.patchifier\./, "patch_embed."],
  [/^preprocessor\.pos_embed$/, "pos_embed"],
  [/^trunk\.post_trunk_norm\./, "norm."],
  [/^trunk\.blocks\./, "blocks."],
  [/\.norm_([12])\./, ".norm$1."],
  [/\.mlp\.fc1\./, ".mlp.fc1_g."],
  [/\.mlp\.fc3\./, ".mlp.fc1_x."],
];

function fromTransformers(state: State): Record<string, Tensor> {
  const result = translated(state, ofTransformers, { qkv: ["{q}", "{k}", "{v}"] });
  const positions = result["pos_embed"];
  if (positions !== undefined && positions.ndim === 2) {
    result["pos_embed"] = torch.noGrad(() => positions.unsqueeze(0));
  }
  return result;
}

function dialect(name: string, ending: string, translate: Dialect["translate"]): Dialect {
  return {
    name,
    recognizes: (keys, own) =>
      (own === undefined || own.has("patch_embed.norm.weight")) && hasEndings(keys, ending),
    translate,
  };
}

/** The dialects that become timm's names of AIMv2. */
export const aimv2Dialects: readonly Dialect[] = [
  dialect("transformers' AIMv2", "embeddings.rms_norm.weight", fromTransformers),
  dialect(
    "Apple's AIMv2",
    "preprocessor.patchifier.norm.weight",
    (state) => translated(state, ofApple),
  ),
];
