/**
 * OpenAI's names of an image tower, made those of timm.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { type Rule, translated } from "./dialect.ts";

const ofTower: readonly Rule[] = [
  [/^class_embedding$/, "cls_token"],
  [/^positional_embedding$/, "pos_embed"],
  [/^conv1\./, "patch_embed.proj."],
  [/^ln_pre\./, "norm_pre."],
  [/^ln_post\./, "norm."],
  [/^transformer\.resblocks\./, "blocks."],
  [/\.ln_([12])\./, ".norm$1."],
  [/\.attn\.in_proj_/, ".attn.qkv."],
  [/\.attn\.out_proj\./, ".attn.proj."],
  [/\.mlp\.c_fc\./, ".mlp.fc1."],
  [/\.mlp\.c_proj\./, ".mlp.fc2."],
];

/** A state dict of an image tower with timm's names. Rules of the tower's own come before the common ones. */
export function fromTower(
  state: Readonly<Record<string, Tensor>>,
  ownRules: readonly Rule[] = [],
): Record<string, Tensor> {
  const { proj, ...rest } = state;
  const result = translated(rest, [...ownRules, ...ofTower]);
  return torch.noGrad(() => {
    for (const name of ["cls_token", "pos_embed"]) {
      const tokens = result[name];
      if (tokens !== undefined) result[name] = tokens.reshape(1, -1, tokens.size(-1));
    }
    return proj === undefined ? result : withHead(result, proj.t());
  });
}

/** A state dict with a projection without bias as timm's head, which has one. */
export function withHead(
  state: Readonly<Record<string, Tensor>>,
  weight: Tensor,
): Record<string, Tensor> {
  const { dtype, device } = weight;
  const bias = torch.zeros([weight.size(0)], { dtype, device });
  return { ...state, "head.weight": weight, "head.bias": bias };
}
