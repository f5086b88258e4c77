/**
 * Other names of EVA and EVA-02, made those of timm: for {@linkcode RotaryVit}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

const ofBaai: readonly Rule[] = [
  [/^(mask_token|lm_head\..*)$/, ""],
  [/^(.*\.)?rope\..*$/, ""],
  [/\.mlp\.ffn_ln\./, ".mlp.norm."],
  [/\.attn\.inner_attn_ln\./, ".attn.norm."],
  [/\.mlp\.w12\./, ".mlp.fc1."],
  [/\.mlp\.w1\./, ".mlp.fc1_g."],
  [/\.mlp\.w2\./, ".mlp.fc1_x."],
  [/\.mlp\.w3\./, ".mlp.fc2."],
];

/** CLIP's whole networks have the image's tower under this name. */
const ofTower: readonly Rule[] = [[/^(?!visual\.).*$/, ""], [/^visual\./, ""]];

/** Where queries and values have layers of their own, their biases are those layers'. */
const ofLayers: Rule = [/\.attn\.([qv])_bias$/, ".attn.$1_proj.bias"];

function fromBaai(state: State, more: readonly Rule[] = []): Record<string, Tensor> {
  const keys = new Set(Object.keys(state));
  const rules = [
    ...(keys.has("visual.cls_token") ? ofTower : []),
    ...ofBaai,
    ...(hasEndings(keys, "blocks.0.attn.q_proj.weight") ? [ofLayers] : []),
    ...more,
  ];
  return translated(state, rules);
}

function isBaai(keys: ReadonlySet<string>, own?: ReadonlySet<string>): boolean {
  const isFor = own === undefined || own.has("blocks.0.attn.q_bias") ||
    own.has("blocks.0.attn.q_proj.bias");
  // BEiT has the same biases, and a table of relative positions.
  const isBeit = [keys, own ?? keys].some((one) => hasEndings(one, "relative_position_bias_table"));
  if (!isFor || isBeit || !hasEndings(keys, "blocks.0.attn.q_bias")) return false;
  return keys.has("visual.cls_token") || keys.has("mask_token") ||
    hasEndings(keys, ".mlp.w3.weight");
}

/** The dialects that become timm's names of EVA. */
export const evaDialects: readonly Dialect[] = [
  {
    // What ended the pre-training on patches begins the head on their mean: timm's files have it so.
    name: "BAAI's EVA, pre-trained on masked images",
    recognizes: (keys, own) =>
      keys.has("mask_token") && own !== undefined && own.has("fc_norm.weight") && isBaai(keys, own),
    translate: (state) => fromBaai(state, [[/^norm\./, "fc_norm."]]),
  },
  { name: "BAAI's EVA", recognizes: isBaai, translate: (state) => fromBaai(state) },
];
