/**
 * Plain data as text that keeps every number.
 *
 * @module
 */

import { FormatError } from "../base/errors.ts";

/** As JSON, NaN and infinities included. */
export function toText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      typeof part === "number" && !Number.isFinite(part) ? { number: String(part) } : part,
  );
}

/**
 * Reads what {@linkcode toText} wrote.
 *
 * @throws {FormatError} if it cannot be read, naming `what`.
 */
export function fromText(text: string | undefined, what: string): unknown {
  try {
    return JSON.parse(text ?? "", (_, part) => {
      const number = part?.number;
      return typeof number === "string" && Object.keys(part).length === 1 ? Number(number) : part;
    });
  } catch (cause) {
    throw new FormatError(`its "${what}" cannot be read.`, { cause });
  }
}
