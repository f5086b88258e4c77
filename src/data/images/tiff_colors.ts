/**
 * What a TIFF file says of its colors, where sharp passes over it.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

const [COMPRESSION, PHOTOMETRIC, SUBSAMPLING] = [259, 262, 530];
const YCBCR = 6;
/** Old and new JPEG in TIFF, whose decoder makes RGB by itself. */
const JPEG = [6, 7];
const SHORT = 3;

/**
 * Whether the pixels that sharp gives of a TIFF file are brightness and color differences, which it takes for red,
 * green and blue.
 *
 * @throws If they are such and the colors are at a lower resolution, which it does not read.
 */
export function isYCbCr(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  if (bytes.length < 8 || view.getUint16(2, little) !== 42) return false;
  const at = view.getUint32(4, little);
  if (at + 2 > bytes.length) return false;
  const tags = new Map<number, number[]>();
  for (let i = 0, entry = at + 2; i < view.getUint16(at, little); i++, entry += 12) {
    if (entry + 12 > bytes.length) break;
    if (view.getUint16(entry + 2, little) !== SHORT) continue;
    const values = [view.getUint16(entry + 8, little), view.getUint16(entry + 10, little)];
    tags.set(view.getUint16(entry, little), values);
  }
  const first = (tag: number) => tags.get(tag)?.[0];
  if (first(PHOTOMETRIC) !== YCBCR || JPEG.includes(first(COMPRESSION) ?? 1)) return false;
  // The standard's own default is half the resolution.
  const [across, down] = tags.get(SUBSAMPLING) ?? [2, 2];
  if (across === 1 && down === 1) return true;
  throw new Error(
    `it is TIFF whose colors are at a lower resolution (${across} x ${down}) without JPEG, which ` +
      `is not read`,
  );
}
