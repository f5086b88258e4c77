/**
 * Reading descriptions that somebody else wrote: nothing in them can be relied on, not even that it is there.
 *
 * @module
 */

import type { Interpolation } from "../../data/convert.ts";

/** What a publisher says of the images that a model takes. */
export interface PublishedPreprocessing {
  /** Rows and columns, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** The side of the middle that is cut out, as a part of the resized image's. */
  readonly cropFraction: number;
  /**
   * How a photograph that is not square is made so: `"center"` keeps its shape and cuts off what is too long,
   * `"squash"` does not keep its shape, `"border"` keeps it and fills up what is too short.
   */
  readonly cropMode: "center" | "squash" | "border";
  /** How it is resized. */
  readonly interpolation: Interpolation;
  /** The mean of each channel, of values from 0 to 1. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, of values from 0 to 1. */
  readonly std: readonly number[];
}

/** What a publisher says of a model. */
export interface ModelConfig {
  /** The architecture, by its name in the registry (`models.list()`) as far as it is there; null if it is not clear. */
  readonly architecture: string | null;
  /** Whose description it is; null if nobody's that is known. */
  readonly library: "timm" | "transformers" | "open_clip" | null;
  /**
   * The side of the images that its position embeddings are for, where that is not in the architecture's name or is
   * another one; null if there is nothing to say.
   */
  readonly imageSize: number | null;
  /** The number of classes of its weights, 0 where they have no classifier; null if it does not say. */
  readonly numClasses: number | null;
  /** What is done to images; null if it does not say, or says what cannot be done. */
  readonly preprocessing: PublishedPreprocessing | null;
  /** The classes' names in order, if they have any. */
  readonly labels?: readonly string[];
  /** What timm was told beyond the architecture's name (`img_size`, `global_pool`); empty for others. */
  readonly modelArgs: Readonly<Record<string, unknown>>;
  /** In words, why something above is null. */
  readonly problems: readonly string[];
}

/** A description, or a part of one. */
export type Facts = Readonly<Record<string, unknown>>;

/** A part that has parts of its own; empty if there is none. */
export function partOf(facts: Facts, key: string): Facts {
  return isFacts(facts[key]) ? facts[key] : {};
}

/** Whether something has parts. */
export function isFacts(value: unknown): value is Facts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number, or what stands for it where there is none. */
export function numberOf<T>(facts: Facts, key: string, otherwise: T): number | T {
  const value = facts[key];
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

/** A text, or null. */
export function textOf(facts: Facts, key: string): string | null {
  const value = facts[key];
  return typeof value === "string" && value !== "" ? value : null;
}

/** Several numbers, or null. */
export function numbersOf(facts: Facts, key: string): number[] | null {
  const value = facts[key];
  if (!Array.isArray(value) || value.length === 0 || value.length > 64) return null;
  return value.every((one) => typeof one === "number" && Number.isFinite(one)) ? value : null;
}

/** Whether something is a side of an image. */
export function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= 1 << 16;
}

/** A side for both, or a pair of sides; null if it is neither. */
export function sidesOf(value: unknown): [height: number, width: number] | null {
  if (isSide(value)) return [value, value];
  if (Array.isArray(value) && value.length === 2 && value.every(isSide)) {
    return [value[0], value[1]];
  }
  return null;
}

/** Gathers what is wrong, and gives what stands for a value then. */
export class Problems {
  /** All of them, in words. */
  readonly all: string[] = [];

  /** Adds one. */
  add(problem: string): null {
    this.all.push(problem);
    return null;
  }
}

/** Makes sure that the numbers of a preprocessing are some that can be computed with. */
export function checkedPreprocessing(
  found: PublishedPreprocessing,
  problems: Problems,
): PublishedPreprocessing | null {
  const { mean, std, cropFraction } = found;
  if (mean.length !== std.length || !std.every((value) => value > 0)) {
    return problems.add(
      `mean [${mean.join(", ")}] and standard deviation [${std.join(", ")}] do not fit together`,
    );
  }
  if (!(cropFraction > 0 && cropFraction <= 1)) {
    return problems.add(`${cropFraction} of an image cannot be cut out of it`);
  }
  return found;
}

/** The names of classes, from a list or a table by number; undefined if they are not numbered through. */
export function labelsOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every((one) => typeof one === "string") ? value : undefined;
  }
  if (!isFacts(value)) return undefined;
  const count = Object.keys(value).length;
  const names = Array.from({ length: count }, (_, i) => value[i]);
  return count > 0 && names.every((one) => typeof one === "string") ? names as string[] : undefined;
}
