/**
 * Which places attention may look at.
 *
 * @module
 */

import { DTypeError, ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { shapeText } from "../functional/shapes.ts";

/** The sizes of one attention. */
export interface AttentionSizes {
  /** Samples. */
  readonly batch: number;
  /** Heads. */
  readonly heads: number;
  /** Queries. */
  readonly length: number;
  /** Keys. */
  readonly keys: number;
  /** Keys that were put behind the others, which everyone sees. */
  readonly extra: number;
}

/** What hides places from attention. */
export interface AttentionMasks {
  /** Broadcasts to (B, heads, L, S), or (B * heads, L, S). */
  readonly mask?: Tensor;
  /** (B, S). */
  readonly keyPaddingMask?: Tensor;
  /** Whether a place sees only those before it and itself. */
  readonly causal: boolean;
}

/**
 * All masks as one that broadcasts to (B, heads, L, S + extra): false where nothing is to be seen, or what is added
 * to the scores; undefined if everything is to be seen.
 *
 * @throws {ShapeError} if a mask is of another shape.
 * @throws {DTypeError} if a mask is neither bool nor float.
 */
export function joinMasks(
  layer: string,
  masks: AttentionMasks,
  sizes: AttentionSizes,
  like: Tensor,
): Tensor | undefined {
  return torch.scope(() => {
    const list: Tensor[] = [];
    if (masks.mask) list.push(shaped(layer, masks.mask, sizes));
    if (masks.keyPaddingMask) list.push(padding(layer, masks.keyPaddingMask, sizes));
    if (masks.causal) {
      const all = torch.ones([sizes.length, sizes.keys], { dtype: "bool", device: like.device });
      list.push(all.triu(1));
    }
    if (list.length === 0) return undefined;
    const bools = list.every((mask) => mask.dtype === "bool");
    const joined = bools
      ? list.reduce((a, b) => a.logicalOr(b))
      : list.map((mask) => mask.dtype === "bool" ? asScores(mask, like) : mask)
        .reduce((a, b) => a.add(b));
    const whole = sizes.extra === 0
      ? joined
      : torch.constantPadNd(spread(joined, sizes.keys), [0, sizes.extra]);
    return bools ? whole.logicalNot() : whole === masks.mask ? whole.alias() : whole;
  });
}

/** -∞ where a mask is true, 0 elsewhere. */
function asScores(mask: Tensor, like: Tensor): Tensor {
  return torch.zerosLike(mask, { dtype: like.dtype }).maskedFill(mask, -Infinity);
}

/** A mask with a column for every key. */
function spread(mask: Tensor, keys: number): Tensor {
  return mask.expand([...mask.shape.slice(0, -1), keys]);
}

function checkKind(layer: string, name: string, mask: Tensor): void {
  const dtype = mask.dtype;
  if (dtype === "bool" || torch.isFloatingPoint(dtype)) return;
  throw new DTypeError(
    `${layer}: the ${name} must be bool (true hides a place) or float (is added to the scores), got ${dtype}.`,
  );
}

function shaped(layer: string, mask: Tensor, sizes: AttentionSizes): Tensor {
  checkKind(layer, "mask", mask);
  const { batch, heads, length, keys } = sizes;
  const shape = mask.shape;
  const byHead = shape.length === 3 && shape[0] === batch * heads && shape[0] !== 1;
  const seen = byHead ? [batch, heads, ...shape.slice(1)] : shape;
  const whole = [batch, heads, length, keys].slice(4 - seen.length);
  if (seen.length > 4 || seen.some((size, i) => size !== 1 && size !== whole[i])) {
    throw new ShapeError(
      `${layer}: the mask must broadcast to (${batch}, ${heads}, ${length}, ${keys}) or be (${
        batch * heads
      }, ${length}, ${keys}), got ${shapeText(shape)}.`,
    );
  }
  return byHead ? mask.reshape(seen) : mask;
}

function padding(layer: string, mask: Tensor, { batch, keys }: AttentionSizes): Tensor {
  checkKind(layer, "keyPaddingMask", mask);
  const shape = mask.shape;
  if (shape.length !== 2 || shape[0] !== batch || shape[1] !== keys) {
    throw new ShapeError(
      `${layer}: the keyPaddingMask must be (${batch}, ${keys}), got ${shapeText(shape)}.`,
    );
  }
  return mask.reshape([batch, 1, 1, keys]);
}
