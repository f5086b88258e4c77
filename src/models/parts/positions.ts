/**
 * Position embeddings of images of another size.
 *
 * @module
 */

import { ShapeError } from "../../base/errors.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** Rows and columns of patches. */
export type Grid = readonly [rows: number, columns: number];

/** Options of {@linkcode resamplePositions}. */
export interface ResampleOptions {
  /** The grid that the embedding was learned on; a square by default. */
  from?: Grid;
  /** How many tokens come before the patches (class token, registers) and stay as they are; 1 by default. */
  prefixTokens?: number;
}

/**
 * A learned position embedding on another grid of patches, resized bicubically with antialiasing, as timm's
 * `resample_abs_pos_embed` does. It is returned as it is if the grids are the same; gradients flow through.
 *
 * Shapes: (1, prefix + rows · columns, D) to (1, prefix + rows' · columns', D).
 *
 * @throws {ShapeError} if the tokens do not fill the grid that they come from.
 */
export function resamplePositions(
  positions: Tensor,
  to: Grid,
  options: ResampleOptions = {},
): Tensor {
  const prefix = options.prefixTokens ?? 1;
  const [, tokens, dim] = positions.shape;
  const side = Math.round(Math.sqrt(tokens - prefix));
  const [rows, columns] = options.from ?? [side, side];
  if (rows * columns !== tokens - prefix) {
    throw new ShapeError(
      `A position embedding of ${tokens} tokens, ${prefix} of them before the patches, ` +
        (options.from ? `is not for ${rows} x ${columns} patches.` : `is not for a square image.`),
    );
  }
  if (rows === to[0] && columns === to[1]) return positions;
  return torch.scope(() => {
    const { dtype } = positions;
    const map = positions.narrow(1, prefix, tokens - prefix).float()
      .reshape(1, rows, columns, dim).permute(0, 3, 1, 2);
    const resized = torch.upsampleBicubic2dAntialias(map, [...to], false)
      .permute(0, 2, 3, 1).reshape(1, to[0] * to[1], dim).to(dtype);
    return prefix === 0 ? resized : torch.cat([positions.narrow(1, 0, prefix), resized], 1);
  });
}

/**
 * Checks that images have as many patches as a model has positions for.
 *
 * @throws {ShapeError} naming the model and both.
 */
export function checkGrid(model: string, grid: Grid, own: Grid, images: Tensor): void {
  if (grid[0] === own[0] && grid[1] === own[1]) return;
  throw new ShapeError(
    `This ${model} is for images of ${own.join(" x ")} patches, got [${
      images.shape.join(", ")
    }], which are ${
      grid.join(" x ")
    }. Resize the images, or build it with their imageSize or with dynamicImageSize.`,
  );
}
