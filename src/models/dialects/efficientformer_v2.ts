/**
 * Other names of EfficientFormerV2s, made those of timm: for {@linkcode EfficientFormerV2}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** Blocks and what halves the map between them are in one row. */
const places: readonly Rule[] = [0, 1, 2, 3].flatMap((i): Rule[] => [
  [new RegExp(`^network\\.${2 * i}\\.`), `stages.${i}.blocks.`],
  [new RegExp(`^network\\.${2 * i + 1}\\.`), `stages.${i + 1}.downsample.`],
]);

const rules: readonly Rule[] = [
  [/^.*\.attention_bias_idxs$/, ""],
  [/^patch_embed\.0\./, "stem.conv1.conv."],
  [/^patch_embed\.1\./, "stem.conv1.bn."],
  [/^patch_embed\.3\./, "stem.conv2.conv."],
  [/^patch_embed\.4\./, "stem.conv2.bn."],
  ...places,
  [/\.downsample\.(conv|proj)\./, ".downsample.conv.conv."],
  [/\.downsample\.(bn|norm)\./, ".downsample.conv.bn."],
  [/\.q\.local\.0\./, ".q.local."],
  // A projection comes after an activation, but for that of the queries of what halves the map.
  [/(\.attn|\.token_mixer)\.proj\.1\./, "$1.proj.conv."],
  [/(\.attn|\.token_mixer)\.proj\.2\./, "$1.proj.bn."],
  [/\.(q|k|v|v_local|stride_conv|q\.proj)\.0\./, ".$1.conv."],
  [/\.(q|k|v|v_local|stride_conv|q\.proj)\.1\./, ".$1.bn."],
  [/\.mlp\.(fc1|mid|fc2)\./, ".mlp.$1.conv."],
  [/\.mlp\.norm([12])\./, ".mlp.fc$1.bn."],
  [/\.mlp\.mid_norm\./, ".mlp.mid.bn."],
  [/\.layer_scale_([12])$/, ".ls$1.gamma"],
  [/^dist_head\./, "head_dist."],
];

function translate(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const result = translated(state, rules);
  for (const [name, tensor] of Object.entries(result)) {
    if (name.endsWith(".gamma")) result[name] = tensor.flatten();
  }
  return result;
}

/** The dialect that becomes timm's names. */
export const efficientformerV2Dialects: readonly Dialect[] = [{
  name: "Snap's EfficientFormerV2",
  recognizes: (keys, own) =>
    (own === undefined || own.has("stages.0.blocks.0.mlp.mid.conv.weight")) &&
    hasEndings(keys, "patch_embed.3.weight", "network.0.0.mlp.mid_norm.weight"),
  translate,
}];
