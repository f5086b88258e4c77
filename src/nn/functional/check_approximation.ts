/**
 * What GELU's approximation has to be.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { GeluApproximation } from "./gelu_approximation.ts";

/** Checks the name of an approximation. */
export function checkApproximation(approximate: GeluApproximation): void {
  if (approximate !== "none" && approximate !== "tanh") {
    throw new ArgumentError(`gelu: approximate is "none" or "tanh", got "${approximate}".`);
  }
}
