/**
 * torchvision's names of MaxViT, made those of timm: for {@linkcode MaxVit}.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { relativePositions } from "../parts/relative_positions.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** Names of parts: torchvision's, and timm's. */
const pairs: readonly (readonly [string, string])[] = [
  ["stem.0.0.", "stem.conv1."],
  ["stem.0.1.", "stem.norm1."],
  ["stem.1.0.", "stem.conv2."],
  ["MBconv.proj.1.", "conv.shortcut.expand."],
  ["MBconv.layers.pre_norm.", "conv.pre_norm."],
  ["MBconv.layers.conv_a.0.", "conv.conv1_1x1."],
  ["MBconv.layers.conv_a.1.", "conv.norm1."],
  ["MBconv.layers.conv_b.0.", "conv.conv2_kxk."],
  ["MBconv.layers.conv_b.1.", "conv.norm2."],
  ["MBconv.layers.squeeze_excitation.", "conv.se."],
  ["MBconv.layers.conv_c.", "conv.conv3_1x1."],
  ["window_attention.", "attn_block."],
  ["grid_attention.", "attn_grid."],
  ["attn_layer.0.", "norm1."],
  ["attn_layer.1.to_qkv.", "attn.qkv."],
  ["attn_layer.1.merge.", "attn.proj."],
  ["attn_layer.1.relative_position_bias_table", "attn.rel_pos.relative_position_bias_table"],
  ["mlp_layer.0.", "norm2."],
  ["mlp_layer.1.", "mlp.fc1."],
  ["mlp_layer.3.", "mlp.fc2."],
  ["classifier.2.", "head.norm."],
  ["classifier.3.", "head.pre_logits.fc."],
  ["classifier.5.", "head.fc."],
];

/** A name within others begins after a point. */
const rule = (from: string, to: string): Rule => [
  new RegExp(`(^|\\.)${from.replaceAll(".", "\\.")}`),
  `$1${to}`,
];

const fromNames: readonly Rule[] = [
  [/^.*\.relative_position_index$/, ""],
  [/^blocks\.(\d+)\.layers\.(\d+)\.layers\./, "stages.$1.blocks.$2."],
  ...pairs.map(([theirs, ours]) => rule(theirs, ours)),
];

const toNames: readonly Rule[] = [
  [/^stages\.(\d+)\.blocks\.(\d+)\./, "blocks.$1.layers.$2.layers."],
  // Norms of stem and convolutions have their names before those of attention, which are named alike.
  ...pairs.map(([theirs, ours]) => rule(ours, theirs)),
];

/** A state dict with torchvision's names, which keeps what follows from the windows' sizes too. */
export function toTorchvisionMaxVit(
  state: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const result = translated(state, toNames);
  for (const [key, table] of Object.entries(result)) {
    if (!key.endsWith(".relative_position_bias_table")) continue;
    const window = (Math.sqrt(table.size(0)) + 1) / 2;
    const places = window * window;
    result[key.replace(/bias_table$/, "index")] = torch.tensor(relativePositions(window))
      .reshape(places, places);
  }
  return result;
}

/** The dialects that become timm's names. */
export const maxvitDialects: readonly Dialect[] = [
  {
    name: "torchvision's MaxViT",
    recognizes: (keys, own) =>
      (own === undefined || own.has("stages.0.blocks.0.conv.pre_norm.weight")) &&
      hasEndings(keys, "blocks.0.layers.0.layers.MBconv.layers.pre_norm.weight"),
    translate: (state) => translated(state, fromNames),
  },
];
