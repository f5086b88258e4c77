/** Images made small enough for a page. @module */

import type { GalleryPixels } from "./data.ts";
import { pngAddress } from "./png.ts";

/** No image is shown larger than about this, on screens with fine pixels included. */
const LARGEST_SIDE = 192;
/** Smaller than this there is nothing to see. */
const LEAST_SIDE = 24;
/** So many images are tried first. */
const SAMPLE = 8;

/**
 * Images as `data:` addresses that take at most `bytes` together: each at most 192 pixels long, then all of them as
 * small as it takes, then fewer of them.
 *
 * @returns The addresses of the first images, as many as there is room for.
 */
export function addressesWithin(images: readonly GalleryPixels[], bytes: number): string[] {
  const encode = (some: readonly GalleryPixels[], side: number): string[] =>
    some.map((image) => pngAddress(shrunkTo(image, side)));
  const every = Math.ceil(images.length / SAMPLE);
  const sample = images.filter((_, i) => i % every === 0);
  // What a few images take tells how small all must be, nearly.
  let side = smaller(LARGEST_SIDE, total(encode(sample, LARGEST_SIDE)) * every, bytes);
  for (;;) {
    const addresses = encode(images, side);
    const size = total(addresses);
    if (size <= bytes) return addresses;
    if (side === LEAST_SIDE) {
      let left = bytes;
      return addresses.slice(0, addresses.findIndex(({ length }) => (left -= length) < 0));
    }
    side = Math.min(side - 1, smaller(side, size, bytes));
  }
}

function total(addresses: readonly string[]): number {
  return addresses.reduce((sum, { length }) => sum + length, 0);
}

/** The side at which images that take `size` bytes with `side` probably take `bytes`. */
function smaller(side: number, size: number, bytes: number): number {
  if (size <= bytes) return side;
  return Math.max(LEAST_SIDE, Math.floor(side * 0.97 * Math.sqrt(bytes / size)));
}

/** An image no longer than `side`: every pixel the mean of those of its box. Small ones stay as they are. */
export function shrunkTo(image: GalleryPixels, side: number): GalleryPixels {
  const { width, height, channels, pixels } = image;
  const longer = Math.max(width, height);
  // What does not fit its size is refused where it is encoded.
  if (!(longer > side) || pixels.length !== width * height * channels) return image;
  const [columns, rows] = [width, height].map((n) => Math.max(1, Math.round(n * side / longer)));
  const out = new Uint8Array(columns * rows * channels);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = box(row, rows, height);
    for (let column = 0; column < columns; column++) {
      const [left, right] = box(column, columns, width);
      const count = (bottom - top) * (right - left);
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) sum += pixels[(y * width + x) * channels + c];
        }
        out[(row * columns + column) * channels + c] = Math.round(sum / count);
      }
    }
  }
  return { width: columns, height: rows, channels, pixels: out };
}

/** Which of `all` belong to the nth of `parts`. */
function box(n: number, parts: number, all: number): [from: number, to: number] {
  const from = Math.floor(n * all / parts);
  return [from, Math.max(from + 1, Math.floor((n + 1) * all / parts))];
}
