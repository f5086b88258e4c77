/**
 * What transformers calls the parts that CLIP's towers have in common.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { type Rule, translated } from "./dialect.ts";

const ofBlocks: readonly Rule[] = [
  [/\.layer_norm([12])\./, ".ln_$1."],
  [/\.self_attn\.([qkv])_proj\./, ".attn.in_proj_{$1}"],
  [/\.self_attn\.out_proj\./, ".attn.out_proj."],
  [/\.mlp\.fc1\./, ".mlp.c_fc."],
  [/\.mlp\.fc2\./, ".mlp.c_proj."],
];

/**
 * A state dict of one of transformers' towers with OpenAI's names.
 *
 * @param rules What is renamed beside the blocks' own parts.
 * @param projection OpenAI's name of the projection, which is a layer's weight there and a matrix here.
 */
export function fromTransformersTower(
  state: Readonly<Record<string, Tensor>>,
  rules: readonly Rule[],
  projection: string,
): Record<string, Tensor> {
  const result = translated(state, [...rules, ...ofBlocks], { "": ["{q}", "{k}", "{v}"] });
  if (Object.hasOwn(result, projection)) {
    result[projection] = torch.noGrad(() => result[projection].t());
  }
  return result;
}
