/**
 * transformers' `preprocessor_config.json`.
 *
 * @module
 */

import type { Interpolation } from "../../data/convert.ts";
import {
  assemble,
  checkTable,
  type Facts,
  isSide,
  numberOf,
  partOf,
  type Problems,
  sidesOf,
  statisticOf,
  textOf,
} from "./facts.ts";
import type { ModelConfig, PublishedPreprocessing } from "./model_config.ts";

/** Pillow's numbers for ways to resize. */
const RESAMPLE: readonly (Interpolation | string)[] = [
  "nearest",
  "Lanczos",
  "bilinear",
  "bicubic",
  "box",
  "Hamming",
];

/** What a class of processors does where its file says nothing; files of their first years say little. */
interface Habit {
  readonly resample: number;
  /** Whether one number is both sides, not the shorter one. */
  readonly square: boolean;
  /** By how much larger than it says the shorter side becomes before the middle is cut out; 1 by default. */
  readonly enlarged?: number;
  /** Whether images are normalized; true by default. */
  readonly normalizes?: boolean;
  /** Whether channels are given as blue, green, red; false by default. */
  readonly flipsChannels?: boolean;
}

const HABITS: readonly [name: RegExp, habit: Habit][] = [
  [/^ViT/, { resample: 2, square: true }],
  [/^(DeiT|Siglip|EfficientNet)/, { resample: 3, square: true }],
  [/^(CLIP|ConvNext|Bit)/, { resample: 3, square: false }],
  [/^Levit/, { resample: 3, square: false, enlarged: 256 / 224 }],
  [/^MobileViT/, { resample: 2, square: false, normalizes: false, flipsChannels: true }],
];

/** ConvNeXt's processor resizes to more than this without a crop. */
const CONVNEXT_CROPS_BELOW = 384;

/** What is done or left out, and what that decides. */
const SWITCHES: readonly [key: string, fields: (keyof PublishedPreprocessing)[]][] = [
  ["do_resize", ["size"]],
  ["do_center_crop", ["size"]],
  ["do_rescale", ["mean", "std"]],
  ["do_normalize", ["mean", "std"]],
];

/** Reads transformers' description of what is done to images. */
export function readImageProcessor(
  file: Facts,
  problems: Problems,
): Pick<ModelConfig, "preprocessing" | "faults" | "channelOrder"> {
  // Processors of several kinds of input have that of images inside.
  const config = "image_processor" in file ? partOf(file, "image_processor") : file;
  const type = textOf(config, "image_processor_type") ?? textOf(config, "feature_extractor_type") ??
    "";
  checkTable(file, "image_processor", problems);
  for (const [key, fields] of SWITCHES) {
    const value = config[key];
    if (value === undefined || value === null || typeof value === "boolean") continue;
    for (const field of fields) problems.fault(field, key, value, "neither true nor false");
  }
  const habit = HABITS.find(([name]) => name.test(type))?.[1];
  const rescaled = isRescaled(config, problems);
  const shape = shapeOf(config, type, habit, problems);
  const statistic = (
    field: "mean" | "std",
    key: string,
    none: number,
  ): readonly number[] | null => {
    if (!rescaled) return null;
    if ((config.do_normalize ?? habit?.normalizes) === false) return [none, none, none];
    const found = statisticOf(field, config, key, undefined, problems);
    if (found === undefined) {
      return problems.fault(field, key, undefined, "and images are normalized (do_normalize)");
    }
    return field === "std" && dividesTwice(config, type)
      ? found?.map((one) => one * one) ?? null
      : found;
  };
  const flips = config.do_flip_channel_order ?? habit?.flipsChannels ?? false;
  const described = assemble(
    {
      size: shape?.size ?? null,
      cropFraction: shape?.cropFraction ?? null,
      cropMode: shape?.cropMode ?? null,
      interpolation: interpolationOf(config, habit, problems),
      mean: statistic("mean", "image_mean", 0),
      std: statistic("std", "image_std", 1),
    },
    { mean: "image_mean", std: "image_std", cropFraction: "crop_size over size" },
    problems,
  );
  return { ...described, ...(flips === true ? { channelOrder: "bgr" } : {}) };
}

