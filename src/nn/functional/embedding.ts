/**
 * Looking up rows of a table.
 *
 * @module
 */

import { IndexError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { checkNumber } from "../options.ts";
import { asClasses, checkIndicesOnDevice, findBadIndex } from "./classes.ts";
import { paddingRow } from "./padding_row.ts";

/** Options of {@linkcode embedding}. */
export interface EmbeddingOptions {
  /** The index whose row receives no gradient; a negative one counts from the end. */
  paddingIdx?: number | null;
  /** Rows that are looked up are scaled down to this norm first, in place; as they are by default. */
  maxNorm?: number | null;
  /** The exponent of that norm; 2 by default. */
  normType?: number;
  /** Whether a row's gradient is divided by how often it is looked up; false by default. */
  scaleGradByFreq?: boolean;
  /** Whether indices on a GPU are checked before use, which waits for it; true by default. */
  checkIndices?: boolean;
}

/**
 * The rows of `weight` (N, D) at `indices` (*): (*, D).
 *
 * @throws {IndexError} if an index is out of range; names it and its place.
 * @throws {ArgumentError} if an option cannot be used.
 */
export function embedding(
  indices: Tensor,
  weight: Tensor,
  options: EmbeddingOptions = {},
): Tensor {
  const { paddingIdx, maxNorm } = options;
  const padding = paddingIdx === undefined || paddingIdx === null
    ? -1
    : paddingRow("embedding", paddingIdx, weight.shape[0]);
  if (maxNorm !== undefined && maxNorm !== null) {
    checkNumber("embedding", "maxNorm", maxNorm, 0);
    checkNumber("embedding", "normType", options.normType ?? 2, 0);
  }
  const rows = asClasses(indices);
  try {
    if ((options.checkIndices ?? true) && rows.device !== "cpu") {
      checkIndicesOnDevice("The index", "embeddings", rows, weight.shape[0]);
    }
    if (maxNorm !== undefined && maxNorm !== null) {
      renormalize(weight, rows, maxNorm, options.normType ?? 2);
    }
    return torch.embedding(weight, rows, padding, options.scaleGradByFreq ?? false);
  } catch (error) {
    if (error instanceof IndexError && rows.device === "cpu") {
      findBadIndex("The index", "embeddings", rows, weight.shape[0]);
    }
    throw error;
  } finally {
    if (rows !== indices) rows.dispose();
  }
}

/** Scales the rows that are looked up down to a norm. libtorch takes rows one after the other in memory. */
function renormalize(weight: Tensor, rows: Tensor, maxNorm: number, normType: number): void {
  // This operator does not check the indices before it writes.
  if (rows.device === "cpu") {
    findBadIndex("The index", "embeddings", rows, weight.shape[0]);
  }
  torch.scope(() =>
    torch.noGrad(() =>
      void torch.call(
        "aten::embedding_renorm_",
        weight,
        rows.contiguous(),
        maxNorm,
        normType,
      )
    )
  );
}
