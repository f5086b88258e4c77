/**
 * Sheets of images in PNG files, one image a row.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";

/** More pixels than any sheet has; a file that claims more is refused before it is unpacked. */
const MAX_PIXELS = 2 ** 27;

/** Signature, length and type of the first chunk, width, height. */
const HEAD = 24;

/**
 * Decodes a sheet of 8-bit RGB in which each row of pixels is one image, its own rows end to end.
 *
 * @param bytes The PNG file's contents.
 * @param name Its name, for messages.
 * @param imageBytes How many bytes an image has.
 * @returns The images one after the other (NHWC).
 * @throws {FormatError} If it is not PNG, is damaged or truncated, or has another width or pixel
 * format.
 */
export async function decodeSheet(
  bytes: Uint8Array,
  name: string,
  imageBytes: number,
): Promise<Uint8Array> {
  if (bytes.length < HEAD) {
    throw new FormatError(`${name} is no PNG file: it has only ${bytes.length} bytes.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width * height > MAX_PIXELS) {
    throw new FormatError(`${name} claims to have ${width} x ${height} pixels; that is no sheet.`);
  }
  // Only CIFAR-10 needs the decoder, so it is not loaded before.
  const { decode } = await import("npm:fast-png@^8.0.0");
  let png: ReturnType<typeof decode>;
  try {
    png = decode(bytes, { checkCrc: true });
  } catch (error) {
    throw new FormatError(
      `${name} is damaged, truncated or not PNG: ${(error as Error).message}. Fetch it again.`,
      { cause: error },
    );
  }
  if (png.width * 3 !== imageBytes || png.channels !== 3 || png.depth !== 8) {
    throw new FormatError(
      `${name} is ${png.width} pixels wide with ${png.channels} channels of ${png.depth} bits; ` +
        `expected ${imageBytes / 3} with 3 channels of 8 bits.`,
    );
  }
  return png.data as Uint8Array;
}
