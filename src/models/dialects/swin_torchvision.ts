/**
 * torchvision's names of Swin Transformers of both versions.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { relativePositions } from "../parts/relative_positions.ts";
import { logDistances } from "../parts/cosine_window_attention.ts";
import { type Rule, translated } from "./dialect.ts";

type State = Readonly<Record<string, Tensor>>;

const stages = Array.from({ length: 4 }, (_, i) => i);

const fromNames: readonly Rule[] = [
  [/^.*\.(relative_position_index|relative_coords_table)$/, ""],
  [/^features\.0\.0\./, "patch_embed.proj."],
  [/^features\.0\.2\./, "patch_embed.norm."],
  ...stages.flatMap((i): Rule[] => [
    [new RegExp(`^features\\.${2 * i}\\.(?=reduction|norm)`), `layers.${i}.downsample.`],
    [new RegExp(`^features\\.${2 * i + 1}\\.`), `layers.${i}.blocks.`],
  ]),
  [/\.mlp\.0\./, ".mlp.fc1."],
  [/\.mlp\.3\./, ".mlp.fc2."],
  [/^head\.(?!fc\.)/, "head.fc."],
];

const toNames: readonly Rule[] = [
  [/^patch_embed\.proj\./, "features.0.0."],
  [/^patch_embed\.norm\./, "features.0.2."],
  ...stages.flatMap((i): Rule[] => [
    [new RegExp(`^layers\\.${i}\\.downsample\\.`), `features.${2 * i}.`],
    [new RegExp(`^layers\\.${i}\\.blocks\\.`), `features.${2 * i + 1}.`],
  ]),
  [/\.mlp\.fc1\./, ".mlp.0."],
  [/\.mlp\.fc2\./, ".mlp.3."],
  [/^head\.fc\./, "head."],
];

/** timm's names of a state dict of torchvision; what version 2's keys have for biases, which does nothing, is left out. */
export function fromTorchvision(state: State): Record<string, Tensor> {
  const result = translated(state, fromNames);
  for (const key of Object.keys(result).filter((name) => name.endsWith(".attn.logit_scale"))) {
    const prefix = key.replace(/logit_scale$/, "");
    const bias = result[`${prefix}qkv.bias`];
    if (bias === undefined) continue;
    const [q, , v] = bias.chunk(3);
    delete result[`${prefix}qkv.bias`];
    result[`${prefix}q_bias`] = q;
    result[`${prefix}v_bias`] = v;
  }
  return result;
}

/**
 * A function from a state dict with timm's names to torchvision's, which keeps what follows from the windows' sizes too.
 *
 * @param window The side of the windows of a network of version 2, whose parameters do not tell it.
 */
export function toTorchvision(window: number): (state: State) => Record<string, Tensor> {
  return (state) => {
    const result = translated(state, toNames);
    for (const [key, tensor] of Object.entries(result)) {
      const prefix = key.slice(0, key.lastIndexOf(".") + 1);
      if (key.endsWith(".relative_position_bias_table")) {
        const side = (Math.sqrt(tensor.size(0)) + 1) / 2;
        result[`${prefix}relative_position_index`] = torch.tensor(relativePositions(side));
      } else if (key.endsWith(".q_bias")) {
        const value = result[`${prefix}v_bias`];
        result[`${prefix}qkv.bias`] = torch.cat([tensor, torch.zerosLike(tensor), value]);
        delete result[key];
        delete result[`${prefix}v_bias`];
        const side = 2 * window - 1;
        const table = logDistances(window, window).reshape(1, side, side, 2);
        result[`${prefix}relative_coords_table`] = table.to(tensor.dtype);
        result[`${prefix}relative_position_index`] = torch.tensor(relativePositions(window));
      }
    }
    return result;
  };
}
