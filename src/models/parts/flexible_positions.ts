/**
 * Position embeddings that are resized for every image.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import type { Grid } from "./positions.ts";

/** How positions are resized. */
export interface FlexibleOptions {
  /** What values between learned ones are; `"bicubic"` by default. */
  readonly interpolation?: "bilinear" | "bicubic";
  /** Whether a smaller grid takes all learned positions into account; true by default. */
  readonly antialias?: boolean;
  /** Whether the outermost positions stay outermost; false by default. */
  readonly alignCorners?: boolean;
  /**
   * Whether rows and columns keep their distances in images that are not square: positions are resized for a square, of
   * which the upper left part is taken; false by default.
   */
  readonly keepsAspect?: boolean;
}

const OPERATORS = {
  bilinear: [torch.upsampleBilinear2d, torch.upsampleBilinear2dAntialias],
  bicubic: [torch.upsampleBicubic2d, torch.upsampleBicubic2dAntialias],
} as const;

/**
 * Checks that there is a way to resize of this name.
 *
 * @throws {ArgumentError} naming the model and the ways that there are.
 */
export function checkInterpolation(
  model: string,
  { interpolation = "bicubic" }: FlexibleOptions,
): void {
  if (Object.hasOwn(OPERATORS, interpolation)) return;
  throw new ArgumentError(
    `${model}: interpolation is ${Object.keys(OPERATORS).join(" or ")}, got "${interpolation}".`,
  );
}

/**
 * A learned map of positions on another grid of patches. It is returned as it is if the grids are the same; gradients flow
 * through.
 *
 * Shapes: (1, rows, columns, D) to (1, rows' · columns', D).
 */
export function flexiblePositions(
  positions: Tensor,
  grid: Grid,
  options: FlexibleOptions = {},
): Tensor {
  const [, rows, columns, dim] = positions.shape;
  const [height, width] = grid;
  if (rows === height && columns === width) return positions.reshape(1, rows * columns, dim);
  const { interpolation = "bicubic", antialias = true, alignCorners = false } = options;
  const resize = OPERATORS[interpolation][Number(antialias)];
  const side = Math.max(height, width);
  return torch.scope(() => {
    const map = positions.permute(0, 3, 1, 2).float();
    const size = options.keepsAspect ? [side, side] : [height, width];
    const resized = resize(map, size, alignCorners);
    return resized.narrow(2, 0, height).narrow(3, 0, width)
      .flatten(2).transpose(1, 2).to(positions.dtype);
  });
}

/**
 * The sum of learned positions of rows and of columns, for another grid (Dehghani et al., Patch n' Pack: NaViT, 2023, section
 * 2.1), with linear interpolation between them.
 *
 * Shapes: (1, rows, D) and (1, columns, D) to (1, rows' · columns', D).
 */
export function factorizedPositions(
  ofRows: Tensor,
  ofColumns: Tensor,
  [height, width]: Grid,
  { keepsAspect = false }: FlexibleOptions = {},
): Tensor {
  const side = Math.max(height, width);
  const resized = (table: Tensor, count: number): Tensor => {
    const length = keepsAspect ? side : count;
    if (table.size(1) === length) return table.narrow(1, 0, count);
    return torch.upsampleLinear1d(table.transpose(1, 2).float(), [length], false)
      .transpose(1, 2).narrow(1, 0, count).to(table.dtype);
  };
  return torch.scope(() =>
    resized(ofRows, height).unsqueeze(2).add(resized(ofColumns, width).unsqueeze(1)).flatten(1, 2)
  );
}
