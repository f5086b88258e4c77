/**
 * Other names of MetaFormers, made those of timm: for {@linkcode MetaFormer}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** PoolFormer has stages and what is between them in one row. */
const ofPoolformer: readonly Rule[] = [
  [/^patch_embed\.proj\./, "stem.conv."],
  ...[0, 1, 2, 3].map((i): Rule => [
    new RegExp(`^network\\.${2 * i}\\.(\\d+)\\.`),
    `stages.${i}.blocks.$1.`,
  ]),
  ...[1, 2, 3].map((i): Rule => [
    new RegExp(`^network\\.${2 * i - 1}\\.proj\\.`),
    `stages.${i}.downsample.conv.`,
  ]),
  [/\.layer_scale_(\d)$/, ".layer_scale$1.scale"],
  [/^norm\./, "head.norm."],
  [/^head\.(?!norm\.)/, "head.fc."],
];

const ofBaselines: readonly Rule[] = [
  [/^downsample_layers\.0\.(?:post_norm|pre_norm)\./, "stem.norm."],
  [/^downsample_layers\.0\./, "stem."],
  [/^downsample_layers\.(\d+)\.(?:post_norm|pre_norm)\./, "stages.$1.downsample.norm."],
  [/^downsample_layers\.(\d+)\./, "stages.$1.downsample."],
  [/^stages\.(\d+)\.(\d+)\./, "stages.$1.blocks.$2."],
  [/^head\./, "head.fc."],
  [/^norm\./, "head.norm."],
];

/** Linear layers of all places of a map are convolutions here, but for stages with attention. */
function asConvolutions(state: Record<string, Tensor>): Record<string, Tensor> {
  const keys = Object.keys(state);
  const attentive = new Set(
    keys.map((key) => /^stages\.\d+(?=\..*token_mixer\.qkv\.)/.exec(key)?.[0]),
  );
  for (const [key, weight] of Object.entries(state)) {
    const found = /^(stages\.\d+)\..*(mlp\.fc[12]|pwconv[12])\.weight$/.exec(key);
    if (found === null || attentive.has(found[1]) || weight.ndim !== 2) continue;
    state[key] = weight.reshape(...weight.shape, 1, 1);
  }
  return state;
}

function isMetaFormer(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined ||
    (own.has("stem.conv.weight") && own.has("stages.0.blocks.0.mlp.fc1.weight"));
}

/**
 * The dialects that become timm's names. PoolFormer's own code normalizes its last map and then takes the mean; timm and this
 * package take the mean first.
 */
export const metaformerDialects: readonly Dialect[] = [
  {
    name: "PoolFormer's own",
    recognizes: (keys, own) =>
      isMetaFormer(own) &&
      hasEndings(keys, "patch_embed.proj.weight", "network.0.0.mlp.fc1.weight"),
    translate: (state: State) => translated(state, ofPoolformer),
  },
  {
    name: "the MetaFormer baselines' own",
    recognizes: (keys, own) =>
      isMetaFormer(own) &&
      hasEndings(keys, "downsample_layers.0.conv.weight", "stages.0.0.mlp.fc1.weight"),
    translate: (state: State) => asConvolutions(translated(state, ofBaselines)),
  },
];