function interpolationOf(
  config: Facts,
  habit: Habit | undefined,
  problems: Problems,
): Interpolation | null {
  const resample = config.resample ?? habit?.resample;
  const name = RESAMPLE[resample as number];
  if (name === "bilinear" || name === "bicubic" || name === "nearest") return name;
  const what = name === undefined ? "" : ` (${name})`;
  return problems.fault(
    "interpolation",
    "resample",
    resample,
    `a way to resize images${what} that there is not here`,
  );
}

/** Whether values are brought to 0 to 1. */
function isRescaled(config: Facts, problems: Problems): boolean {
  if (config.do_rescale === false) {
    problems.fault("mean", "do_rescale", false, "so values are from 0 to 255");
    problems.fault("std", "do_rescale", false, "so values are from 0 to 255");
    return false;
  }
  if (config.rescale_offset === true) {
    problems.fault("mean", "rescale_offset", true, "so values do not begin at 0");
    problems.fault("std", "rescale_offset", true, "so values do not begin at 0");
    return false;
  }
  const factor = config.rescale_factor ?? 1 / 255;
  if (typeof factor === "number" && Math.abs(factor * 255 - 1) <= 1e-3) return true;
  problems.fault("mean", "rescale_factor", factor, "not 1/255");
  problems.fault("std", "rescale_factor", factor, "not 1/255");
  return false;
}

/** Whether values are divided by their deviation twice, as EfficientNet's are. */
function dividesTwice(config: Facts, type: string): boolean {
  return type.startsWith("EfficientNet") && config.include_top !== false;
}

type Shape = Pick<PublishedPreprocessing, "size" | "cropFraction" | "cropMode">;

function shapeOf(
  config: Facts,
  type: string,
  habit: Habit | undefined,
  problems: Problems,
): Shape | null {
  const crop = config.do_center_crop === true ? fullSize(config.crop_size) : null;
  if (config.do_center_crop === true && (config.crop_size ?? null) !== null && crop === null) {
    return problems.fault("size", "crop_size", config.crop_size, "not the sides of an image");
  }
  if (config.do_resize === false) {
    return problems.fault(
      "size",
      "do_resize",
      false,
      crop === null ? "so images are not resized" : "so images are cropped without being resized",
    );
  }
  const whole = fullSize(config.size, habit?.square !== false);
  if (whole !== null) {
    if (crop === null) return { size: whole, cropFraction: 1, cropMode: "squash" };
    const cropFraction = Math.max(crop[0] / whole[0], crop[1] / whole[1]);
    return { size: crop, cropFraction, cropMode: "squash" };
  }
  const edge = isSide(config.size) ? config.size : partOf(config, "size").shortest_edge;
  if (!isSide(edge)) {
    return problems.fault("size", "size", config.size, "not the sides of an image");
  }
  if (type.startsWith("ConvNext")) {
    const size: [number, number] = [edge, edge];
    if (edge >= CONVNEXT_CROPS_BELOW) return { size, cropFraction: 1, cropMode: "squash" };
    return { size, cropFraction: numberOf(config, "crop_pct", 224 / 256), cropMode: "center" };
  }
  // Without a crop a photograph keeps its shape there; batches need one shape.
  const size = crop ?? [edge, edge];
  const resized = Math.trunc(edge * (habit?.enlarged ?? 1));
  return { size, cropFraction: Math.max(size[0], size[1]) / resized, cropMode: "center" };
}

/** Both sides, from a table, or from a number if that means both. */
function fullSize(value: unknown, numberIsBoth = true): [number, number] | null {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const { height, width } = value as { height?: unknown; width?: unknown };
    return sidesOf([height, width]);
  }
  return numberIsBoth ? sidesOf(value) : null;
}
