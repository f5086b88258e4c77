/**
 * Cards looked up by name.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { isNameOf } from "../../base/lookup.ts";
import { type Gpu, GPUS } from "./gpus.ts";

/** The part of its peak that a card is planned to reach where nothing was measured. */
export const EFFICIENCY = 0.35;

/**
 * A card by its short name.
 *
 * @throws {ArgumentError} if there is none.
 */
export function gpuOf(name: string): Gpu {
  if (isNameOf(GPUS, name)) return GPUS[name];
  throw new ArgumentError(
    `There is no card "${name}" in the table: it has ${
      Object.keys(GPUS).join(", ")
    }. Take the nearest one, and say by ` +
      "efficiency or measured how fast yours is.",
  );
}
