/**
 * PBM, PGM and PPM files, plain and binary: what sharp does not decode here.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import type { Pixels } from "./resize_part.ts";

/** Whether bytes are those of a portable bit, gray or pixel map. */
export function isPortableMap(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] >= 0x31 && bytes[1] <= 0x36 && isSpace(bytes[2]);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);
}

/**
 * Decodes a portable map, of values to 65,535; larger values than 255 are brought into that range, rounded.
 *
 * @throws If it is cut short, has more than `maxPixels`, or a number is none.
 */
export function decodePortableMap(bytes: Uint8Array, maxPixels: number): Pixels {
  const kind = bytes[1] - 0x30;
  const [binary, channels, bitmap] = [kind > 3, kind % 3 === 0 ? 3 : 1, kind % 3 === 1];
  let at = 2;
  /** The next number; with `single`, a digit by itself. */
  const number = (single = false): number => {
    while (isSpace(bytes[at]) || bytes[at] === 0x23) {
      if (bytes[at] === 0x23) {
        while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
      } else at++;
    }
    const start = at;
    let value = 0;
    while (bytes[at] >= 0x30 && bytes[at] <= 0x39 && at - start < (single ? 1 : 9)) {
      value = 10 * value + bytes[at++] - 0x30;
    }
    if (at === start) throw new Error(`there is no number at byte ${at}`);
    return value;
  };
  const [width, height, most] = [number(), number(), bitmap ? 1 : number()];
  if (width < 1 || height < 1 || width * height > maxPixels) {
    throw new Error(`it has ${width} x ${height} pixels; the pixel limit is ${maxPixels}`);
  }
  if (most < 1 || most > 65_535) throw new Error(`its largest value is ${most}`);
  const row = bitmap ? Math.ceil(width / 8) : width * channels * (most > 255 ? 2 : 1);
  at += binary ? 1 : 0;
  if (binary && bytes.length - at < row * height) {
    throw new Error(`it has ${bytes.length} bytes and needs ${at + row * height}`);
  }
  if (!binary && bytes.length - at < width * height * channels) {
    throw new Error(`it has ${bytes.length} bytes for ${width} x ${height} pixels`);
  }
  const start = at;
  const value = (y: number, i: number): number => {
    if (!binary) return number(bitmap);
    const from = start + y * row;
    if (bitmap) return bytes[from + (i >> 3)] >> (7 - i % 8) & 1;
    return most > 255 ? bytes[from + 2 * i] << 8 | bytes[from + 2 * i + 1] : bytes[from + i];
  };
  const data = new Uint8Array(3 * width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let i = 0; i < width * channels; i++) {
      const v = Math.min(value(y, i), most);
      // Of a bitmap, 1 is black.
      const byte = bitmap ? 255 * (1 - v) : most === 255 ? v : Math.round(v * 255 / most);
      data[to++] = byte;
      if (channels === 1) {
        data.fill(byte, to, to + 2);
        to += 2;
      }
    }
  }
  return { data, width, height };
}
