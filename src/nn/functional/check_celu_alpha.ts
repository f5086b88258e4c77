/**
 * What CELU's alpha has to be.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { checkNumber } from "../options.ts";

/**
 * Checks that an alpha is a number that can be divided by.
 *
 * @throws {ArgumentError} if not.
 */
export function checkCeluAlpha(name: string, alpha: number): void {
  checkNumber(name, "alpha", alpha);
  if (alpha === 0) throw new ArgumentError(`${name}: alpha must not be 0; a ReLU is its limit.`);
}
