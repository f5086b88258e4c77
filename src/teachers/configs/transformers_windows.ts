/**
 * transformers' descriptions of Swin transformers and Hiera.
 *
 * @module
 */

import { type Facts, numberOf, numbersOf, type Problems, sidesOf } from "./facts.ts";
import { byNumbers, differs, type Reader } from "./transformers_reader.ts";

/** Widths, blocks and heads; the same in both versions. */
const SWIN_SIZES: Readonly<Record<string, string>> = {
  "96|2,2,6,2|3,6,12,24": "tiny",
  "96|2,2,18,2|3,6,12,24": "small",
  "128|2,2,18,2|4,8,16,32": "base",
  "192|2,2,18,2|6,12,24,48": "large",
};

/** Windows and images of the weights that Microsoft published, and the windows that these were first trained with. */
const SWIN_WINDOWS: Readonly<Record<string, string>> = {
  "7|224": "patch4_window7_224",
  "12|384": "patch4_window12_384",
};
const SWINV2_WINDOWS: Readonly<Record<string, string>> = {
  "8|256|0,0,0,0": "window8_256",
  "16|256|0,0,0,0": "window16_256",
  "12|192|0,0,0,0": "window12_192",
  "16|256|12,12,12,6": "window12to16_192to256",
  "24|384|12,12,12,6": "window12to24_192to384",
};

/** The size's name, or null with a problem. */
function swinSize(config: Facts, problems: Problems): string | null {
  const other = differs(config, {
    num_channels: 3,
    patch_size: 4,
    mlp_ratio: 4,
    qkv_bias: true,
    hidden_act: "gelu",
    use_absolute_embeddings: false,
  });
  if (other !== null) return problems.add(other);
  const width = numberOf(config, "embed_dim", 96);
  const depths = numbersOf(config, "depths") ?? [2, 2, 6, 2];
  const heads = numbersOf(config, "num_heads") ?? [3, 6, 12, 24];
  return byNumbers("Swin transformer", SWIN_SIZES, [[width], depths, heads], problems);
}

function sideOf(config: Facts): number {
  const sides = sidesOf(config.image_size);
  return sides !== null && sides[0] === sides[1] ? sides[0] : NaN;
}

/** Swin transformers of the first version. */
export const swin: Reader = (config, problems) => {
  const size = swinSize(config, problems);
  if (size === null) return null;
  const numbers = [[numberOf(config, "window_size", 7)], [sideOf({ image_size: 224, ...config })]];
  const windows = byNumbers("Swin's window_size and image_size", SWIN_WINDOWS, numbers, problems);
  const isLarge = size === "base" || size === "large";
  if (windows?.endsWith("384") && !isLarge) {
    return problems.add(`there is no Swin transformer "${size}" for images of 384 pixels`);
  }
  return windows && `swin_${size}_${windows}`;
};

/** Swin transformers of version 2. */
export const swinv2: Reader = (config, problems) => {
  const size = swinSize(config, problems);
  if (size === null) return null;
  const windows = byNumbers(
    "Swin V2's window_size, image_size and pretrained_window_sizes",
    SWINV2_WINDOWS,
    [
      [numberOf(config, "window_size", 7)],
      [sideOf({ image_size: 224, ...config })],
      numbersOf(config, "pretrained_window_sizes") ?? [0, 0, 0, 0],
    ],
    problems,
  );
  if (windows === null) return null;
  const isLarge = size === "base" || size === "large";
  const small = windows === "window8_256" || windows === "window16_256";
  if ((!isLarge && !small) || (size === "large" && small)) {
    return problems.add(`there is no Swin V2 "${size}" with ${windows}`);
  }
  return `swinv2_${size}_${windows}`;
};

/** Hiera. */
export const hiera: Reader = (config, problems) => {
  const other = differs(config, {
    num_channels: 3,
    mlp_ratio: 4,
    num_query_pool: 3,
    embed_dim_multiplier: 2,
    hidden_act: "gelu",
  });
  if (other !== null) return problems.add(other);
  const width = numberOf(config, "embed_dim", 96);
  const depths = numbersOf(config, "depths") ?? [2, 3, 16, 3];
  const heads = numbersOf(config, "num_heads") ?? [1, 2, 4, 8];
  return byNumbers(
    "Hiera",
    {
      "96|1,2,7,2|1,2,4,8": "hiera_tiny_224",
      "96|1,2,11,2|1,2,4,8": "hiera_small_224",
      "96|2,3,16,3|1,2,4,8": "hiera_base_224",
      "112|2,3,16,3|2,4,8,16": "hiera_base_plus_224",
      "144|2,6,36,4|2,4,8,16": "hiera_large_224",
      "256|2,6,36,4|4,8,16,32": "hiera_huge_224",
    },
    [[width], depths, heads],
    problems,
  );
};
