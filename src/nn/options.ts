/**
 * Checks of the options that layers and functions are given.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

/** PyTorch's options that no layer here has, and what to do instead. */
const elsewhere: Record<string, string> = {
  device: "make it, then move it with to(device)",
  dtype: "make it, then convert it with to(dtype)",
  batchFirst: "the batch always comes first",
  sizeAverage: "use reduction",
  reduce: "use reduction",
};

/**
 * Checks that every option is one that there is: an option that is not looked at is a mistake that nobody sees.
 *
 * @param absent Options of PyTorch's that this layer does not have, and what to do instead.
 * @throws {ArgumentError} naming the first that is not, and those that are.
 */
export function checkKnown(
  layer: string,
  options: object,
  known: readonly string[],
  absent: Readonly<Record<string, string>> = {},
): void {
  if (options === null || typeof options !== "object") {
    throw new ArgumentError(`${layer}: the options must be an object, got ${options}.`);
  }
  for (const name in options) {
    if (known.includes(name)) continue;
    if ((options as Record<string, unknown>)[name] === undefined) continue;
    const instead = absent[name] ?? elsewhere[name];
    throw new ArgumentError(
      `${layer} has no option "${name}"` +
        (instead ? `: ${instead}.` : `; it has ${known.join(", ") || "none"}.`),
    );
  }
}

/**
 * Checks that a size is a whole number of at least `least`.
 *
 * @throws {ArgumentError} if not.
 */
export function checkSize(layer: string, name: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ArgumentError(
      `${layer}: ${name} must be a whole number of at least ${least}, got ${value}.`,
    );
  }
}

/** A number or a list of `length` numbers as a list, each checked with {@linkcode checkSize}. */
export function sizes(
  layer: string,
  name: string,
  value: number | readonly number[],
  length: number,
  least = 1,
): number[] {
  const list = typeof value === "object" && value !== null
    ? [...value]
    : new Array<number>(length).fill(value);
  if (list.length !== length) {
    throw new ArgumentError(
      `${layer}: ${name} must be one number or ${length} of them, got [${list.join(", ")}].`,
    );
  }
  for (const size of list) checkSize(layer, name, size, least);
  return list;
}

/**
 * Checks that a number is finite, and not below `least` or above `most`.
 *
 * @throws {ArgumentError} if not.
 */
export function checkNumber(
  layer: string,
  name: string,
  value: number,
  least = -Infinity,
  most = Infinity,
): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  const range = least === -Infinity
    ? "a finite number"
    : most === Infinity
    ? `a finite number of at least ${least}`
    : `from ${least} to ${most}`;
  throw new ArgumentError(`${layer}: ${name} must be ${range}, got ${value}.`);
}

/**
 * Checks that a probability lies in [0, 1].
 *
 * @throws {ArgumentError} if not.
 */
export function checkProbability(layer: string, name: string, value: number): void {
  checkNumber(layer, name, value, 0, 1);
}

/**
 * Checks that a dimension or an index is a whole number.
 *
 * @throws {ArgumentError} if not.
 */
export function checkInteger(layer: string, name: string, value: number): void {
  if (!Number.isSafeInteger(value)) {
    throw new ArgumentError(`${layer}: ${name} must be a whole number, got ${value}.`);
  }
}

/**
 * Checks that a word is one of those that there are.
 *
 * @throws {ArgumentError} if not.
 */
export function checkWord(
  layer: string,
  name: string,
  value: string,
  words: readonly string[],
): void {
  if (words.includes(value)) return;
  const list = words.map((word) => `"${word}"`);
  const last = list.pop();
  throw new ArgumentError(
    `${layer}: ${name} is ${list.join(", ")} or ${last}, got "${value}".`,
  );
}

/** The most bytes that one weight may have where the machine's memory is not known: 64 GiB. */
const MOST_BYTES = 2 ** 36;

/** How many bytes of the machine's memory are free, if this program may look it up. */
function freeMemory(): number | undefined {
  const allowed = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return allowed.state === "granted" ? Deno.systemMemoryInfo().available : undefined;
}

/**
 * Checks that a float32 weight of this shape fits the machine's free memory, before any of it is asked for: memory that
 * the system promises and does not have ends the process later. Returns the shape.
 *
 * @throws {ArgumentError} if not.
 */
export function checkWeight(layer: string, shape: readonly number[]): readonly number[] {
  const bytes = 4 * shape.reduce((a, b) => a * b, 1);
  // The question is asked only where it matters.
  if (bytes <= 2 ** 28) return shape;
  const most = freeMemory();
  if (bytes <= (most ?? MOST_BYTES)) return shape;
  throw new ArgumentError(
    `${layer}: a weight of shape [${shape.join(", ")}] would take ${gibibytes(bytes)} GiB, ` +
      (most === undefined
        ? `more than the ${gibibytes(MOST_BYTES)} that a layer may have.`
        : `and this machine has ${gibibytes(most)} free.`),
  );
}

function gibibytes(bytes: number): string {
  const gib = bytes / 2 ** 30;
  return gib < 1e6 ? String(Math.round(gib)) : gib.toExponential(1);
}
