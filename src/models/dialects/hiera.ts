/**
 * Other names of Hiera, made those of timm: for {@linkcode Hiera}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

const ofMeta: readonly Rule[] = [
  [/^head\.projection\./, "head.fc."],
  [/^(encoder_)?norm\./, "head.norm."],
  [/^pos_embed_abs$/, "pos_embed"],
];

const ofTransformers: readonly Rule[] = [
  [/^hiera\./, ""],
  [/^embeddings\.patch_embeddings\.projection\./, "patch_embed.proj."],
  [/^embeddings\.position_embeddings$/, "pos_embed"],
  [/\.layernorm_before\./, ".norm1."],
  [/\.layernorm_after\./, ".norm2."],
  [/^pooler\.layernorm\./, "head.norm."],
  [/^classifier\./, "head.fc."],
];

/** transformers numbers the blocks of each stage anew. */
function inOneRow(state: State): Record<string, Tensor> {
  const place = /^encoder\.stages\.(\d+)\.layers\.(\d+)\./;
  const depths: number[] = [];
  for (const key of Object.keys(state)) {
    const [, stage, layer] = place.exec(key) ?? [];
    if (stage === undefined || Number(stage) > 64) continue;
    depths[Number(stage)] = Math.max(depths[Number(stage)] ?? 0, Number(layer) + 1);
  }
  const before = (stage: number) =>
    depths.slice(0, stage).reduce((sum, depth) => sum + (depth ?? 0), 0);
  return Object.fromEntries(
    Object.entries(state).map(([key, tensor]) => [
      key.replace(place, (_, stage, layer) => `blocks.${before(Number(stage)) + Number(layer)}.`),
      tensor,
    ]),
  );
}

function isHiera(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined ||
    (own.has("blocks.0.attn.qkv.weight") && own.has("head.norm.weight"));
}

/** Whether keys are Meta's: with its name of the head, or where there is none with its name of the norm. */
function isMeta(keys: ReadonlySet<string>): boolean {
  if (!hasEndings(keys, "blocks.0.attn.qkv.weight")) return false;
  if (hasEndings(keys, "head.projection.weight")) return true;
  const pools = [...keys].some((key) => /(^|\.)blocks\.\d+\.proj\.weight$/.test(key));
  return pools && [...keys].some((key) => /^(module\.|model\.)?(encoder_)?norm\.weight$/.test(key));
}

/** The dialects that become timm's names. */
export const hieraDialects: readonly Dialect[] = [
  {
    name: "Meta's Hiera",
    recognizes: (keys, own) => isHiera(own) && isMeta(keys),
    translate: (state) => translated(state, ofMeta),
  },
  {
    name: "transformers' Hiera",
    recognizes: (keys, own) =>
      isHiera(own) && hasEndings(keys, "encoder.stages.0.layers.0.attn.qkv.weight"),
    translate: (state) => inOneRow(translated(state, ofTransformers)),
  },
];
