/** Pixels to PNG, for the images that a report carries in itself. @module */

import { encode } from "npm:fast-png@^8.0.0";
import { ArgumentError } from "../base/errors.ts";
import type { GalleryPixels } from "./data.ts";

/** Encodes an image as PNG, 8 bits a channel. */
export function encodePng(image: GalleryPixels): Uint8Array {
  const { width, height, channels, pixels } = image;
  if (!(width > 0 && height > 0) || pixels.length !== width * height * channels) {
    throw new ArgumentError(
      `Report: an image of ${width} x ${height} with ${channels} channels needs ` +
        `${width * height * channels} bytes and has ${pixels.length}; check its size and channels.`,
    );
  }
  return encode({ width, height, channels, data: pixels });
}

/** An image as a `data:` address. */
export function pngAddress(image: GalleryPixels): string {
  let binary = "";
  for (const byte of encodePng(image)) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}
