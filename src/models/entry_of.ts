/**
 * What is known of an architecture whose weights are in a file.
 *
 * @module
 */

import type { WeightsFile } from "../checkpoints/weights_file.ts";
import { openWeights } from "../checkpoints/open.ts";
import type { ModelEntry } from "./entry.ts";
import { entry } from "./registry.ts";

/**
 * What is known of an architecture whose weights are in a file: where its name is several publishers', of the one that
 * the file is of.
 *
 * @throws {ArgumentError} if there is none of this name.
 * @throws {FormatError} if the file of weights is damaged or refused.
 */
export function entryOf(
  name: string,
  weights?: string | WeightsFile,
  ignore?: readonly string[],
): ModelEntry {
  const known = entry(name);
  if (weights === undefined || known.ofFile === undefined) return known;
  if (typeof weights !== "string") return known.ofFile(weights.names) ?? known;
  using checkpoint = openWeights(weights, { ignore });
  return known.ofFile(checkpoint.names) ?? known;
}
