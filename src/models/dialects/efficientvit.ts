/**
 * Other names of both EfficientViTs, made those of timm: for {@linkcode EfficientVit} and {@linkcode EfficientVitMsra}.
 *
 * @module
 */

import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** Of the large networks the stem is the first of the stages, as it is of no other. */
const mitStages = (isLarge: boolean): Rule[] =>
  isLarge
    ? [
      [/^stages\.0\.op_list\./, "stem."],
      [/^stages\.(\d+)\.op_list\./, "stages.{$1}.blocks."],
      ...[1, 2, 3, 4].map((i): Rule => [new RegExp(`^stages\\.\\{${i}\\}`), `stages.${i - 1}`]),
    ]
    : [
      [/^input_stem\.op_list\./, "stem."],
      [/^stages\.(\d+)\.op_list\./, "stages.$1.blocks."],
    ];

const ofMit = (isLarge: boolean): readonly Rule[] => [
  [/^backbone\./, ""],
  ...mitStages(isLarge),
  [/^stem\.0\./, "stem.in_conv."],
  // No network has a stem of more than a few blocks.
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((
    i,
  ): Rule => [new RegExp(`^stem\\.${i}\\.`), `stem.res${i - 1}.`]),
  [/^head\.op_list\.0\./, "head.in_conv."],
  [/^head\.op_list\.2\.linear\./, "head.classifier.0."],
  [/^head\.op_list\.2\.norm\./, "head.classifier.1."],
  [/^head\.op_list\.3\.linear\./, "head.classifier.4."],
];

const ofMicrosoft: readonly Rule[] = [
  [/^.*\.attention_bias_idxs$/, ""],
  [/\.c\.weight$/, ".conv.weight"],
  [/^(head(_dist)?)\.l\./, "$1.linear."],
  ...[0, 1, 2, 3].map((i): Rule => [
    new RegExp(`^patch_embed\\.${2 * i}\\.`),
    `patch_embed.conv${i + 1}.`,
  ]),
  [/^blocks1\./, "stages.0.blocks."],
  ...[1, 2].flatMap((i): Rule[] => [
    [new RegExp(`^blocks${i + 1}\\.0\\.`), `stages.${i}.downsample.res1.`],
    [new RegExp(`^blocks${i + 1}\\.1\\.`), `stages.${i}.downsample.patchmerge.`],
    [new RegExp(`^blocks${i + 1}\\.2\\.`), `stages.${i}.downsample.res2.`],
    [new RegExp(`^blocks${i + 1}\\.`), `stages.${i}.blocks.+`],
  ]),
  // Three places of the row are what halves the map.
  ...Array.from({ length: 20 }, (_, i): Rule => [
    new RegExp(`\\.blocks\\.\\+${i + 3}\\.`),
    `.blocks.${i}.`,
  ]),
  [/\.se\.conv_reduce\./, ".se.fc1."],
  [/\.se\.conv_expand\./, ".se.fc2."],
];

/** The dialects that become timm's names. */
export const efficientvitDialects: readonly Dialect[] = [
  {
    name: "MIT's EfficientViT",
    recognizes: (keys, own) =>
      (own === undefined || own.has("stem.in_conv.conv.weight")) &&
      hasEndings(
        keys,
        "stages.0.op_list.0.main.point_conv.conv.weight",
        "input_stem.op_list.0.conv.weight",
      ),
    translate: (state) => translated(state, ofMit(false)),
  },
  {
    name: "MIT's EfficientViT, large",
    recognizes: (keys, own) =>
      (own === undefined || own.has("stem.in_conv.conv.weight")) &&
      hasEndings(
        keys,
        "stages.0.op_list.0.conv.weight",
        "stages.1.op_list.0.main.spatial_conv.conv.weight",
      ),
    translate: (state) => translated(state, ofMit(true)),
  },
  {
    name: "Microsoft's EfficientViT",
    recognizes: (keys, own) =>
      (own === undefined || own.has("stages.0.blocks.0.mixer.m.attn.attention_biases")) &&
      hasEndings(keys, "patch_embed.0.c.weight", "blocks1.0.mixer.m.attn.attention_biases"),
    translate: (state) => translated(state, ofMicrosoft),
  },
];
