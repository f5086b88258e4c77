/**
 * Checks of options that are lists of words.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/**
 * Checks a list of words, one for each stage.
 *
 * @param known What a word must be.
 * @param wanted The same in words, for the message.
 * @throws {ArgumentError} naming the model, the option and what is wrong.
 */
export function checkWords(
  model: string,
  name: string,
  values: readonly string[],
  { length, known, wanted }: { length: number; known: RegExp; wanted: string },
): void {
  const listed: readonly unknown[] = Array.isArray(values) ? Array.from(values) : [];
  const good = listed.length === length &&
    listed.every((word) => typeof word === "string" && known.test(word));
  if (good) return;
  const shown = Array.isArray(values)
    ? `[${
      listed.slice(0, 20).map((word) => typeof word === "string" ? word : typeof word).join(", ")
    }]`
    : typeof values;
  throw new ArgumentError(
    `${model}: ${name} must be ${length} of ${wanted}, one for each stage, got ${shown}.`,
  );
}
