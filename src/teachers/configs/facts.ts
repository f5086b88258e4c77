/**
 * Reading descriptions that somebody else wrote: nothing in them can be relied on, not even that it is there.
 *
 * @module
 */

import type { FaultyFact, ModelConfig, PublishedPreprocessing } from "./model_config.ts";

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

/** A value as a message shows it: in short, however deep it is. */
export function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? "missing";
    return text.length > 80 ? `${text.slice(0, 80)}…` : text;
  } catch {
    return "nested too deeply to be shown";
  }
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

  /** Values of images that cannot be so. */
  readonly faults: FaultyFact[] = [];
  readonly #file: string;

  /** Takes the name of the file that says what is done to images. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Adds one. */
  add(problem: string): null {
    this.all.push(problem);
    return null;
  }

  /** Adds a value of images that cannot be so. */
  fault(
    field: FaultyFact["field"],
    key: string,
    value: unknown,
    why: string,
    file: string = this.#file,
  ): null {
    const text = `${key} is ${shown(value)}, ${why}`;
    this.faults.push({ file, text, field });
    return this.add(text);
  }
}

/** A photograph of one color has a smaller deviation; to divide by that makes noise of images, or infinity. */
const leastStd = 0.0001;

/** Less than this of a photograph is no view of it. */
const leastCrop = 0.01;

/** Mean or standard deviation, by the key that it is said under; `otherwise` where nothing is said. */
export function statisticOf<T>(
  field: "mean" | "std",
  facts: Facts,
  key: string,
  otherwise: T,
  problems: Problems,
): readonly number[] | T | null {
  const value = facts[key];
  if (value === undefined || value === null) return otherwise;
  const fits = (one: unknown): one is number =>
    typeof one === "number" && one <= 1 && (field === "mean" ? one >= 0 : one >= leastStd);
  if (Array.isArray(value) && value.length > 0 && value.length <= 64 && value.every(fits)) {
    return value;
  }
  return problems.fault(
    field,
    key,
    value,
    field === "mean"
      ? "not a mean from 0 to 1 for each channel"
      : `not a standard deviation from ${leastStd} to 1 for each channel`,
  );
}

/**
 * Refuses a part of a description that should have parts of its own and is something else: what is said there of images is
 * lost, and what stands for it where nothing is said must not stand for that.
 */
export function checkTable(facts: Facts, key: string, problems: Problems): void {
  const value = facts[key];
  if (value === undefined || value === null || isFacts(value)) return;
  for (const field of ["size", "mean", "std"] as const) {
    problems.fault(field, key, value, "not an object");
  }
}

/** Refuses sides that no image has: without them, the architecture's own would be taken for what is said. */
export function checkSides(facts: Facts, key: string, problems: Problems, file?: string): void {
  const value = facts[key];
  if (value === undefined || value === null || sidesOf(value) !== null) return;
  problems.fault("size", key, value, "not the sides of an image", file);
}

/** One of several words; `otherwise` where nothing is said. */
export function wordOf<T>(
  field: FaultyFact["field"],
  facts: Facts,
  key: string,
  words: ReadonlyMap<string, T>,
  otherwise: string,
  problems: Problems,
): T | null {
  const value = facts[key] ?? otherwise;
  return words.get(value as string) ??
    problems.fault(
      field,
      key,
      value,
      `which there is not here; there are ${[...words.keys()].join(", ")}`,
    );
}

/** A part of a preprocessing each; null where what is said cannot be so. */
export type PreprocessingParts = {
  readonly [Key in keyof PublishedPreprocessing]: PublishedPreprocessing[Key] | null;
};

/**
 * Puts a preprocessing together.
 *
 * @param parts Its parts.
 * @param keys What the file calls them.
 * @param channels How many channels the model takes, if that is said.
 */
export function assemble(
  parts: PreprocessingParts,
  keys: Partial<Record<keyof PublishedPreprocessing, string>>,
  problems: Problems,
  channels?: number,
): Pick<ModelConfig, "preprocessing" | "faults"> {
  const { mean, std, cropFraction } = parts;
  const found: Record<string, unknown> = { ...parts };
  const refuse = (field: keyof PublishedPreprocessing, value: unknown, why: string): void => {
    found[field] = null;
    problems.fault(field, keys[field] ?? field, value, why);
  };
  if (mean !== null && channels !== undefined && mean.length !== channels) {
    refuse("mean", mean, `which does not fit ${channels} channels`);
  }
  const wanted = channels ?? mean?.length;
  if (std !== null && wanted !== undefined && std.length !== wanted) {
    refuse("std", std, `which does not fit ${wanted} channels`);
  }
  if (cropFraction !== null && !(cropFraction >= leastCrop && cropFraction <= 1)) {
    refuse("cropFraction", cropFraction, "which cannot be cut out of an image");
  }
  for (const { field } of problems.faults) found[field] = null;
  const rest = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
  const whole = Object.keys(rest).length === Object.keys(parts).length;
  if (whole) return { preprocessing: rest as unknown as PublishedPreprocessing };
  return { preprocessing: null, faults: { facts: problems.faults, rest } };
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
