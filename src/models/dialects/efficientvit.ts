/**
 * Other names of both EfficientViTs, made those of timm: for {@linkcode EfficientVit} and {@linkcode EfficientVitMsra}.
 *
 * @module
 */

import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** Rules for places that are numbered from 0. */
const places = (count: number, rule: (place: number) => Rule): Rule[] =>
  Array.from({ length: count }, (_, place) => rule(place));

/** The stem is beside the stages. */
const ofMitSmall: readonly Rule[] = [
  [/^input_stem\.op_list\./, "stem."],
  [/^stages\.(\d+)\.op_list\./, "stages.$1.blocks."],
];

/** The stem is the first of the stages. */
const ofMitLarge: readonly Rule[] = [
  [/^stages\.0\.op_list\./, "stem."],
  ...places(4, (i) => [new RegExp(`^stages\\.${i + 1}\\.op_list\\.`), `stages.${i}.blocks.`]),
];

const ofMit = (stages: readonly Rule[]): readonly Rule[] => [
  [/^backbone\./, ""],
  ...stages,
  [/^stem\.0\./, "stem.in_conv."],
  ...places(8, (i) => [new RegExp(`^stem\\.${i + 1}\\.`), `stem.res${i}.`]),
  [/^head\.op_list\.0\./, "head.in_conv."],
  [/^head\.op_list\.2\.linear\./, "head.classifier.0."],
  [/^head\.op_list\.2\.norm\./, "head.classifier.1."],
  [/^head\.op_list\.3\.linear\./, "head.classifier.4."],
];

/** What halves the map takes the first three places of a row of blocks. */
const ofMicrosoft: readonly Rule[] = [
  [/^.*\.attention_bias_idxs$/, ""],
  [/\.c\.weight$/, ".conv.weight"],
  [/^head\.l\./, "head.linear."],
  ...places(4, (i) => [new RegExp(`^patch_embed\\.${2 * i}\\.`), `patch_embed.conv${i + 1}.`]),
  [/^blocks1\./, "stages.0.blocks."],
  [/^blocks2\./, "stages.1.row."],
  [/^blocks3\./, "stages.2.row."],
  [/\.row\.0\./, ".downsample.res1."],
  [/\.row\.1\./, ".downsample.patchmerge."],
  [/\.row\.2\./, ".downsample.res2."],
  ...places(20, (i) => [new RegExp(`\\.row\\.${i + 3}\\.`), `.blocks.${i}.`]),
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
    translate: (state) => translated(state, ofMit(ofMitSmall)),
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
    translate: (state) => translated(state, ofMit(ofMitLarge)),
  },
  {
    name: "Microsoft's EfficientViT",
    recognizes: (keys, own) =>
      (own === undefined || own.has("stages.0.blocks.0.mixer.m.attn.attention_biases")) &&
      hasEndings(keys, "patch_embed.0.c.weight", "blocks1.0.mixer.m.attn.attention_biases"),
    translate: (state) => translated(state, ofMicrosoft),
  },
];
