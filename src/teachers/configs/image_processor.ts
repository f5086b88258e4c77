/**
 * transformers' `preprocessor_config.json`.
 *
 * @module
 */

import type { Interpolation } from "../../data/convert.ts";
import {
  checkedPreprocessing,
  type Facts,
  isSide,
  numberOf,
  numbersOf,
  partOf,
  type Problems,
  type PublishedPreprocessing,
  sidesOf,
  textOf,
} from "./facts.ts";

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
}

const HABITS: readonly [name: RegExp, habit: Habit][] = [
  [/^ViT/, { resample: 2, square: true }],
  [/^(DeiT|Siglip)/, { resample: 3, square: true }],
  [/^(CLIP|ConvNext|Bit)/, { resample: 3, square: false }],
];

/** ConvNeXt's processor resizes to more than this without a crop. */
const CONVNEXT_CROPS_BELOW = 384;

/** Reads transformers' description of what is done to images. */
export function readImageProcessor(
  file: Facts,
  problems: Problems,
): PublishedPreprocessing | null {
  // Processors of several kinds of input have that of images inside.
  const config = "image_processor" in file ? partOf(file, "image_processor") : file;
  const type = textOf(config, "image_processor_type") ?? textOf(config, "feature_extractor_type") ??
    "";
  const habit = HABITS.find(([name]) => name.test(type))?.[1];
  const resample = numberOf(config, "resample", habit?.resample ?? null);
  const interpolation = resample === null ? undefined : RESAMPLE[resample];
  if (
    interpolation !== "bilinear" && interpolation !== "bicubic" && interpolation !== "nearest"
  ) {
    return problems.add(
      `images are resized by ${interpolation ?? `number ${resample}`}, which there is not here`,
    );
  }
  if (config.do_rescale === false) {
    return problems.add("values are from 0 to 255 (do_rescale is false)");
  }
  const factor = numberOf(config, "rescale_factor", 1 / 255);
  if (Math.abs(factor * 255 - 1) > 1e-3) {
    return problems.add(`values are multiplied by ${factor}, not by 1/255`);
  }
  const normalises = config.do_normalize !== false;
  const mean = normalises ? numbersOf(config, "image_mean") : [0, 0, 0];
  const std = normalises ? numbersOf(config, "image_std") : [1, 1, 1];
  if (mean === null || std === null) return problems.add("it has no image_mean and image_std");
  const shape = shapeOf(config, type, habit, problems);
  return shape && checkedPreprocessing({ ...shape, interpolation, mean, std }, problems);
}

type Shape = Pick<PublishedPreprocessing, "size" | "cropFraction" | "cropMode">;

function shapeOf(
  config: Facts,
  type: string,
  habit: Habit | undefined,
  problems: Problems,
): Shape | null {
  const crop = config.do_center_crop === true ? fullSize(config.crop_size) : null;
  if (config.do_resize === false) {
    if (crop === null) return problems.add("images are not resized (do_resize is false)");
    return problems.add("images are cropped without being resized (do_resize is false)");
  }
  const whole = fullSize(config.size, habit?.square !== false);
  if (whole !== null) {
    if (crop === null) return { size: whole, cropFraction: 1, cropMode: "squash" };
    const cropFraction = Math.max(crop[0] / whole[0], crop[1] / whole[1]);
    return { size: crop, cropFraction, cropMode: "squash" };
  }
  const edge = isSide(config.size) ? config.size : partOf(config, "size").shortest_edge;
  if (!isSide(edge)) {
    return problems.add(`size is ${JSON.stringify(config.size) ?? "missing"}, which is not clear`);
  }
  if (type.startsWith("ConvNext")) {
    const size: [number, number] = [edge, edge];
    if (edge >= CONVNEXT_CROPS_BELOW) return { size, cropFraction: 1, cropMode: "squash" };
    return { size, cropFraction: numberOf(config, "crop_pct", 224 / 256), cropMode: "center" };
  }
  // Without a crop a photograph keeps its shape there; batches need one shape.
  const size = crop ?? [edge, edge];
  return { size, cropFraction: Math.max(size[0], size[1]) / edge, cropMode: "center" };
}

/** Both sides, from a table, or from a number if that means both. */
function fullSize(value: unknown, numberIsBoth = true): [number, number] | null {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const { height, width } = value as { height?: unknown; width?: unknown };
    return sidesOf([height, width]);
  }
  return numberIsBoth ? sidesOf(value) : null;
}
