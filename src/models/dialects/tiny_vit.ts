/**
 * Microsoft's names of TinyViT, made those of timm: for {@linkcode TinyVit}.
 *
 * @module
 */

import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

const rules: readonly Rule[] = [
  [/^.*\.attention_bias_idxs$/, ""],
  [/^patch_embed\.seq\.0\./, "patch_embed.conv1."],
  [/^patch_embed\.seq\.2\./, "patch_embed.conv2."],
  [/\.c\.weight$/, ".conv.weight"],
  // A map is halved by the stage that begins there in timm, by the one before it elsewhere.
  ...[0, 1, 2].map((i): Rule => [
    new RegExp(`^layers\\.${i}\\.downsample\\.`),
    `stages.${i + 1}.downsample.`,
  ]),
  [/^layers\./, "stages."],
  [/^head\./, "head.fc."],
  [/^norm_head\./, "head.norm."],
];

/** The dialects that become timm's names. */
export const tinyVitDialects: readonly Dialect[] = [
  {
    name: "Microsoft's TinyViT",
    recognizes: (keys, own) =>
      (own === undefined || own.has("stages.0.blocks.0.conv1.conv.weight")) &&
      hasEndings(keys, "patch_embed.seq.0.c.weight", "layers.0.blocks.0.conv1.c.weight"),
    translate: (state) => translated(state, rules),
  },
];
