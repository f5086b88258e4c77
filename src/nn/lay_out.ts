/**
 * Images in the order of a network's weights.
 *
 * @module
 */

import type { Tensor } from "../torch/mod.ts";
import type { Module } from "./module.ts";

/**
 * Images (B, C, H, W) in the memory format that a module was put in: the very tensor where they are, or where it has no format of
 * its own.
 */
export function layOut(module: Module, images: Tensor): Tensor {
  if (module.memoryFormat !== "channelsLast" || images.ndim !== 4) return images;
  return images.contiguous({ memoryFormat: "channelsLast" });
}
