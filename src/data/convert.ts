/**
 * Other sizes and other channels, for images of one byte a value.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { lookUp } from "../base/lookup.ts";
import { upsampleNearest2d } from "../torch/operators.gen.ts";
import { call } from "../torch/call.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { toSize } from "./size.ts";

/** How a pixel between pixels is computed. */
export type Interpolation = "bilinear" | "bicubic" | "nearest";

/** How {@linkcode resizeImages} computes pixels. */
export interface ResizeOptions {
  /** Bilinear by default. */
  interpolation?: Interpolation;
  /** Averages over all pixels that fall into one when images get smaller; true by default. */
  antialias?: boolean;
}

const operators: Record<"bilinear" | "bicubic", { smooth: string; plain: string }> = {
  bilinear: { smooth: "aten::_upsample_bilinear2d_aa", plain: "aten::upsample_bilinear2d" },
  bicubic: { smooth: "aten::_upsample_bicubic2d_aa", plain: "aten::upsample_bicubic2d" },
};

/**
 * Images in another size, as PyTorch's `interpolate` computes them (without aligned corners). The
 * dtype stays: of uint8, results are rounded and kept from 0 to 255.
 *
 * @param images (B, C, H, W), uint8 or floating-point.
 * @param size Rows and columns; one number for both.
 * @throws {ArgumentError} If the size is not of whole numbers of at least 1.
 */
export function resizeImages(
  images: Tensor,
  size: number | readonly [height: number, width: number],
  options: ResizeOptions = {},
): Tensor {
  const target = toSize(size, "resize");
  const { interpolation = "bilinear", antialias = true } = options;
  // A GPU cannot start a kernel for no images.
  if (images.size(0) === 0) return images.newEmpty([0, images.size(1), ...target]);
  if (interpolation === "nearest") return upsampleNearest2d(images, target);
  const { smooth, plain } = lookUp(operators, interpolation, "interpolation");
  const name = antialias ? smooth : plain;
  return scope(() => {
    // Of bytes, libtorch smooths on the CPU as Pillow does, rounding after each direction.
    const direct = images.dtype !== "uint8" || (antialias && images.device === "cpu");
    if (direct) return call(name, images, target, false) as Tensor;
    const resized = call(name, images.to("float32"), target, false) as Tensor;
    return resized.round_().clamp_(0, 255).to("uint8");
  });
}

/**
 * Images with another number of channels: gray repeated for red, green and blue, or colors weighted
 * as in ITU-R BT.601 (0.299, 0.587, 0.114) for gray. The dtype stays.
 *
 * @param images (B, C, H, W) with 1 or 3 channels, uint8 or floating-point.
 * @throws {ArgumentError} If it is not 1 and 3, or 3 and 1.
 */
export function convertChannels(images: Tensor, channels: number): Tensor {
  const from = images.size(1);
  if (from === channels) return images;
  return scope(() => {
    if (from === 1 && channels === 3) return images.repeat(1, 3, 1, 1);
    if (from !== 3 || channels !== 1) {
      throw new ArgumentError(
        `Images of ${from} channels cannot be made ones of ${channels}; 1 and 3 are known.`,
      );
    }
    const bytes = images.dtype === "uint8";
    const colors = bytes ? images.to("float32") : images;
    const gray = colors.narrow(1, 0, 1).mul(0.299)
      .add_(colors.narrow(1, 1, 1), { alpha: 0.587 })
      .add_(colors.narrow(1, 2, 1), { alpha: 0.114 });
    return bytes ? gray.round_().clamp_(0, 255).to("uint8") : gray;
  });
}
