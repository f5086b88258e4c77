/**
 * Meta's names of the Perception Encoder, made those of timm: for {@linkcode RotaryVit}.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { fromWholeClip } from "./clip.ts";
import { fromTower } from "./clip_tower.ts";
import type { Rule } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** What OpenAI's towers have not. */
const ofMeta: readonly Rule[] = [
  [/\.ls_([12])\.gamma$/, ".gamma_$1"],
  [/^attn_pool\.attn\.in_proj_/, "attn_pool.qkv."],
  [/^attn_pool\.attn\.out_proj\./, "attn_pool.proj."],
  [/^attn_pool\.probe$/, "attn_pool.latent"],
  [/^attn_pool\.layernorm\./, "attn_pool.norm."],
];

function fromMeta(state: State): Record<string, Tensor> {
  const isWhole = Object.hasOwn(state, "visual.conv1.weight");
  const result = fromTower(isWhole ? fromWholeClip(state) : state, ofMeta);
  torch.noGrad(() => {
    for (const part of ["weight", "bias"]) splitPool(result, part);
  });
  return result;
}

/** The pooling's queries are of a layer of their own in timm. */
function splitPool(state: Record<string, Tensor>, part: string): void {
  const joined = state[`attn_pool.qkv.${part}`];
  if (joined === undefined || joined.size(0) % 3 !== 0) return;
  delete state[`attn_pool.qkv.${part}`];
  const dim = joined.size(0) / 3;
  state[`attn_pool.q.${part}`] = joined.narrow(0, 0, dim);
  state[`attn_pool.kv.${part}`] = joined.narrow(0, dim, 2 * dim);
}

/** CLIP's towers have the same names, but a last norm and neither this pooling nor scales. */
function isMeta(keys: ReadonlySet<string>): boolean {
  return ["", "visual."].some((tower) => {
    const has = (name: string) => keys.has(`${tower}${name}`);
    return has("conv1.weight") && has("transformer.resblocks.0.attn.in_proj_weight") &&
      (has("attn_pool.probe") || has("transformer.resblocks.0.ls_1.gamma") ||
        (has("ln_pre.weight") && !has("ln_post.weight")));
  });
}

/** The dialect that becomes timm's names of the Perception Encoder. */
export const perceptionEncoderDialects: readonly Dialect[] = [{
  name: "Meta's Perception Encoder",
  recognizes: (keys, own) => (own === undefined || own.has("norm_pre.weight")) && isMeta(keys),
  translate: fromMeta,
}];
