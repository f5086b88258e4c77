/**
 * GIF files whose transparent pixels keep their colors.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

/** A GIF file whose first picture is opaque. */
export interface OpaqueGif {
  /** The file, with the mark of transparency taken off that picture. */
  readonly bytes: Uint8Array;
  /** The color of what the picture does not cover. */
  readonly outside: readonly [red: number, green: number, blue: number];
}

/**
 * Takes the mark of transparency off a GIF file's first picture: decoders make transparent pixels black, whatever
 * their color is, where Pillow's `convert("RGB")` and other formats keep it.
 */
export function opaqueGif(file: Uint8Array): OpaqueGif {
  const bytes = file.slice();
  const color = (table: number, size: number, index: number): [number, number, number] =>
    table > 0 && index < size && table + 3 * index + 3 <= bytes.length
      ? [bytes[table + 3 * index], bytes[table + 3 * index + 1], bytes[table + 3 * index + 2]]
      : [0, 0, 0];
  let size = 2 << (bytes[10] & 7);
  let table = bytes[10] & 0x80 ? 13 : 0;
  let index = bytes[11];
  for (let at = 13 + (table > 0 ? 3 * size : 0); at < bytes.length;) {
    if (bytes[at] === 0x2c) {
      if (bytes[at + 9] & 0x80) [table, size] = [at + 10, 2 << (bytes[at + 9] & 7)];
      break;
    }
    if (bytes[at] !== 0x21) break;
    if (bytes[at + 1] === 0xf9 && bytes[at + 2] === 4 && bytes[at + 3] & 1) {
      bytes[at + 3] &= ~1;
      index = bytes[at + 6];
    }
    for (at += 2; at < bytes.length && bytes[at] !== 0;) at += bytes[at] + 1;
    at++;
  }
  return { bytes, outside: color(table, size, index) };
}
