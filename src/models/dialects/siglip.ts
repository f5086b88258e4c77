/**
 * transformers' names of the image towers of SigLIP and SigLIP 2, made those of timm: for {@linkcode VisionTransformer}
 * and {@linkcode NaFlexVit}.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** The tower, out of a file that may hold that of texts beside it. */
const tower: readonly Rule[] = [
  [/^(text_model\.|logit_(scale|bias)$).*$/, ""],
  [/^vision_model\./, ""],
  [/^embeddings\.position_ids$/, ""],
  [/^encoder\.layers\./, "blocks."],
  [/\.self_attn\.([qkv])_proj\./, ".attn.{$1}."],
  [/\.self_attn\.out_proj\./, ".attn.proj."],
  [/\.layer_norm([12])\./, ".norm$1."],
  [/^post_layernorm\./, "norm."],
];

/** The pooling by attention. */
const pooled: readonly Rule[] = [
  [/^head\.probe$/, "attn_pool.latent"],
  [/^head\.attention\.in_proj_/, "attn_pool.{qkv}."],
  [/^head\.attention\.out_proj\./, "attn_pool.proj."],
  [/^head\.layernorm\./, "attn_pool.norm."],
  [/^head\.mlp\./, "attn_pool.mlp."],
];

/** The same towers are pooled by the mean, too: without what pools by attention. */
const unpooled: readonly Rule[] = [[/^head\..*$/, ""]];

const embeds: readonly Rule[] = [
  [/^embeddings\.patch_embedding\./, "patch_embed.proj."],
  [/^embeddings\.position_embedding\.weight$/, "pos_embed"],
];

const flexibleEmbeds: readonly Rule[] = [
  [/^embeddings\.patch_embedding\./, "embeds.proj."],
  [/^embeddings\.position_embedding\.weight$/, "embeds.pos_embed"],
];

/** A state dict with timm's names; `shaped` gives positions the shape that they have there. */
function from(
  state: State,
  rules: readonly Rule[],
  shaped: (positions: Tensor) => Tensor,
): Record<string, Tensor> {
  const result = translated(state, [...tower, ...rules], { qkv: ["{q}", "{k}", "{v}"] });
  return torch.noGrad(() => {
    for (const [name, tensor] of Object.entries(result)) {
      if (/(^|\.)pos_embed$/.test(name) && tensor.ndim === 2) result[name] = shaped(tensor);
      if (!name.startsWith("attn_pool.{qkv}.")) continue;
      // Queries are asked by one layer in timm, keys and values come from another.
      delete result[name];
      const dim = Math.floor(tensor.size(0) / 3);
      const end = name.slice("attn_pool.{qkv}.".length);
      result[`attn_pool.q.${end}`] = tensor.narrow(0, 0, dim);
      result[`attn_pool.kv.${end}`] = tensor.narrow(0, dim, tensor.size(0) - dim);
    }
    return result;
  });
}

/** A square map of positions, if there is one. */
function asSquare(positions: Tensor): Tensor {
  const side = Math.sqrt(positions.size(0));
  return Number.isInteger(side) ? positions.reshape(1, side, side, -1) : positions.unsqueeze(0);
}

/** Whether the keys are those of transformers' SigLIP or SigLIP 2: the image tower alone, or both. */
export function isTransformersSiglip(keys: ReadonlySet<string>): boolean {
  return hasEndings(
    keys,
    "embeddings.patch_embedding.weight",
    "embeddings.position_embedding.weight",
    "encoder.layers.0.self_attn.q_proj.weight",
    "post_layernorm.weight",
  ) && !hasEndings(keys, "embeddings.class_embedding");
}

/** The dialects that become timm's names. */
export const siglipDialects: readonly Dialect[] = [
  {
    name: "transformers' SigLIP",
    recognizes: (keys, own) =>
      (own === undefined || own.has("patch_embed.proj.weight") && own.has("attn_pool.latent")) &&
      isTransformersSiglip(keys),
    translate: (state) =>
      from(state, [...embeds, ...pooled], (positions) => positions.unsqueeze(0)),
  },
  {
    name: "transformers' SigLIP, pooled by the mean",
    recognizes: (keys, own) =>
      own !== undefined && own.has("pos_embed") && isTransformersSiglip(keys),
    translate: (state) =>
      from(state, [...embeds, ...unpooled], (positions) => positions.unsqueeze(0)),
  },
  {
    name: "transformers' SigLIP 2 for images of any shape",
    recognizes: (keys, own) =>
      own !== undefined && own.has("embeds.pos_embed") && own.has("attn_pool.latent") &&
      isTransformersSiglip(keys),
    translate: (state) => from(state, [...flexibleEmbeds, ...pooled], asSquare),
  },
];
