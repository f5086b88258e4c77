/**
 * What entries say that have no tags.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";

/** Entries whose weights have no tags and no repository of their own, with square images cut out of the middle. */
export const UNTAGGED: Pick<ModelEntry, "tag" | "tags" | "hub" | "cropMode" | "patchGrid"> = {
  tag: null,
  tags: [],
  hub: null,
  cropMode: "center",
  patchGrid: null,
};

/** The reductions of four stages, as most networks have them. */
export const FOUR_REDUCTIONS: readonly number[] = [4, 8, 16, 32];

/** The stages of a network whose maps are all of patches: four where it has as many blocks. */
export function patchStages(
  dim: number,
  patchSize: number,
  inputSize: number,
): Pick<ModelEntry, "stageDims" | "stageReductions" | "patchGrid"> {
  const side = Math.floor(inputSize / patchSize);
  return {
    stageDims: [dim, dim, dim, dim],
    stageReductions: [patchSize, patchSize, patchSize, patchSize],
    patchGrid: [side, side],
  };
}
