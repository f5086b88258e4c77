/**
 * transformers' `config.json`: which architecture of the registry its sizes are.
 *
 * @module
 */

import {
  checkSides,
  type Facts,
  labelsOf,
  numberOf,
  numbersOf,
  partOf,
  Problems,
  textOf,
} from "./facts.ts";
import { readImageProcessor } from "./image_processor.ts";
import type { ModelConfig } from "./model_config.ts";
import { plainReaders } from "./transformers_plain.ts";
import {
  architectureOf,
  byNumbers,
  differs,
  imageSizeOf,
  type Reader,
  vitSize,
} from "./transformers_reader.ts";
import { aimv2, dinov3 } from "./transformers_rotary.ts";
import { regnet } from "./transformers_regnet.ts";
import { hiera, swin, swinv2 } from "./transformers_windows.ts";
import { hybridReaders } from "./transformers_hybrids.ts";

const vit: Reader = (config, problems) => {
  const size = vitSize(config, problems);
  if (size === null) return null;
  const width = numberOf(config, "hidden_size", 768);
  const other = differs(config, {
    hidden_act: "gelu",
    qkv_bias: true,
    num_channels: 3,
    intermediate_size: 4 * width,
  });
  if (other !== null) return problems.add(other);
  const patch = numberOf(config, "patch_size", 16);
  // The same network for images of any size: those that were published have a name each.
  const published = (patch === 16 || patch === 32) && imageSizeOf(config, 224) === 384;
  return `vit_${size}_patch${patch}_${published ? 384 : 224}`;
};

function dinov2(registers: boolean): Reader {
  return (config, problems) => {
    const giant = config.use_swiglu_ffn === true;
    const sizes = [
      numberOf(config, "hidden_size", 768),
      numberOf(config, "num_hidden_layers", 12),
      numberOf(config, "num_attention_heads", 12),
    ].join();
    const size = giant && sizes === "1536,40,24" ? "giant" : vitSize(config, problems);
    if (size === null) return null;
    const other = differs(config, {
      hidden_act: "gelu",
      qkv_bias: true,
      num_channels: 3,
      mlp_ratio: 4,
      use_swiglu_ffn: size === "giant",
      ...(registers ? { num_register_tokens: 4 } : {}),
    });
    if (other !== null) return problems.add(other);
    const patch = numberOf(config, "patch_size", registers ? 16 : 14);
    if (patch !== 14) return problems.add(`patch_size is ${patch}, not 14`);
    if (size === "tiny" || size === "huge") return problems.add(`there is no DINOv2 "${size}"`);
    if (architectureOf(config).endsWith("ForImageClassification")) {
      return problems.add(
        "its classifier sees the class token and the mean of all patches, which that of no architecture here does",
      );
    }
    return `vit_${size}_patch14_${registers ? "reg4_" : ""}dinov2`;
  };
}

/** CLIP's image tower; where the weights have no projection, timm's variant without head has the same features. */
function clipTower(tower: Facts, projected: boolean, problems: Problems): string | null {
  const size = vitSize(tower, problems);
  if (size === null) return null;
  const quick = (textOf(tower, "hidden_act") ?? "quick_gelu") === "quick_gelu";
  const width = numberOf(tower, "hidden_size", 768);
  const other = differs(tower, {
    hidden_act: quick ? "quick_gelu" : "gelu",
    num_channels: 3,
    intermediate_size: 4 * width,
  });
  if (other !== null) return problems.add(other);
  const patch = numberOf(tower, "patch_size", 32);
  const larger = quick && size === "large" && patch === 14 && imageSizeOf(tower, 224) === 336;
  if (!projected) {
    return `vit_${size}_patch${patch}_clip_${quick ? "quickgelu_" : ""}${larger ? 336 : 224}`;
  }
  return `${quick ? "" : "open_"}clip_vit_${size[0]}_${patch}${larger ? "_336" : ""}`;
}

const clip: Reader = (config, problems) => {
  const tower = partOf(config, "vision_config");
  return clipTower(tower, true, problems);
};

const clipVision: Reader = (config, problems) =>
  clipTower(config, architectureOf(config).endsWith("WithProjection"), problems);

