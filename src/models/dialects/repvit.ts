/**
 * The authors' names of RepViTs, made those of timm: for {@linkcode RepVit}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** The parts of a block. */
const ofBlock: readonly Rule[] = [
  [/\.token_mixer\.0\./, ".token_mixer."],
  [/\.token_mixer\.1\./, ".se."],
  [/\.channel_mixer\.m\.0\./, ".channel_mixer.conv1."],
  [/\.channel_mixer\.m\.2\./, ".channel_mixer.conv2."],
];

/** The parts of a block that halves the map. */
const ofHalving: readonly Rule[] = [
  [/\.token_mixer\.0\./, ".spatial_downsample."],
  [/\.token_mixer\.2\./, ".channel_downsample."],
  [/\.channel_mixer\.m\.0\./, ".ffn.conv1."],
  [/\.channel_mixer\.m\.2\./, ".ffn.conv2."],
];

const others: readonly Rule[] = [
  [/^features\.0\.0\./, "stem.conv1."],
  [/^features\.0\.2\./, "stem.conv2."],
  [/^classifier\.classifier\./, "head.head."],
  [/^classifier\.classifier_dist\./, "head.head_dist."],
];

/**
 * All blocks are in one list there. One that halves the map begins a stage of timm's, together with the block before it;
 * those after it are the stage's own.
 */
function translate(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const places = Object.keys(state).flatMap((key) => /^features\.(\d+)\./.exec(key)?.[1] ?? []);
  const count = Math.max(0, ...places.map(Number)) + 1;
  const halves = (place: number): boolean => `features.${place}.token_mixer.2.c.weight` in state;
  const rules: Rule[] = [...others];
  let [stage, own] = [0, 0];
  // A damaged file may name any place.
  for (let place = 1; place < Math.min(count, 4096); place++) {
    const from = (to: string, parts: readonly Rule[]): Rule[] =>
      parts.map(([pattern, replacement]) => [
        new RegExp(`^features\\.${place}${pattern.source}`),
        `${to}${replacement}`,
      ]);
    if (halves(place)) {
      [stage, own] = [stage + 1, 0];
      rules.push(...from(`stages.${stage}.downsample`, ofHalving));
    } else if (halves(place + 1)) {
      rules.push(...from(`stages.${stage + 1}.downsample.pre_block`, ofBlock));
    } else {
      rules.push(...from(`stages.${stage}.blocks.${own++}`, ofBlock));
    }
  }
  return translated(state, rules);
}

/** The dialect of the authors. */
export const repVitDialects: readonly Dialect[] = [{
  name: "RepViT's authors'",
  recognizes: (keys, own) =>
    (own === undefined || own.has("stages.0.blocks.0.channel_mixer.conv1.c.weight")) &&
    hasEndings(
      keys,
      "features.0.0.c.weight",
      "features.1.token_mixer.0.conv.c.weight",
      "features.1.channel_mixer.m.0.c.weight",
    ),
  translate,
}];
