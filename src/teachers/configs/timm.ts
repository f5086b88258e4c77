/**
 * timm's `config.json`.
 *
 * @module
 */

import type { Interpolation } from "../../data/convert.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "../../models/imagenet.ts";
import {
  assemble,
  checkSides,
  checkTable,
  type Facts,
  isFacts,
  isSide,
  labelsOf,
  numberOf,
  partOf,
  Problems,
  sidesOf,
  statisticOf,
  textOf,
  wordOf,
} from "./facts.ts";
import type { ModelConfig, PublishedPreprocessing } from "./model_config.ts";

/** What timm takes where a description says nothing. */
const CROP = 0.875;

/** Both ways are a choice at random in timm; the first is what it then does in evaluation. */
const INTERPOLATIONS: ReadonlyMap<string, Interpolation> = new Map([
  ["random", "bilinear"],
  ["bilinear", "bilinear"],
  ["bicubic", "bicubic"],
  ["nearest", "nearest"],
]);

const CROP_MODES: ReadonlyMap<string, PublishedPreprocessing["cropMode"]> = new Map(
  (["center", "squash", "border"] as const).map((mode) => [mode, mode]),
);

/** Architectures whose parameters depend on the size of the images. */
const SIZED = /^((vit|deit3?|beit(v2|3)?|flexivit|eva(02)?)_|swin|hiera|maxx?vit|coatne)/;

/** Whether a description is timm's, or that of transformers' wrapper around timm. */
export function isTimm(config: Facts): boolean {
  return typeof config.architecture === "string";
}

/** Reads timm's description; the architecture is timm's own name. */
export function readTimm(config: Facts): ModelConfig {
  const problems = new Problems("config.json");
  checkTable(config, "pretrained_cfg", problems);
  // In its first years everything lay on one level.
  const cfg = isFacts(config.pretrained_cfg) ? config.pretrained_cfg : config;
  // Written with a tag only where it was read from timm's own list.
  const name = textOf(config, "architecture")?.split(".")[0] ??
    problems.add("config.json has no architecture");
  const args = partOf(config, "model_args");
  checkSides(args, "img_size", problems);
  // Others take images of any size, or of one only.
  const sides = name !== null && SIZED.test(name) ? sidesOf(args.img_size) : null;
  const names = config.label_names ?? cfg.label_names ?? config.labels ?? cfg.labels;
  const numClasses = numberOf(config, "num_classes", numberOf(cfg, "num_classes", null));
  const labels = describedLabels(labelsOf(names ?? config.id2label), [
    partOf(config, "label_descriptions"),
    partOf(cfg, "label_descriptions"),
  ]);
  return {
    architecture: name,
    library: "timm",
    imageSize: sides !== null && sides[0] === sides[1] ? sides[0] : null,
    numClasses,
    ...preprocessingOf(cfg, problems),
    ...(labels && labels.length === numClasses ? { labels } : {}),
    modelArgs: args,
    problems: problems.all,
  };
}

/** Names of classes that are numbers of WordNet have a description in words beside them. */
function describedLabels(
  names: string[] | undefined,
  tables: readonly Facts[],
): string[] | undefined {
  return names?.map((name) => {
    const table = tables.find((one) => Object.hasOwn(one, name));
    return table === undefined ? name : textOf(table, name) ?? name;
  });
}

function preprocessingOf(
  cfg: Facts,
  problems: Problems,
): Pick<ModelConfig, "preprocessing" | "faults"> {
  const told = ["input_size", "mean", "std", "interpolation", "crop_pct"];
  if (problems.faults.length === 0 && !told.some((key) => Object.hasOwn(cfg, key))) {
    problems.add("it says nothing of the images that it takes");
    return { preprocessing: null };
  }
  const input = cfg.input_size ?? [3, 224, 224];
  const sides = Array.isArray(input) && input.length === 3 && input.every(isSide) ? input : null;
  if (sides === null) {
    problems.fault("size", "input_size", input, "not channels, height and width");
  }
  const fraction = cfg.crop_pct ?? CROP;
  return assemble(
    {
      size: sides && [sides[1], sides[2]],
      cropFraction: typeof fraction === "number"
        ? fraction
        : problems.fault("cropFraction", "crop_pct", fraction, "not a number"),
      cropMode: wordOf("cropMode", cfg, "crop_mode", CROP_MODES, "center", problems),
      interpolation: wordOf(
        "interpolation",
        cfg,
        "interpolation",
        INTERPOLATIONS,
        "bicubic",
        problems,
      ),
      mean: statisticOf("mean", cfg, "mean", IMAGENET_MEAN, problems),
      std: statisticOf("std", cfg, "std", IMAGENET_STD, problems),
    },
    { cropFraction: "crop_pct" },
    problems,
    sides?.[0],
  );
}
