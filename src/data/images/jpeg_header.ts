/**
 * What a JPEG file's header says of its size.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

/** What a JPEG file's header says. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 of grey images, 3 of coloured ones, 4 of those for printing. */
  readonly components: number;
  /** Bits of a value. */
  readonly bits: number;
}

/** Reads the header of a JPEG file; undefined if it is another file or damaged in front. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    // Markers without anything behind them.
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    // The picture itself begins before its size was named.
    if (marker === 0xda || marker === 0xd9) return undefined;
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) {
      return {
        bits: bytes[at + 4],
        height: bytes[at + 5] << 8 | bytes[at + 6],
        width: bytes[at + 7] << 8 | bytes[at + 8],
        components: bytes[at + 9],
      };
    }
    const length = bytes[at + 2] << 8 | bytes[at + 3];
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}
