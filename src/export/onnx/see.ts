/**
 * Photographs as a network sees them, by libtorch.
 *
 * @module
 */

import { applyView } from "../../data/apply_view.ts";
import { resizeImages } from "../../data/convert.ts";
import { partSettings, planCut } from "../../data/images/crop.ts";
import { partOf } from "../../data/view_part.ts";
import type { View } from "../../data/view.ts";
import { scope, type Tensor } from "../../torch/mod.ts";

/** The images, float32 (B, C, height, width), of whole photographs, uint8 (B, H, W, 3), as `predict` shows them. */
export function seeThrough(pixels: Tensor, view: View): Tensor {
  return scope(() => {
    const [, rows, columns] = pixels.shape;
    const part = partSettings(partOf(view));
    const { toWidth, toHeight, x, y } = planCut(part, columns, rows, undefined as never);
    const { interpolation } = part;
    const resized = resizeImages(pixels.permute(0, 3, 1, 2), [toHeight, toWidth], {
      interpolation,
    });
    return applyView(resized.narrow(2, y, part.height).narrow(3, x, part.width), view);
  });
}
