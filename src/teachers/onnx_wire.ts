/**
 * Messages of Protocol Buffers, which ONNX files are: fields with numbers, one after the other. A message appended to
 * another of the same type is merged into it, lists one after the other.
 *
 * @module
 */

/** What is wrong with bytes that are no message. */
export class Malformed extends Error {}

/**
 * The fields of a message: a number, or the bytes of a string, a message or a number of fixed width; and all bytes of the
 * field as they are written.
 */
export function* fields(
  bytes: Uint8Array,
): Generator<[field: number, value: Uint8Array | number, whole: Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      if (at >= bytes.length) throw new Malformed("it ends in a number");
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Malformed("a number is too long");
  };
  while (at < bytes.length) {
    const start = at;
    const tag = varint();
    const number = Math.floor(tag / 8);
    const kind = tag % 8;
    if (kind === 0) {
      const value = varint();
      yield [number, value, bytes.subarray(start, at)];
      continue;
    }
    const length = kind === 1 ? 8 : kind === 5 ? 4 : kind === 2 ? varint() : undefined;
    if (length === undefined) throw new Malformed("it has a field of no known kind");
    if (length > bytes.length - at) throw new Malformed("a part reaches beyond the end");
    const value = bytes.subarray(at, at + length);
    at += length;
    yield [number, value, bytes.subarray(start, at)];
  }
}

/** The fields of a message that have bytes. */
export function* messages(bytes: Uint8Array): Generator<[field: number, value: Uint8Array]> {
  for (const [number, value] of fields(bytes)) {
    if (typeof value !== "number") yield [number, value];
  }
}

/** The numbers in the bytes of a packed list. */
export function packed(bytes: Uint8Array): number[] {
  const list: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      if (at >= bytes.length) throw new Malformed("it ends in a number");
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) break;
    }
    list.push(value);
  }
  return list;
}

/** A field with bytes, as it is written; its number is below 16. */
export function field(number: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  let rest = value.length;
  for (; rest > 127; rest >>>= 7) length.push(rest & 127 | 128);
  const head = [number << 3 | 2, ...length, rest];
  const whole = new Uint8Array(head.length + value.length);
  whole.set(head);
  whole.set(value, head.length);
  return whole;
}

/** The text that bytes are. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.slice());
}