const resnet: Reader = (config, problems) => {
  const basic = config.layer_type === "basic";
  const other = differs(config, {
    num_channels: 3,
    embedding_size: 64,
    hidden_act: "relu",
    downsample_in_first_stage: false,
    downsample_in_bottleneck: false,
  });
  if (other !== null) return problems.add(other);
  const depths = numbersOf(config, "depths") ?? [3, 4, 6, 3];
  const dims = numbersOf(config, "hidden_sizes") ?? [256, 512, 1024, 2048];
  return byNumbers(
    `ResNet of ${basic ? "basic" : "bottleneck"} blocks`,
    {
      ...(basic ? { "2,2,2,2|64,128,256,512": "resnet18", "3,4,6,3|64,128,256,512": "resnet34" } : {
        "3,4,6,3|256,512,1024,2048": "resnet50",
        "3,4,23,3|256,512,1024,2048": "resnet101",
        "3,8,36,3|256,512,1024,2048": "resnet152",
      }),
    },
    [depths, dims],
    problems,
  );
};

/** Depths and widths of the ConvNeXts of both versions, and what they are called. */
const CONVNEXT_SIZES: Readonly<Record<string, string>> = {
  "2,2,6,2|40,80,160,320": "atto",
  "2,2,6,2|48,96,192,384": "femto",
  "2,2,6,2|64,128,256,512": "pico",
  "2,2,8,2|80,160,320,640": "nano",
  "3,3,9,3|96,192,384,768": "tiny",
  "3,3,27,3|96,192,384,768": "small",
  "3,3,27,3|128,256,512,1024": "base",
  "3,3,27,3|192,384,768,1536": "large",
  "3,3,27,3|256,512,1024,2048": "xlarge",
  "3,3,27,3|352,704,1408,2816": "huge",
};

/** `family` and the names of its sizes: those of the registry. */
const convnext = (family: "convnext" | "convnextv2", sizes: readonly string[]): Reader => {
  const names = Object.entries(CONVNEXT_SIZES).filter(([, size]) => sizes.includes(size))
    .map(([numbers, size]) => [numbers, `${family}_${size}`]);
  return (config, problems) => {
    const other = differs(config, { num_channels: 3, patch_size: 4, hidden_act: "gelu" });
    if (other !== null) return problems.add(other);
    const depths = numbersOf(config, "depths") ?? [3, 3, 9, 3];
    const dims = numbersOf(config, "hidden_sizes") ?? [96, 192, 384, 768];
    return byNumbers("ConvNeXt", Object.fromEntries(names), [depths, dims], problems);
  };
};

/** The lists of numbers that all EfficientNets have, where a file says them. */
const EFFICIENTNET_LISTS: Readonly<Record<string, string>> = {
  kernel_sizes: "3,3,5,3,5,5,3",
  in_channels: "32,16,24,40,80,112,192",
  out_channels: "16,24,40,80,112,192,320",
  strides: "1,2,2,2,1,2,1",
  num_block_repeats: "1,2,2,3,3,4,1",
  expand_ratios: "1,6,6,6,6,6,6",
};

const efficientnet: Reader = (config, problems) => {
  const other = differs(config, {
    num_channels: 3,
    hidden_act: "swish",
    squeeze_expansion_ratio: 0.25,
    depth_divisor: 8,
    batch_norm_eps: 1e-3,
  });
  if (other !== null) return problems.add(other);
  for (const [key, wanted] of Object.entries(EFFICIENTNET_LISTS)) {
    const found = numbersOf(config, key)?.join() ?? wanted;
    if (found !== wanted) return problems.add(`${key} is [${found}], not [${wanted}]`);
  }
  return byNumbers(
    "EfficientNet",
    {
      "1|1": "tf_efficientnet_b0",
      "1|1.1": "tf_efficientnet_b1",
      "1.1|1.2": "tf_efficientnet_b2",
      "1.2|1.4": "tf_efficientnet_b3",
      "1.4|1.8": "tf_efficientnet_b4",
      "1.6|2.2": "tf_efficientnet_b5",
      "1.8|2.6": "tf_efficientnet_b6",
      "2|3.1": "tf_efficientnet_b7",
    },
    [[numberOf(config, "width_coefficient", 2)], [numberOf(config, "depth_coefficient", 3.1)]],
    problems,
  );
};

