/**
 * Checks of the sizes that models are made with, before memory or time is spent on them.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/**
 * The most that an option may be. No network that exists comes near; what is beyond is a mistake, which would take all
 * memory or hours before anything else says so.
 */
const most: Readonly<Record<string, number>> = {
  numClasses: 2 ** 24,
  vocabSize: 2 ** 20,
  inputs: 2 ** 24,
  depth: 1000,
  blocks: 1000,
  depths: 1000,
  stride: 1024,
  kernel: 1024,
  window: 64,
  registers: 4096,
  gridSize: 1024,
};

/** The most for options without a limit of their own: widths, channels, heads and the sides of images. */
const mostElse = 2 ** 16;

/** The most blocks of a network, patches of an image, parts of a list, and values in all parameters. */
const mostBlocks = 2000;
const mostPatches = 2 ** 20;
const mostListed = 64;
const mostParameters = 2 ** 31;

const shown = (value: unknown): string =>
  typeof value === "number"
    ? String(value)
    : typeof value === "string"
    ? `"${value}"`
    : typeof value;

/**
 * Checks that every option is a whole number from `least` to what is sensible for it.
 *
 * @throws {ArgumentError} naming the model, the option, its value and the limit.
 */
export function checkCounts(
  model: string,
  options: Readonly<Record<string, number>>,
  least = 1,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new ArgumentError(
        `${model}: ${name} must be a whole number of at least ${least}, got ${shown(value)}.`,
      );
    }
    atMost(model, name, value, most[name.replace(/\[\d+\]$/, "")] ?? mostElse);
  }
}

function atMost(model: string, name: string, value: number, limit: number): void {
  if (value <= limit) return;
  throw new ArgumentError(
    `${model}: ${name} must be at most ${limit}, got ${value}; a model of that size could not be made.`,
  );
}

/**
 * Checks a list of counts, one for each stage or layer.
 *
 * @param length How many there must be; at least one if absent.
 * @throws {ArgumentError} naming the model and what is wrong.
 */
export function checkList(
  model: string,
  name: string,
  values: readonly number[],
  length?: number,
): void {
  if (!Array.isArray(values)) {
    throw new ArgumentError(`${model}: ${name} must be a list of numbers, got ${shown(values)}.`);
  }
  if (values.length === 0) {
    throw new ArgumentError(
      `${model}: ${name} is empty; give a number for at least one stage or layer.`,
    );
  }
  if (length !== undefined && values.length !== length) {
    throw new ArgumentError(
      `${model}: ${name} must have ${length} numbers, one for each stage, got [${
        values.slice(0, 20).join(", ")
      }].`,
    );
  }
  atMost(model, `the length of ${name}`, values.length, mostListed);
  // Holes are no numbers either.
  checkCounts(
    model,
    Object.fromEntries(Array.from(values, (value, i) => [`${name}[${i}]`, value])),
  );
}

/**
 * Checks that every option is a number above 0 and at most 100.
 *
 * @throws {ArgumentError} naming the model, the option, its value and the limit.
 */
export function checkFactors(model: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && value > 0 && value <= 100) continue;
    throw new ArgumentError(
      `${model}: ${name} must be a number above 0 and at most 100, got ${shown(value)}.`,
    );
  }
}

/**
 * Checks that a small number that is added to variances, or that scales start with, is one.
 *
 * @throws {ArgumentError} naming the model, the option and its value.
 */
export function checkSmall(model: string, options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && value >= 0 && value <= 1) continue;
    throw new ArgumentError(
      `${model}: ${name} must be a number from 0 to 1, got ${shown(value)}.`,
    );
  }
}

/**
 * Checks that a network does not have too many blocks in all.
 *
 * @throws {ArgumentError} naming the model, the options that say how many, and the limit.
 */
export function checkBlocks(model: string, options: string, count: number): void {
  if (count <= mostBlocks) return;
  throw new ArgumentError(
    `${model}: ${options} make ${count} blocks in all; there can be at most ${mostBlocks}.`,
  );
}

/**
 * Checks that a network is not too large in all.
 *
 * @param count About how many values its parameters have.
 * @param options What that comes from.
 * @param limit How many they may be.
 * @throws {ArgumentError} naming the model, its options, the count and the limit.
 */
export function checkParameterCount(
  model: string,
  count: number,
  options: Readonly<Record<string, unknown>>,
  limit: number = mostParameters,
): void {
  if (count <= limit) return;
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? `[${value.join(", ")}]` : value}`);
  throw new ArgumentError(
    `${model}: ${given.join(", ")} make about ${
      count.toPrecision(2)
    } parameters; a model can have at most ` +
      `${limit}. Choose smaller ones.`,
  );
}

/**
 * How many patches an image is cut into; with `ragged`, also one that they do not tile.
 *
 * @throws {ArgumentError} if they do not tile the image, or are too many.
 */
export function countPatches(
  model: string,
  imageSize: number,
  patchSize: number,
  ragged = false,
): number {
  checkCounts(model, { imageSize, patchSize });
  if (imageSize % patchSize !== 0 && (!ragged || imageSize < patchSize)) {
    throw new ArgumentError(
      `${model}: patches of ${patchSize} pixels do not tile an image of ${imageSize}; choose a divisor.`,
    );
  }
  const count = Math.floor(imageSize / patchSize) ** 2;
  if (count <= mostPatches) return count;
  throw new ArgumentError(
    `${model}: imageSize ${imageSize} and patchSize ${patchSize} make ${count} patches; there can be at most ` +
      `${mostPatches}.`,
  );
}

/** About how many values the parameters of `depth` transformer blocks have. */
export function transformerParameters(depth: number, dim: number, hidden: number): number {
  return depth * (4 * dim * dim + 2 * dim * hidden);
}
