/**
 * Other names of RADIO, made those of NVIDIA's files on the hub: for {@linkcode Radio}.
 *
 * @module
 */

import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** NVIDIA renames scales, as transformers renames what is called gamma. */
const scales: Rule = [/\.(ls([12])\.grandma|layer_scale([12])\.lambda1)$/, ".ls$2$3.gamma"];

/** What transformers' own modules are called; its files have NVIDIA's names. */
const ofTransformers: readonly Rule[] = [
  [/^embeddings\.patch_projection\./, "radio_model.model.patch_generator.embedder."],
  [/^embeddings\.video_patch_projection\./, "radio_model.model.patch_generator.video_embedder."],
  [/^embeddings\.position_embedding$/, "radio_model.model.patch_generator.pos_embed"],
  [/^embeddings\.cls_register_token$/, "radio_model.model.patch_generator.cls_token.token"],
  [/^encoder\.layer\./, "radio_model.model.blocks."],
  [/^summary_idxs$/, ""],
  [/^input_conditioner\./, "radio_model.input_conditioner."],
  [/\.attention\.([qkv])_proj\./, ".attn.{$1}."],
  [/\.attention\.o_proj\./, ".attn.proj."],
  scales,
];

/** Files of NVIDIA's own training hold the heads of all teachers beside the network. */
const ofTraining: readonly Rule[] = [
  [/^base_model\./, "radio_model.model."],
  [/^input_conditioner\./, "radio_model.input_conditioner."],
  [/^_(heads|feature_projections|intermediate_feature_normalizer)\..*$/, ""],
  scales,
];

/** The places of the class tokens that are the summary: the first ones. */
const PLACES: Rule = [/^radio_model\.summary_idxs$/, ""];

/** What only names in files end with. */
const ENDINGS = ["radio_model.summary_idxs", ".ls1.grandma", ".layer_scale1.lambda1"];

const PATCHES = "model.patch_generator.embedder.weight";

function isRadio(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has(`radio_model.${PATCHES}`);
}

/** The dialects that become NVIDIA's names. */
export const radioDialects: readonly Dialect[] = [
  {
    name: "NVIDIA's RADIO",
    recognizes: (keys, own) =>
      isRadio(own) && hasEndings(keys, `radio_model.${PATCHES}`) &&
      ENDINGS.some((ending) => hasEndings(keys, ending)),
    translate: (state) => translated(state, [PLACES, scales]),
  },
  {
    name: "NVIDIA's training of RADIO",
    recognizes: (keys, own) => isRadio(own) && keys.has(`base_${PATCHES}`),
    translate: (state) => translated(state, ofTraining),
  },
  {
    name: "transformers' RADIO",
    recognizes: (keys, own) =>
      isRadio(own) && keys.has("embeddings.cls_register_token") &&
      keys.has("embeddings.patch_projection.weight"),
    translate: (state) => translated(state, ofTransformers, { qkv: ["{q}", "{k}", "{v}"] }),
  },
];
