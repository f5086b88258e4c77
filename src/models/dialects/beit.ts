/**
 * Other names of BEiTs, made those of timm: for {@linkcode Beit}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** Where all blocks share a table of biases, and what it is called then. */
const SHARED = "rel_pos_bias.relative_position_bias_table";

/** Both the names in files and those that the modules have from version 5 on. */
const ofTransformers: readonly Rule[] = [
  [/^beit\./, ""],
  [/^(embeddings\.mask_token|lm_head\..*|.*\.relative_position_index)$/, ""],
  [/^embeddings\.cls_token$/, "cls_token"],
  [/^embeddings\.patch_embeddings\.projection\./, "patch_embed.proj."],
  [/^(encoder\.)?relative_position_bias\./, "rel_pos_bias."],
  [/^(encoder\.)?layers?\.(\d+)\./, "blocks.$2."],
  [/\.attention\.(attention\.query|q_proj)\.weight$/, ".attn.{query}.weight"],
  [/\.attention\.(attention\.key|k_proj)\.weight$/, ".attn.{key}.weight"],
  [/\.attention\.(attention\.value|v_proj)\.weight$/, ".attn.{value}.weight"],
  [/\.attention\.(attention\.query|q_proj)\.bias$/, ".attn.q_bias"],
  [/\.attention\.(attention\.value|v_proj)\.bias$/, ".attn.v_bias"],
  [/\.(attention\.attention\.)?relative_position_bias\./, ".attn."],
  [/\.attention\.(output\.dense|o_proj)\./, ".attn.proj."],
  [/\.(intermediate\.dense|mlp\.fc1)\./, ".mlp.fc1."],
  [/\.(output\.dense|mlp\.fc2)\./, ".mlp.fc2."],
  [/\.layernorm_before\./, ".norm1."],
  [/\.layernorm_after\./, ".norm2."],
  [/\.lambda_([12])$/, ".gamma_$1"],
  [/^(pooler\.)?layernorm\./, "fc_norm."],
  [/^classifier\./, "head."],
];

/** Files of Microsoft's pre-training have a norm of their own and a head of visual words. */
const ofMicrosoft: readonly Rule[] = [
  [/^(mask_token|lm_head\..*|.*\.relative_position_index)$/, ""],
  [/^norm\./, "fc_norm."],
];

/** Gives every block the table that all share. */
function unshared(state: Record<string, Tensor>): Record<string, Tensor> {
  const { [SHARED]: table, ...rest } = state;
  if (table === undefined) return state;
  for (const name of Object.keys(rest)) {
    const block = /^blocks\.\d+\.attn\.(?=q_bias$)/.exec(name);
    if (block !== null) rest[`${block[0]}relative_position_bias_table`] = table;
  }
  return rest;
}

/** A table of a block of its own. */
const OWN = "blocks.0.attn.relative_position_bias_table";

function isBeit(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has(OWN) && own.has("blocks.0.attn.q_bias");
}

/** The dialects that become timm's names. */
export const beitDialects: readonly Dialect[] = [
  {
    name: "transformers' BEiT",
    recognizes: (keys, own) =>
      isBeit(own) && hasEndings(
        keys,
        "embeddings.cls_token",
        "embeddings.patch_embeddings.projection.weight",
        ".lambda_1",
      ),
    translate: (state: State) =>
      unshared(translated(state, ofTransformers, { qkv: ["{query}", "{key}", "{value}"] })),
  },
  {
    name: "Microsoft's pre-trained BEiT",
    recognizes: (keys, own) =>
      isBeit(own) && keys.has("blocks.0.attn.q_bias") &&
      (keys.has(SHARED) || keys.has(OWN) && keys.has("norm.weight")),
    translate: (state: State) => unshared(translated(state, ofMicrosoft)),
  },
];
