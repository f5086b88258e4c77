/**
 * Which architecture transformers' DeiTs, BEiTs, SigLIPs and RADIOs are.
 *
 * @module
 */

import { entry, list } from "../../models/registry.ts";
import { type Facts, numberOf, partOf, type Problems, textOf } from "./facts.ts";
import {
  architectureOf,
  differs,
  imageSizeOf,
  type Reader,
  vitSize,
} from "./transformers_reader.ts";

const deit: Reader = (config, problems) => {
  const size = vitSize(config, problems);
  if (size === null) return null;
  if (architectureOf(config) === "DeiTForImageClassification") {
    return problems.add(
      "its classifier sees one of two class tokens, and no architecture here has a head for one of them only",
    );
  }
  const other = differs(config, {
    hidden_act: "gelu",
    qkv_bias: true,
    num_channels: 3,
    patch_size: 16,
    intermediate_size: 4 * numberOf(config, "hidden_size", 768),
  });
  if (other !== null) return problems.add(other);
  if (size !== "tiny" && size !== "small" && size !== "base") {
    return problems.add(`there is no distilled DeiT "${size}"`);
  }
  const larger = size === "base" && imageSizeOf(config, 224) === 384;
  return `deit_${size}_distilled_patch16_${larger ? 384 : 224}`;
};

const beit: Reader = (config, problems) => {
  const size = vitSize(config, problems);
  if (size === null) return null;
  const other = differs(config, {
    hidden_act: "gelu",
    num_channels: 3,
    patch_size: 16,
    use_absolute_position_embeddings: false,
    use_mean_pooling: true,
    intermediate_size: 4 * numberOf(config, "hidden_size", 768),
  });
  if (other !== null) return problems.add(other);
  const relative = ["use_relative_position_bias", "use_shared_relative_position_bias"]
    .filter((key) => config[key] === true);
  if (relative.length !== 1) {
    return problems.add(
      "it has not one kind of relative positions, in every block or shared by all",
    );
  }
  return named(`beit_${size}_patch16`, imageSizeOf(config, 224), problems);
};

/** The name of an architecture for images of a size, or for others where it has none for them. */
function named(start: string, imageSize: number, problems: Problems): string | null {
  const names = list(`${start}_*`).filter((name) => /^_\d+$/.test(name.slice(start.length)));
  const exact = `${start}_${imageSize}`;
  if (names.includes(exact)) return exact;
  // The same network for images of any size that patches tile: those that were published have a name each.
  return names.find((name) => {
    const { patchGrid, inputSize } = entry(name);
    const patch = inputSize / (patchGrid?.[0] ?? 1);
    return Number.isInteger(patch) && imageSize % patch === 0;
  }) ?? problems.add(`there is no ${start} for images of ${imageSize} pixels`);
}

/** Width, layers, heads and hidden width of SigLIP's towers; numbers that a file leaves out are those of the first. */
const SIGLIP_SIZES: Readonly<Record<string, string>> = {
  "768,12,12,3072": "base",
  "1024,24,16,4096": "large",
  "1152,27,16,4304": "so400m",
  "1536,40,16,6144": "giantopt",
};

function siglipSize(tower: Facts, problems: Problems): string | null {
  const shape = [
    numberOf(tower, "hidden_size", 768),
    numberOf(tower, "num_hidden_layers", 12),
    numberOf(tower, "num_attention_heads", 12),
    numberOf(tower, "intermediate_size", 3072),
  ];
  const other = differs(tower, { num_channels: 3, hidden_act: "gelu_pytorch_tanh" });
  if (other !== null) return problems.add(other);
  return SIGLIP_SIZES[shape.join()] ??
    problems.add(
      `there is no SigLIP of width ${shape[0]}, ${shape[1]} layers, ${
        shape[2]
      } heads, hidden width ${shape[3]}`,
    );
}

/** SigLIP, and SigLIP 2 for images of one size: a classifier of transformers sees the mean of the patches. */
const siglip = (towerOf: (config: Facts) => Facts): Reader => (config, problems) => {
  const tower = towerOf(config);
  const size = siglipSize(tower, problems);
  if (size === null) return null;
  const mean = architectureOf(config).endsWith("ForImageClassification") ||
    tower.vision_use_head === false;
  const start = `vit_${size}_patch${numberOf(tower, "patch_size", 16)}_siglip${mean ? "_gap" : ""}`;
  return named(start, imageSizeOf(tower, 224), problems);
};

const siglip2 = (towerOf: (config: Facts) => Facts): Reader => (config, problems) => {
  const tower = towerOf(config);
  const size = siglipSize(tower, problems);
  if (size === null) return null;
  const other = differs(tower, { num_patches: 256, patch_size: 16, vision_use_head: true });
  if (other !== null) return problems.add(other);
  if (architectureOf(config).endsWith("ForImageClassification")) {
    return problems.add(
      "its classifier sees the mean of the patches, which that of no NaFlex here does",
    );
  }
  const name = `naflexvit_${size}_patch16_siglip`;
  return list(name).length > 0 ? name : problems.add(`there is no ${name}`);
};

/** Width, layers, heads, class tokens and registers of C-RADIOs. */
const RADIO_SIZES: Readonly<Record<string, string>> = {
  "768,12,12,4,4": "c-radio_v3-b",
  "1024,24,16,4,4": "c-radio_v3-l",
  "1280,32,16,4,4": "c-radio_v3-h",
  "1536,40,24,4,4": "c-radio_v3-g",
  "1152,27,16,3,7": "c-radio_v4-so400m",
  "1280,32,16,3,7": "c-radio_v4-h",
};

const radio: Reader = (config, problems) => {
  const shape = [
    numberOf(config, "hidden_size", 1280),
    numberOf(config, "num_hidden_layers", 32),
    numberOf(config, "num_attention_heads", 16),
    numberOf(config, "num_cls_tokens", 3),
    numberOf(config, "num_registers", 7),
  ];
  const other = differs(config, {
    hidden_act: "gelu",
    num_channels: 3,
    patch_size: 16,
    qkv_bias: true,
    use_swiglu_ffn: false,
    max_img_size: 2048,
  });
  if (other !== null) return problems.add(other);
  return RADIO_SIZES[shape.join()] ??
    problems.add(
      `there is no RADIO of width ${shape[0]}, ${shape[1]} layers, ${shape[2]} heads, ${
        shape[3]
      } class tokens and ` +
        `${shape[4]} registers`,
    );
};

/** NVIDIA's own description, which has no type: its version is the architecture's name. */
const nvidia: Reader = (config, problems) => {
  const version = textOf(config, "version") ?? "";
  const known = list("*radio_v*").filter((name) => entry(name).source === "NVIDIA's RADIO");
  if (known.includes(version)) return version;
  return problems.add(
    `there is no architecture here for a model without model_type whose version is "${version}"; of NVIDIA's RADIO ` +
      `there are ${known.join(", ")}`,
  );
};

const itself = (config: Facts): Facts => config;
const vision = (config: Facts): Facts => partOf(config, "vision_config");

/** Readers of the plain vision transformers, by transformers' `model_type`. */
export const plainReaders: Readonly<Record<string, Reader>> = {
  deit,
  beit,
  siglip: siglip(vision),
  siglip_vision_model: siglip(itself),
  siglip2: siglip2(vision),
  siglip2_vision_model: siglip2(itself),
  radio,
  "": nvidia,
};
