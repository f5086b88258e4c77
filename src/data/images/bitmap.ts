/**
 * BMP files: what sharp does not decode. The packages that do were found to get palettes, run lengths or 16 bits
 * wrong, so they are read here, to the pixels that Pillow makes of them.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import type { Pixels } from "./resize_part.ts";

/** Whether bytes are a BMP file's. */
export function isBitmap(bytes: Uint8Array): boolean {
  return bytes.length > 30 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

const [PLAIN, RLE8, RLE4, MASKS] = [0, 1, 2, 3];

/**
 * Decodes a BMP file of 1, 4, 8, 16, 24 or 32 bits, with or without run lengths. Transparency is dropped.
 *
 * @throws If it is cut short, has more than `maxPixels`, or is of a kind that is not read.
 */
export function decodeBitmap(bytes: Uint8Array, maxPixels: number): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(10, true);
  const header = view.getUint32(14, true);
  const old = header === 12;
  if (!old && (header < 40 || bytes.length < 14 + header)) {
    throw new Error("its header is cut short");
  }
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const stated = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(stated);
  const bits = view.getUint16(old ? 24 : 28, true);
  const packing = old ? PLAIN : view.getUint32(30, true);
  if (width < 1 || height < 1 || width * height > maxPixels) {
    throw new Error(`it has ${width} x ${height} pixels; the pixel limit is ${maxPixels}`);
  }
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`it has ${bits} bits a pixel`);
  checkLength(bytes.length - start, width, height, bits, packing === RLE8 || packing === RLE4);
  const data = new Uint8Array(3 * width * height);
  const rowAt = (row: number) => 3 * width * (stated < 0 ? row : height - 1 - row);
  if (bits <= 8) {
    const colors = palette(bytes, view, old, header, bits);
    const set = (row: number, x: number, index: number) => {
      if (row < height && x < width) {
        data.set(colors.subarray(3 * index, 3 * index + 3), rowAt(row) + 3 * x);
      }
    };
    if (packing === (bits === 8 ? RLE8 : RLE4) && bits !== 1) {
      // What no run covers has the palette's first color.
      if (colors[0] > 0 || colors[1] > 0 || colors[2] > 0) {
        for (let to = 0; to < data.length; to += 3) data.set(colors.subarray(0, 3), to);
      }
      runLengths(bytes.subarray(start), bits, set);
      return { data, width, height };
    }
    if (packing !== PLAIN) throw new Error(`its packing ${packing} is not read`);
    forRows(start, width, height, bits, (row, at) => {
      for (let x = 0; x < width; x++) {
        const shift = 8 - bits - (x * bits) % 8;
        set(row, x, (bytes[at + (x * bits >> 3)] >> shift) & ((1 << bits) - 1));
      }
    });
    return { data, width, height };
  }
  if (packing !== PLAIN && packing !== MASKS) {
    throw new Error(`its packing ${packing} of ${bits} bits is not read`);
  }
  const masks = masksOf(view, bits, packing);
  forRows(start, width, height, bits, (row, at) => {
    let to = rowAt(row);
    for (let x = 0; x < width; x++, at += bits / 8) {
      const value = bits === 16
        ? view.getUint16(at, true)
        : bits === 24
        ? bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16
        : view.getUint32(at, true);
      for (const { shift, most } of masks) {
        data[to++] = Math.floor(((value >>> shift) & most) * 255 / most);
      }
    }
  });
  return { data, width, height };
}

/** The most pixels of one byte of run lengths: two are 255 of them. */
const PIXELS_IN_RUNS = 128;

/** Refuses a file that is too short for its pixels before there is memory for them. */
function checkLength(
  length: number,
  width: number,
  height: number,
  bits: number,
  runs: boolean,
): void {
  const needed = runs
    ? Math.ceil(width * height / PIXELS_IN_RUNS)
    : rowBytes(width, bits) * (height - 1) + Math.ceil(width * bits / 8);
  if (length >= needed) return;
  throw new Error(
    `it has ${Math.max(0, length)} bytes for ${width} x ${height} pixels and needs ${needed}`,
  );
}

/** Rows are filled up to four bytes. */
function rowBytes(width: number, bits: number): number {
  return Math.ceil(width * bits / 32) * 4;
}

/** Calls `read` with each row and where it begins. */
function forRows(
  start: number,
  width: number,
  height: number,
  bits: number,
  read: (row: number, at: number) => void,
): void {
  const stride = rowBytes(width, bits);
  for (let row = 0; row < height; row++) read(row, start + row * stride);
}

/** The palette's colors as red, green, blue. */
function palette(
  bytes: Uint8Array,
  view: DataView,
  old: boolean,
  header: number,
  bits: number,
): Uint8Array {
  const colors = new Uint8Array(3 * 256);
  const stated = old ? 0 : view.getUint32(46, true);
  const count = Math.min(stated === 0 ? 2 ** bits : stated, 256);
  const size = old ? 3 : 4;
  for (let i = 0, at = 14 + header; i < count && at + 3 <= bytes.length; i++, at += size) {
    colors.set([bytes[at + 2], bytes[at + 1], bytes[at]], 3 * i);
  }
  return colors;
}

/** Where red, green and blue lie in a pixel, and their largest values. */
function masksOf(view: DataView, bits: number, packing: number) {
  const given = packing === MASKS && view.byteLength >= 66;
  const usual = bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  return usual.map((mask, i) => {
    const value = given ? view.getUint32(54 + 4 * i, true) : mask;
    if (value === 0) throw new Error("a color has no bits");
    const shift = 31 - Math.clz32(value & -value);
    return { shift, most: value >>> shift };
  });
}

/** Unpacks runs: a count and a color, or 0 and a command. */
function runLengths(
  bytes: Uint8Array,
  bits: number,
  set: (row: number, x: number, index: number) => void,
): void {
  const nibble = (byte: number, i: number) => bits === 8 ? byte : i % 2 ? byte & 15 : byte >> 4;
  let [row, x, at] = [0, 0, 0];
  while (at + 1 < bytes.length) {
    const [count, value] = [bytes[at++], bytes[at++]];
    if (count > 0) {
      for (let i = 0; i < count; i++) set(row, x++, nibble(value, i));
    } else if (value === 0) {
      [row, x] = [row + 1, 0];
    } else if (value === 1) {
      return;
    } else if (value === 2) {
      x += bytes[at++];
      row += bytes[at++];
    } else {
      for (let i = 0; i < value; i++) {
        set(row, x++, nibble(bytes[at + (bits === 8 ? i : i >> 1)], i));
      }
      at += Math.ceil(value * bits / 16) * 2;
    }
  }
}
