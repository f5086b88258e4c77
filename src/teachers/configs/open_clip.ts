/**
 * OpenCLIP's `open_clip_config.json`.
 *
 * @module
 */

import type { Interpolation } from "../../data/convert.ts";
import { CLIP_MEAN, CLIP_STD } from "../../models/parts/clip_statistics.ts";
import {
  assemble,
  checkSides,
  checkTable,
  type Facts,
  isFacts,
  numberOf,
  partOf,
  Problems,
  shown,
  sidesOf,
  statisticOf,
  textOf,
  wordOf,
} from "./facts.ts";
import type { ModelConfig, PublishedPreprocessing } from "./model_config.ts";

/** Width, layers, heads and embedding of the towers that the registry has. */
const TOWERS: Readonly<Record<string, string>> = {
  "768,12,12,512": "b",
  "1024,24,16,768": "l",
  "1280,32,16,1024": "h",
  "1408,40,16,1024": "g",
};

/** What OpenCLIP calls the ways to make a photograph square. */
const RESIZE_MODES: ReadonlyMap<string, PublishedPreprocessing["cropMode"]> = new Map([
  ["shortest", "center"],
  ["squash", "squash"],
  ["longest", "border"],
]);

/** OpenCLIP resizes by the cubic way where nothing else is said. */
const INTERPOLATIONS: ReadonlyMap<string, Interpolation> = new Map([
  ["bicubic", "bicubic"],
  ["bilinear", "bilinear"],
  ["random", "bicubic"],
]);

/** Whether a description is OpenCLIP's. */
export function isOpenClip(config: Facts): boolean {
  return isFacts(config.model_cfg) && isFacts(config.model_cfg.vision_cfg);
}

/** Reads OpenCLIP's description. */
export function readOpenClip(config: Facts): ModelConfig {
  const problems = new Problems("open_clip_config.json");
  const model = partOf(config, "model_cfg");
  const vision = partOf(model, "vision_cfg");
  checkTable(config, "preprocess_cfg", problems);
  return {
    architecture: architectureOf(model, vision, problems),
    library: "open_clip",
    imageSize: imageSizeOf(vision),
    numClasses: 0,
    ...preprocessingOf(partOf(config, "preprocess_cfg"), vision, problems),
    modelArgs: {},
    problems: problems.all,
  };
}

function architectureOf(model: Facts, vision: Facts, problems: Problems): string | null {
  const timm = textOf(vision, "timm_model_name");
  if (timm !== null) return timm.split(".")[0];
  if (Array.isArray(vision.layers)) {
    return problems.add("its image tower is CLIP's own ResNet, which there is not here");
  }
  const width = numberOf(vision, "width", 768);
  const layers = numberOf(vision, "layers", 12);
  const heads = width / numberOf(vision, "head_width", 64);
  const embedding = numberOf(model, "embed_dim", null);
  const size = TOWERS[[width, layers, heads, embedding].join()];
  if (size === undefined) {
    return problems.add(
      `there is no tower of width ${width}, ${layers} layers, ${heads} heads and embedding ${embedding}`,
    );
  }
  // Towers of other publishers differ in what only few of them say.
  for (const key of ["ls_init_value", "attentional_pool", "global_average_pool", "no_ln_pre"]) {
    const value = vision[key];
    if (value !== undefined && value !== null && value !== false) {
      return problems.add(`its image tower has ${key} ${shown(value)}`);
    }
  }
  const pool = textOf(vision, "pool_type");
  if (pool !== null && pool !== "tok") return problems.add(`its image tower pools by "${pool}"`);
  const quick = model.quick_gelu === true;
  const patch = sidesOf(vision.patch_size)?.[0] ?? 16;
  const larger = quick && size === "l" && patch === 14 && imageSizeOf(vision) === 336;
  return `${quick ? "" : "open_"}clip_vit_${size}_${patch}${larger ? "_336" : ""}`;
}

function imageSizeOf(vision: Facts): number | null {
  const sides = sidesOf(vision.image_size ?? 224);
  return sides !== null && sides[0] === sides[1] ? sides[0] : null;
}

function preprocessingOf(
  config: Facts,
  vision: Facts,
  problems: Problems,
): Pick<ModelConfig, "preprocessing" | "faults"> {
  const given = config.size ?? vision.image_size ?? 224;
  const size = sidesOf(Array.isArray(given) && given.length === 3 ? given.slice(1) : given);
  checkSides(vision, "image_size", problems);
  if (size === null && problems.faults.length === 0) {
    problems.fault("size", "size", given, "not the sides of an image");
  }
  return assemble(
    {
      size,
      cropFraction: 1,
      cropMode: wordOf("cropMode", config, "resize_mode", RESIZE_MODES, "shortest", problems),
      interpolation: wordOf(
        "interpolation",
        config,
        "interpolation",
        INTERPOLATIONS,
        "bicubic",
        problems,
      ),
      mean: statisticOf("mean", config, "mean", CLIP_MEAN, problems),
      std: statisticOf("std", config, "std", CLIP_STD, problems),
    },
    {},
    problems,
    3,
  );
}
