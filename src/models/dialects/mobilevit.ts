/**
 * Other names of MobileViTs of both versions, made those of timm: for {@linkcode MobileVit}.
 *
 * @module
 */

import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** Tensors that one layer has in timm and several have elsewhere. */
const joins = { qkv: ["{query}", "{key}", "{value}"] };

/** Names of convolution and norm. */
const convs: readonly Rule[] = [
  [/\.(block\.conv|convolution)\./, ".conv."],
  [/\.(block\.norm|normalization)\./, ".bn."],
  [/\.(exp|expand)_1x1\./, ".conv1_1x1."],
  [/\.conv_3x3\.(?=conv|bn)/, ".conv2_kxk."],
  [/\.(red|reduce)_1x1\./, ".conv3_1x1."],
  // These have a convolution alone.
  [/\.(conv_1x1|qkv_proj|out_proj)\.conv\./, ".$1."],
];

const ofApple: readonly Rule[] = [
  [/^conv_1\./, "stem."],
  [/^conv_1x1_exp\./, "final_conv."],
  [/^classifier\.(fc|1)\./, "head.fc."],
  ...[1, 2, 3, 4, 5].map((i): Rule => [new RegExp(`^layer_${i}\\.`), `stages.${i - 1}.`]),
  [/^(stages\.[01]\.\d+|stages\.[234]\.0)\.block\.(?=exp|conv_3|red)/, "$1."],
  [/\.local_rep\.(conv_3x3|0)\./, ".conv_kxk."],
  [/\.local_rep\.(conv_1x1|1)\./, ".conv_1x1."],
  ...convs,
  [/\.fusion\./, ".conv_fusion."],
  [/\.global_rep\.(\d+)\.pre_norm_(mha|attn|ffn)\./, ".transformer.$1.{$2}."],
  [/\.global_rep\.\d+\./, ".norm."],
  [/\.\{(mha|attn)\}\.0\./, ".norm1."],
  [/\.\{ffn\}\.0\./, ".norm2."],
  [/\.\{mha\}\.1\.qkv_proj\./, ".attn.qkv."],
  [/\.\{mha\}\.1\.out_proj\./, ".attn.proj."],
  [/\.\{attn\}\.1\./, ".attn."],
  [/\.\{ffn\}\.1\.(conv\.)?/, ".mlp.fc1."],
  [/\.\{ffn\}\.[34]\.(conv\.)?/, ".mlp.fc2."],
];

const ofTransformers: readonly Rule[] = [
  [/^mobilevit(v2)?\./, ""],
  [/^conv_stem\./, "stem."],
  [/^conv_1x1_exp\./, "final_conv."],
  [/^classifier\./, "head.fc."],
  [/^encoder\.layer\.([01])\.layer\.(\d+)\./, "stages.$1.$2."],
  [/^encoder\.layer\.([234])\.downsampling_layer\./, "stages.$1.0."],
  [/^encoder\.layer\.([234])\./, "stages.$1.1."],
  [/\.conv_projection\./, ".conv_proj."],
  [/\.fusion\./, ".conv_fusion."],
  [/\.transformer\.layer\./, ".transformer."],
  [/\.layernorm_before\./, ".norm1."],
  [/\.layernorm_after\./, ".norm2."],
  [/\.layernorm\./, ".norm."],
  [/\.attention\.attention\.(query|key|value)\./, ".attn.{$1}."],
  [/\.attention\.output\.dense\./, ".attn.proj."],
  [/\.attention\.(?=qkv_proj|out_proj)/, ".attn."],
  [/\.intermediate\.dense\./, ".mlp.fc1."],
  [/\.output\.dense\./, ".mlp.fc2."],
  [/\.ffn\.conv([12])\.convolution\./, ".mlp.fc$1."],
  ...convs,
];

function isMobileVit(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has("stages.2.1.conv_kxk.conv.weight");
}

/**
 * The dialects that become timm's names. Weights of transformers are for images of blue, green and red where
 * `preprocessor_config.json` says so, which names of parameters do not show: see `reverseChannels` of the teachers.
 */
export const mobilevitDialects: readonly Dialect[] = [
  {
    name: "Apple's MobileViT",
    recognizes: (keys, own) =>
      isMobileVit(own) &&
      hasEndings(keys, "conv_1.block.conv.weight", "layer_3.1.conv_proj.block.conv.weight"),
    translate: (state) => translated(state, ofApple),
  },
  {
    name: "transformers' MobileViT",
    recognizes: (keys, own) =>
      isMobileVit(own) &&
      hasEndings(
        keys,
        "conv_stem.convolution.weight",
        "encoder.layer.2.conv_kxk.convolution.weight",
      ),
    translate: (state) => translated(state, ofTransformers, joins),
  },
];
