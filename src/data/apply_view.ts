/**
 * Pixels as a network wants them.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { convertChannels, resizeImages } from "./convert.ts";
import { checkPixelDType } from "./image_dtypes.ts";
import { normalize } from "./transforms/normalize.ts";
import type { View } from "./view.ts";

/**
 * Resizes and normalizes pixels as a view says; without a view, bytes become float32 from 0 to 1, and floating-point pixels
 * stay as they are.
 *
 * @param pixels (B, C, H, W) or, with a view, (B, H, W, C): uint8 from 0 to 255 or floating-point from 0 to 1, gray or in
 * colors. Where both readings are possible it is (B, C, H, W).
 * @returns float32 (B, channels, height, width); the very tensor that was given where nothing is to be done.
 * @throws {ShapeError} if no dimension is that of the view's channels.
 * @throws {DTypeError} if pixels are of another dtype.
 * @throws {ArgumentError} if floating-point values are outside 0 to 1: then they were normalized already.
 *
 * @example
 * ```ts
 * import { data, torch } from "@apprentice/distill";
 *
 * using pixels = torch.zeros([2, 1, 28, 28], { dtype: "uint8" });
 * using seen = data.applyView(pixels, {
 *   size: [32, 32],
 *   mean: [0.485, 0.456, 0.406],
 *   std: [0.229, 0.224, 0.225],
 * });
 * seen.shape; // [2, 3, 32, 32]
 * ```
 */
export function applyView(pixels: Tensor, view: View | null): Tensor {
  return renderView(pixels, view, false);
}

/**
 * What `applyView` does, for pixels of one batch after the other: on a card the values of the first images of a view are looked
 * at only, because looking waits. @ignore
 */
export function renderView(pixels: Tensor, view: View | null, isOneOfMany: boolean): Tensor {
  checkPixelDType(pixels, "A network");
  const bytes = pixels.dtype === "uint8";
  if (view === null) return bytes ? scope(() => pixels.to("float32").div_(255)) : pixels;
  const { size: [height, width], mean, std, interpolation } = view;
  return scope(() => {
    const upright = channelsFirst(pixels, mean.length);
    if (!bytes) checkRange(upright, isOneOfMany ? view : null);
    const [, , rows, columns] = upright.shape;
    const resized = rows === height && columns === width
      ? upright
      : resizeImages(upright, [height, width], { interpolation });
    return normalize(mean, std)(resized);
  });
}

function channelsFirst(images: Tensor, channels: number): Tensor {
  const shape = images.shape;
  if (shape.length === 4) {
    for (const count of new Set([channels, 1, 3])) {
      if (shape[1] === count) return convertChannels(images, channels);
      // A view of the same memory: the bytes stay in the order that resizing is fastest in.
      if (shape[3] === count) return convertChannels(images.permute(0, 3, 1, 2), channels);
    }
  }
  throw new ShapeError(
    `Images are (B, ${channels}, H, W) or (B, H, W, ${channels}), got [${shape.join(", ")}].`,
  );
}

/** The views whose images were looked at on a card. */
const looked = new WeakSet<View>();

/** Refuses values that were normalized already; where a view is given, on a card those of its first images only. */
function checkRange(images: Tensor, view: View | null): void {
  if (view !== null && images.device !== "cpu") {
    if (looked.has(view)) return;
    looked.add(view);
  }
  const [low, high] = scope(() => images.aminmax().map((bound) => bound.item() as number));
  // Bicubic resizing swings a little beyond.
  if (low >= -0.3 && high <= 1.3) return;
  throw new ArgumentError(
    `The images' values go from ${low.toFixed(2)} to ${high.toFixed(2)}, so they were normalized ` +
      `already, and the network's view normalizes them again. Give bytes or values from 0 to 1: take ` +
      `normalize out of the loader's transform.`,
  );
}
