/**
 * transformers' `config.json` of DINOv3 and AIMv2.
 *
 * @module
 */

import { numberOf } from "./facts.ts";
import {
  architectureOf,
  byNumbers,
  differs,
  imageSizeOf,
  type Reader,
} from "./transformers_reader.ts";

/** Width, layers, heads and hidden width of DINOv3's; those with gates are the "plus" sizes and the largest. */
const DINOV3: Readonly<Record<string, string>> = {
  "192,12,3,768": "tiny",
  "384,12,6,1536": "small",
  "768,12,12,3072": "base",
  "1024,24,16,4096": "large",
};
const GATED_DINOV3: Readonly<Record<string, string>> = {
  "384,12,6,1536": "small_plus",
  "1280,32,20,5120": "huge_plus",
  "4096,40,32,8192": "7b",
};

/** DINOv3: where queries and values have biases, the networks by timm's names that say so. */
export const dinov3: Reader = (config, problems) => {
  const isGated = config.use_gated_mlp === true;
  const isBiased = config.query_bias !== false;
  const other = differs({ hidden_act: "gelu", value_bias: true, ...config }, {
    hidden_act: isGated ? "silu" : "gelu",
    patch_size: 16,
    num_channels: 3,
    rope_theta: 100,
    layer_norm_eps: 1e-5,
    key_bias: false,
    value_bias: isBiased,
    proj_bias: true,
    mlp_bias: true,
  });
  if (other !== null) return problems.add(other);
  const registers = numberOf(config, "num_register_tokens", 0);
  if (registers !== 4) return problems.add(`num_register_tokens is ${registers}, not 4`);
  const of = architectureOf(config);
  if (of.endsWith("ForImageClassification")) {
    return problems.add("its classifier sees the class token, those of DINOv3 here the patches");
  }
  const size = byNumbers(
    isGated ? "DINOv3 with gates" : "DINOv3",
    isGated ? GATED_DINOV3 : DINOV3,
    [[
      numberOf(config, "hidden_size", 384),
      numberOf(config, "num_hidden_layers", 12),
      numberOf(config, "num_attention_heads", 6),
      numberOf(config, "intermediate_size", 1536),
    ]],
    problems,
  );
  if (size === null) return null;
  if (isBiased ? size === "7b" : size === "tiny") {
    return problems.add(`query_bias is ${isBiased}, not ${!isBiased}`);
  }
  return `vit_${size}_patch16_dinov3${isBiased ? "_qkvb" : ""}`;
};

/** Width, layers, heads and hidden width of AIMv2's. */
const AIMV2: Readonly<Record<string, string>> = {
  "1024,24,8,2816": "large",
  "1536,24,12,4096": "huge",
  "2048,24,16,5632": "1b",
  "3072,24,24,8192": "3b",
};

/** AIMv2, whose features are the mean of the patches. */
export const aimv2: Reader = (config, problems) => {
  if (config.use_head !== false) {
    return problems.add(
      "its features are pooled by an attention (use_head), those of AIMv2 here by their mean",
    );
  }
  const other = differs(config, {
    hidden_act: "silu",
    patch_size: 14,
    num_channels: 3,
    rms_norm_eps: 1e-5,
    qkv_bias: false,
    mlp_bias: false,
    is_native: false,
  });
  if (other !== null) return problems.add(other);
  const size = byNumbers(
    "AIMv2",
    AIMV2,
    [[
      numberOf(config, "hidden_size", 1024),
      numberOf(config, "num_hidden_layers", 24),
      numberOf(config, "num_attention_heads", 8),
      numberOf(config, "intermediate_size", 2816),
    ]],
    problems,
  );
  if (size === null) return null;
  // The same network for images of any size: those that were published have a name each.
  const side = imageSizeOf(config, 224);
  return `aimv2_${size}_patch14_${[336, 448].includes(side) ? side : 224}`;
};
