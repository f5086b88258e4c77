/**
 * Loading a state dict: everything is compared first, and copied only if it fits.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import * as torch from "../torch/mod.ts";
import { Tensor } from "../torch/mod.ts";
import type { LoadReport } from "./load_report.ts";

/** Joins the first few of a list. */
function some(items: readonly string[]): string {
  const shown = items.slice(0, 8).join(", ");
  return items.length > 8 ? `${shown}, … ${items.length - 8} more` : shown;
}

/**
 * Copies `given` into `own`. `optional` are the keys that may be missing without a word, `name` is
 * for messages.
 */
export function loadStateDict(
  name: string,
  own: Readonly<Record<string, Tensor>>,
  given: Readonly<Record<string, Tensor>>,
  optional: ReadonlySet<string>,
  strict: boolean,
): LoadReport {
  for (const [key, value] of Object.entries(given)) {
    if (value instanceof Tensor) continue;
    throw new ArgumentError(
      `The state dict's "${key}" must be a tensor, got ${value === null ? "null" : typeof value}.`,
    );
  }
  const missing = Object.keys(own).filter((key) => !Object.hasOwn(given, key));
  const unexpected = Object.keys(given).filter((key) => !Object.hasOwn(own, key));
  const common = Object.keys(own).filter((key) => Object.hasOwn(given, key));
  const misshaped = common.flatMap((key) => {
    const want = own[key].shape;
    const got = given[key].shape;
    const same = want.length === got.length && want.every((size, i) => size === got[i]);
    return same ? [] : [`${key} is [${got.join(", ")}], must be [${want.join(", ")}]`];
  });
  const lacking = missing.filter((key) => !optional.has(key));
  const problems: string[] = [];
  if (strict && lacking.length > 0) {
    problems.push(`  ${lacking.length} missing: ${some(lacking)}`);
  }
  if (strict && unexpected.length > 0) {
    problems.push(`  ${unexpected.length} unexpected: ${some(unexpected)}`);
  }
  const names = problems.length > 0;
  if (misshaped.length > 0) {
    problems.push(`  ${misshaped.length} of another shape: ${some(misshaped)}`);
  }
  if (problems.length > 0) {
    const message = `The state dict does not fit this ${name}; nothing was loaded.\n` +
      problems.join("\n") +
      (names ? "\nLoad it into the model it was saved from, or pass { strict: false }." : "");
    throw names ? new ArgumentError(message) : new ShapeError(message);
  }
  torch.noGrad(() => {
    for (const key of common) own[key].copy_(given[key]);
  });
  return { missing, unexpected };
}
