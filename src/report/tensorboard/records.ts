/**
 * TFRecord's framing: length, payload, and of each a masked CRC-32C.
 *
 * @module
 */

/** CRC-32C (Castagnoli), reflected, one entry for each byte. `node:zlib` has another polynomial. */
const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? byte >>> 1 ^ 0x82f63b78 : byte >>> 1;
  return byte;
});

/** The CRC-32C of bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = crc >>> 8 ^ TABLE[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

/** A CRC as TFRecord stores it: turned by 15 bits and shifted, so that a CRC of a CRC is no constant. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (crc >>> 15 | crc << 17) + 0xa282ead8 >>> 0;
}

/** Bytes of a record beside its payload: length (8), CRC of the length (4) before, CRC of the payload (4) behind. */
const BEFORE = 12;
const BEHIND = 4;

/** A payload with its frame. */
export function frame(payload: Uint8Array): Uint8Array {
  const record = new Uint8Array(BEFORE + payload.length + BEHIND);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(payload.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(payload, BEFORE);
  view.setUint32(BEFORE + payload.length, masked(payload), true);
  return record;
}

/** The payloads of a file, up to the first record that is damaged or cut off. */
export function* payloadsOf(file: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + BEFORE + BEHIND <= file.length;) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + BEFORE + length;
    if (end + BEHIND > file.length) return;
    if (view.getUint32(at + 8, true) !== masked(file.subarray(at, at + 8))) return;
    const payload = file.subarray(at + BEFORE, end);
    if (view.getUint32(end, true) !== masked(payload)) return;
    yield payload;
    at = end + BEHIND;
  }
}
