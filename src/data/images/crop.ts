/**
 * Which part of an image is taken when it is decoded, and how large it becomes.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { RandomSequence } from "../philox.ts";
import type { ImagePart } from "./image_part.ts";

/** An {@linkcode ImagePart} with nothing left out. */
export interface PartSettings {
  readonly kind: ImagePart["kind"];
  readonly height: number;
  readonly width: number;
  readonly interpolation: "bilinear" | "bicubic";
  /** The length that the shorter side is resized to by kind center. */
  readonly resize: number;
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
  readonly flip: number;
}

/** Checks a part's numbers and fills in what was left out. */
export function partSettings(part: ImagePart): PartSettings {
  const { size, interpolation = "bilinear" } = part;
  const [height, width] = typeof size === "number" ? [size, size] : size;
  for (const length of [height, width]) {
    if (!Number.isSafeInteger(length) || length < 1 || length > 65_535) {
      throw new ArgumentError(
        `part: a size is a whole number from 1 to 65535, got ${length}.`,
      );
    }
  }
  if (interpolation !== "bilinear" && interpolation !== "bicubic") {
    throw new ArgumentError(
      `part: interpolation is "bilinear" or "bicubic", got ${JSON.stringify(interpolation)}.`,
    );
  }
  const { kind } = part;
  const longest = Math.max(height, width);
  const settings = {
    kind,
    height,
    width,
    interpolation,
    resize: Math.round(longest * 8 / 7),
    scale: [0.08, 1] as const,
    ratio: [3 / 4, 4 / 3] as const,
    flip: 0.5,
  };
  switch (kind) {
    case "whole":
      return settings;
    case "center": {
      const resize = part.resize ?? settings.resize;
      if (!Number.isSafeInteger(resize) || resize < longest || resize > 65_535) {
        throw new ArgumentError(
          `part: the shorter side is resized to a whole number of at least the size ${longest}, ` +
            `got ${resize}.`,
        );
      }
      return { ...settings, resize };
    }
    case "random": {
      const { scale = settings.scale, ratio = settings.ratio, flip = settings.flip } = part;
      if (!(scale[0] > 0 && scale[1] >= scale[0] && scale[1] <= 1)) {
        throw new ArgumentError(`part: scales are above 0 and up to 1, got [${scale}].`);
      }
      if (!(ratio[0] > 0 && ratio[1] >= ratio[0] && ratio[1] < Infinity)) {
        throw new ArgumentError(`part: ratios go from above 0 upwards, got [${ratio}].`);
      }
      if (!(flip >= 0 && flip <= 1)) {
        throw new ArgumentError(`part: flip is a probability from 0 to 1, got ${flip}.`);
      }
      return { ...settings, scale, ratio, flip };
    }
    default:
      throw new ArgumentError(
        `part: the kind is "random", "center" or "whole", got ${JSON.stringify(kind)}.`,
      );
  }
}

/** What is done to one image, in its own pixels. */
export interface Cut {
  /** The part that is resized. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The size that the part is resized to. */
  readonly toWidth: number;
  readonly toHeight: number;
  /** Where in the resized part the result begins. */
  readonly x: number;
  readonly y: number;
  /** Whether the result is mirrored left to right. */
  readonly flip: boolean;
}

/** A number in [0, 1). */
function uniform(random: RandomSequence): number {
  return random.next53() / 2 ** 53;
}

/** A rectangle in an image. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A rectangle of random area and proportions at a random place: ten tries, then the largest one of
 * allowed proportions in the middle (C. Szegedy et al.: Going deeper with convolutions, CVPR 2015,
 * section 6, in torchvision's form).
 *
 * @param next Gives numbers in [0, 1).
 */
export function drawRectangle(
  width: number,
  height: number,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  next: () => number,
): Rectangle {
  const logs = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * (scale[0] + next() * (scale[1] - scale[0]));
    const shape = Math.exp(logs[0] + next() * (logs[1] - logs[0]));
    const columns = Math.round(Math.sqrt(area * shape));
    const rows = Math.round(Math.sqrt(area / shape));
    if (columns < 1 || rows < 1 || columns > width || rows > height) continue;
    return {
      top: Math.floor(next() * (height - rows + 1)),
      left: Math.floor(next() * (width - columns + 1)),
      width: columns,
      height: rows,
    };
  }
  const proportions = width / height;
  let [columns, rows] = [width, height];
  if (proportions < ratio[0]) rows = Math.max(1, Math.round(width / ratio[0]));
  else if (proportions > ratio[1]) columns = Math.max(1, Math.round(height * ratio[1]));
  return {
    top: Math.floor((height - rows) / 2),
    left: Math.floor((width - columns) / 2),
    width: columns,
    height: rows,
  };
}

/** Half of a difference, rounded to the nearest whole number, halves to the even one, as in Python. */
function middle(difference: number): number {
  const half = difference / 2;
  const below = Math.floor(half);
  if (half === below) return below;
  return below % 2 === 0 ? below : below + 1;
}

/** What to do to an image of this size. `random` is used by parts of kind random only. */
export function planCut(
  part: PartSettings,
  width: number,
  height: number,
  random: RandomSequence,
): Cut {
  const whole = { left: 0, top: 0, width, height, x: 0, y: 0, flip: false };
  const to = { toWidth: part.width, toHeight: part.height };
  if (part.kind === "whole") return { ...whole, ...to };
  if (part.kind === "random") {
    const next = () => uniform(random);
    const rectangle = drawRectangle(width, height, part.scale, part.ratio, next);
    return { ...rectangle, ...to, x: 0, y: 0, flip: next() < part.flip };
  }
  const toWidth = width <= height ? part.resize : Math.floor(part.resize * width / height);
  const toHeight = height <= width ? part.resize : Math.floor(part.resize * height / width);
  return {
    ...whole,
    toWidth,
    toHeight,
    x: middle(toWidth - part.width),
    y: middle(toHeight - part.height),
  };
}