const mobilenetV2: Reader = (config, problems) => {
  const other = differs(config, {
    num_channels: 3,
    hidden_act: "relu6",
    expand_ratio: 6,
    depth_divisible_by: 8,
    min_depth: 8,
    output_stride: 32,
    tf_padding: true,
    finegrained_output: true,
    first_layer_is_expansion: true,
    layer_norm_eps: 1e-3,
  });
  if (other !== null) return problems.add(other);
  return byNumbers(
    "MobileNetV2",
    {
      "0.35": "transformers/mobilenet_v2_035",
      "0.75": "transformers/mobilenet_v2_075",
      "1": "transformers/mobilenet_v2_100",
      "1.4": "transformers/mobilenet_v2_140",
    },
    [[numberOf(config, "depth_multiplier", 1)]],
    problems,
  );
};

const READERS: Readonly<Record<string, Reader>> = {
  vit,
  ...plainReaders,
  dinov2: dinov2(false),
  dinov2_with_registers: dinov2(true),
  clip,
  clip_vision_model: clipVision,
  regnet,
  resnet,
  convnext: convnext("convnext", ["tiny", "small", "base", "large", "xlarge"]),
  convnextv2: convnext(
    "convnextv2",
    Object.values(CONVNEXT_SIZES).filter((size) => size !== "xlarge"),
  ),
  dinov3_convnext: convnext("convnext", ["tiny", "small", "base", "large"]),
  hiera,
  swin,
  dinov3_vit: dinov3,
  aimv2_vision_model: aimv2,
  swinv2,
  efficientnet,
  mobilenet_v2: mobilenetV2,
  ...hybridReaders,
};

/** Whether a description is one of transformers. */
export function isTransformers(config: Facts): boolean {
  return typeof config.model_type === "string";
}

/** Reads transformers' descriptions of a model and of its images. */
export function readTransformers(config: Facts, preprocessor: Facts | null): ModelConfig {
  const problems = new Problems("preprocessor_config.json");
  const type = textOf(config, "model_type") ?? "";
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  const tower = TWO_TOWERS.has(type) ? partOf(config, "vision_config") : config;
  checkSides(tower, "image_size", problems, "config.json");
  const architecture = reader === undefined
    ? problems.add(
      `there is no architecture here for transformers' model_type "${type}"; there are those for ` +
        Object.keys(READERS).filter((one) => one !== "").join(", "),
    )
    : reader(config, problems);
  const processing = preprocessor === null
    ? {
      preprocessing: problems.add("there is no preprocessor_config.json"),
      ...(problems.faults.length > 0 ? { faults: { facts: problems.faults, rest: {} } } : {}),
    }
    : readImageProcessor(preprocessor, problems);
  const { numClasses, labels } = classesOf(config, type);
  return {
    architecture,
    library: "transformers",
    imageSize: ofPositions(type) ? imageSizeOf(tower, 224) : null,
    numClasses,
    ...processing,
    ...(labels ? { labels } : {}),
    modelArgs: {},
    problems: problems.all,
  };
}

/** Models of images and texts, which describe either apart. */
const TWO_TOWERS: ReadonlySet<string> = new Set(["clip", "siglip", "siglip2"]);

/** Whether parameters depend on the images' size. */
function ofPositions(type: string): boolean {
  return /^(vit|deit|beit|siglip|siglip_vision_model)$|^(dinov2|clip|aimv2|hiera|levit)/.test(type);
}

function classesOf(
  config: Facts,
  type: string,
): { numClasses: number | null; labels?: string[] } {
  const names = labelsOf(config.id2label);
  const of = architectureOf(config);
  // The two classes of a class without a word about them are everybody's.
  if (of.includes("ForImageClassification")) {
    const known = names?.some((name, i) => name !== `LABEL_${i}`);
    return { numClasses: names?.length ?? 2, ...(known ? { labels: names } : {}) };
  }
  return { numClasses: of !== "" || TWO_TOWERS.has(type) || type.startsWith("clip") ? 0 : null };
}
