/**
 * Checksums within a safetensors file, so that damage is found when it is read. They are one entry of its metadata, which
 * other readers pass over: `crc32:` and the CRC-32 of the header, then that of each tensor, in the order of their bytes. The
 * header's own is that of the length and the header with eight zeros in its place.
 *
 * @module
 */

import { crc32Of, crc32Text } from "../base/crc32.ts";
import { ChecksumError } from "../base/errors.ts";

/** The name of the metadata's entry. */
export const CHECKSUMS = "apprentice.checksums";

const marker = `"${CHECKSUMS}":"crc32:`;
const zeros = "00000000";

/** The entry's value while that of the header is not known. */
export function checksumsText(tensors: readonly number[]): string {
  return `crc32:${[zeros, ...tensors.map(crc32Text)].join(",")}`;
}

/** Puts the header's own checksum into a whole head (length and header) that has zeros there. */
export function sealHead(head: Uint8Array): void {
  head.set(new TextEncoder().encode(crc32Text(crc32Of(head))), placeIn(head));
}

/**
 * The checksums of the tensors, in the order of their bytes; undefined if the file has none.
 *
 * @param path The file, for messages.
 * @param head The file's first bytes: the length and the header.
 * @param text The metadata's entry.
 * @param count How many tensors there are.
 * @throws {ChecksumError} if the header is not what was written.
 */
export function readChecksums(
  path: string,
  head: Uint8Array,
  text: string | undefined,
  count: number,
): number[] | undefined {
  if (text === undefined) return undefined;
  const own = /^crc32:([0-9a-f]{8})((?:,[0-9a-f]{8})*)$/.exec(text);
  const place = placeIn(head);
  const tensors = own?.[2].split(",").slice(1).map((digits) => parseInt(digits, 16)) ?? [];
  if (own !== null && place >= 0 && tensors.length === count) {
    const blank = head.slice();
    blank.set(new TextEncoder().encode(zeros), place);
    if (crc32Text(crc32Of(blank)) === own[1]) return tensors;
  }
  throw damaged(path, "its header is not what was written (its checksum is another)");
}

/**
 * Makes sure that a tensor's bytes are those that were written.
 *
 * @throws {ChecksumError} if not.
 */
export function checkTensorBytes(
  path: string,
  name: string,
  bytes: Uint8Array,
  wanted: number,
): void {
  checkTensorSum(path, name, crc32Of(bytes), wanted);
}

/**
 * {@linkcode checkTensorBytes} for whoever has read the bytes piece by piece.
 *
 * @throws {ChecksumError} if the checksum is not the one wanted.
 */
export function checkTensorSum(path: string, name: string, found: number, wanted: number): void {
  if (found === wanted) return;
  throw damaged(
    path,
    `the bytes of its tensor ${JSON.stringify(name)} are not what was written (their checksum is ` +
      `${crc32Text(found)}, expected ${crc32Text(wanted)})`,
  );
}

function damaged(path: string, what: string): ChecksumError {
  return new ChecksumError(
    `${path} is damaged: ${what}. Nothing of it is used. Take an earlier copy of the file, or make it anew.`,
  );
}

/** Where the header's checksum stands; negative if nowhere. */
function placeIn(head: Uint8Array): number {
  // One character a byte, so that places are the same.
  const at = new TextDecoder("latin1").decode(head).indexOf(marker);
  return at < 0 ? at : at + marker.length;
}
