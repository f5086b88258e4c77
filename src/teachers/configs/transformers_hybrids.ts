/**
 * Which LeViT or MobileViT of the registry transformers' `config.json` is of.
 *
 * @module
 */

import { numberOf, numbersOf } from "./facts.ts";
import { byNumbers, differs, type Reader } from "./transformers_reader.ts";

const same = (value: number): number[] => [value, value, value];

const levit: Reader = (config, problems) => {
  const dims = numbersOf(config, "hidden_sizes") ?? [128, 256, 384];
  const keyDim = numbersOf(config, "key_dim") ?? same(16);
  const other = differs(config, {
    num_channels: 3,
    kernel_size: 3,
    stride: 2,
    padding: 1,
    patch_size: 16,
  });
  if (other !== null) return problems.add(other);
  return byNumbers(
    "LeViT",
    {
      "128,256,384|2,3,4|4,6,8|16,16,16|2,2,2|2,2,2": "levit_128s",
      "128,256,384|4,4,4|4,8,12|16,16,16|2,2,2|2,2,2": "levit_128",
      "192,288,384|4,4,4|3,5,6|32,32,32|2,2,2|2,2,2": "levit_192",
      "256,384,512|4,4,4|4,6,8|32,32,32|2,2,2|2,2,2": "levit_256",
      "384,512,768|4,4,4|6,9,12|32,32,32|2,2,2|2,2,2": "levit_384",
    },
    [
      dims,
      numbersOf(config, "depths") ?? same(4),
      numbersOf(config, "num_attention_heads") ?? [4, 8, 12],
      keyDim,
      numbersOf(config, "mlp_ratio") ?? same(2),
      numbersOf(config, "attention_ratio") ?? same(2),
    ],
    problems,
  );
};

const mobilevit: Reader = (config, problems) => {
  const other = differs(config, {
    num_channels: 3,
    patch_size: 2,
    num_attention_heads: 4,
    mlp_ratio: 2,
    hidden_act: "silu",
    conv_kernel_size: 3,
    output_stride: 32,
    qkv_bias: true,
  });
  if (other !== null) return problems.add(other);
  return byNumbers(
    "MobileViT",
    {
      "16,16,24,48,64,80,320|64,80,96|2": "mobilevit_xxs",
      "16,32,48,64,80,96,384|96,120,144|4": "mobilevit_xs",
      "16,32,64,96,128,160,640|144,192,240|4": "mobilevit_s",
    },
    [
      numbersOf(config, "neck_hidden_sizes") ?? [16, 32, 64, 96, 128, 160, 640],
      numbersOf(config, "hidden_sizes") ?? [144, 192, 240],
      [numberOf(config, "expand_ratio", 4)],
    ],
    problems,
  );
};

const mobilevitv2: Reader = (config, problems) => {
  const other = differs(config, {
    num_channels: 3,
    patch_size: 2,
    expand_ratio: 2,
    hidden_act: "swish",
    conv_kernel_size: 3,
    output_stride: 32,
    ffn_multiplier: 2,
  });
  if (other !== null) return problems.add(other);
  const factors = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
  const names = factors.map((factor) => [
    `${factor}|2,4,3|128,192,256`,
    `mobilevitv2_${String(100 * factor).padStart(3, "0")}`,
  ]);
  return byNumbers(
    "MobileViTV2",
    Object.fromEntries(names),
    [
      [numberOf(config, "width_multiplier", 1)],
      numbersOf(config, "n_attn_blocks") ?? [2, 4, 3],
      numbersOf(config, "base_attn_unit_dims") ?? [128, 192, 256],
    ],
    problems,
  );
};

/** Finds names of LeViTs and MobileViTs, by transformers' `model_type`. */
export const hybridReaders: Readonly<Record<string, Reader>> = { levit, mobilevit, mobilevitv2 };
