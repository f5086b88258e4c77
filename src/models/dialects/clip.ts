/**
 * Other names of CLIP's image towers, made those of OpenAI: for {@linkcode ClipImageTower}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { fromTransformersTower } from "./clip_transformers.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

const ofTransformers: readonly Rule[] = [
  [/^(text_model|text_projection|logit_scale|logit_bias).*$/, ""],
  [/^vision_model\./, ""],
  [/^embeddings\.position_ids$/, ""],
  [/^embeddings\.class_embedding$/, "class_embedding"],
  [/^embeddings\.patch_embedding\./, "conv1."],
  [/^embeddings\.position_embedding\.weight$/, "positional_embedding"],
  [/^pre_layrnorm\./, "ln_pre."],
  [/^post_layernorm\./, "ln_post."],
  [/^encoder\.layers\./, "transformer.resblocks."],
  [/^visual_projection\.weight$/, "proj"],
];

/** Whether the keys are those of transformers' CLIPModel, CLIPVisionModel or CLIPVisionModelWithProjection. */
export function isTransformersClip(keys: ReadonlySet<string>): boolean {
  return hasEndings(keys, "embeddings.class_embedding", "pre_layrnorm.weight");
}

/** A state dict of transformers' CLIP with OpenAI's names. */
export function fromTransformersClip(
  state: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  return fromTransformersTower(state, ofTransformers, "proj");
}

/** Whether the keys are those of a whole CLIP of OpenAI or OpenCLIP: image and text tower. */
export function isWholeClip(keys: ReadonlySet<string>): boolean {
  return keys.has("visual.class_embedding") && keys.has("visual.conv1.weight");
}

/** The image tower out of a whole CLIP. */
export function fromWholeClip(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return translated(state, [[/^(?!visual\.).*$/, ""], [/^visual\./, ""]]);
}

function forTower(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has("class_embedding");
}

/** The dialects that become OpenAI's names. */
export const clipDialects: readonly Dialect[] = [
  {
    name: "OpenAI's and OpenCLIP's whole CLIP",
    recognizes: (keys, own) => forTower(own) && isWholeClip(keys),
    translate: fromWholeClip,
  },
  {
    name: "transformers' CLIP",
    recognizes: (keys, own) => forTower(own) && isTransformersClip(keys),
    translate: fromTransformersClip,
  },
];
