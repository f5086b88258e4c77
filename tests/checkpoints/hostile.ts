/**
 * Writes checkpoints by hand, byte by byte, so that they can lie.
 *
 * @module
 */

import { op } from "../../src/archive/pickle/opcodes.ts";
import { deflateRawSync } from "node:zlib";

/** Parts of a pickle: bytes, or text that stands for its own characters. */
export type Part = number | string | Uint8Array | readonly Part[];

/** Joins parts to bytes. */
export function bytes(...parts: Part[]): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const add = (part: Part): void => {
    if (typeof part === "number") out.push(part);
    else if (typeof part === "string") {
      for (const byte of new TextEncoder().encode(part)) out.push(byte);
    } else for (const one of part) add(one);
  };
  parts.forEach(add);
  return new Uint8Array(out);
}

/** A number in `size` bytes, the lowest first. */
export function little(value: number | bigint, size: number): number[] {
  let rest = BigInt.asUintN(8 * size, BigInt(value));
  return Array.from({ length: size }, () => {
    const byte = Number(rest & 255n);
    rest >>= 8n;
    return byte;
  });
}

/** A class or function by its name. */
export const global = (module: string, name: string): Part => [op.GLOBAL, `${module}\n${name}\n`];

/** A text. */
export const text = (value: string): Part => [
  op.BINUNICODE,
  little(new TextEncoder().encode(value).length, 4),
  value,
];

/** A number. */
export const int = (value: number): Part =>
  Math.abs(value) < 2 ** 31 ? [op.BININT, little(value, 4)] : [op.LONG1, 8, little(value, 8)];

/** A tuple. */
export const tuple = (...items: Part[]): Part => [op.MARK, items, op.TUPLE];

/** A pickle of protocol 2. */
export const pickle = (...parts: Part[]): Uint8Array<ArrayBuffer> =>
  bytes(op.PROTO, 2, parts, op.STOP);

/** What a tensor claims of itself. */
export interface Claim {
  type?: Part;
  key?: Part;
  count?: Part;
  offset?: Part;
  shape?: Part;
  strides?: Part;
  id?: Part;
}

/** A tensor, which is one of four float32 in the storage "0" unless it claims something else. */
export function tensor(claim: Claim = {}, legacy = false): Part {
  const id = claim.id ?? tuple(
    text("storage"),
    claim.type ?? global("torch", "FloatStorage"),
    claim.key ?? text("0"),
    text("cpu"),
    claim.count ?? int(4),
    ...(legacy ? [[op.NONE]] : []),
  );
  return [
    global("torch._utils", "_rebuild_tensor_v2"),
    tuple(
      [id, op.BINPERSID],
      claim.offset ?? int(0),
      claim.shape ?? tuple(int(2), int(2)),
      claim.strides ?? tuple(int(2), int(1)),
      op.NEWFALSE,
      [global("collections", "OrderedDict"), op.EMPTY_TUPLE, op.REDUCE],
    ),
    op.REDUCE,
  ];
}

/** A dict with one value. */
export const dict = (key: string, value: Part): Part => [
  op.EMPTY_DICT,
  text(key),
  value,
  op.SETITEM,
];

/** A file of a zip archive, and what its records say of it. */
export interface ZipFile {
  name: string;
  content: Uint8Array;
  deflate?: boolean;
  method?: number;
  flags?: number;
  /** What the table claims instead of the truth. */
  size?: number;
  packedSize?: number;
  offset?: number;
  /** What its own header says instead of its name. */
  ownName?: string;
  /** Stores the sizes and the place in an extra field, as large archives do. */
  zip64?: boolean;
}

/** What the records at the end of an archive say instead of the truth. */
export interface ZipEnd {
  count?: number;
  tableAt?: number | bigint;
  tableBytes?: number | bigint;
  zip64?: boolean;
  disk?: number;
}

/** A zip archive. */
export function zip(files: readonly ZipFile[], end: ZipEnd = {}): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const table: Part[] = [];
  let at = 0;
  for (const file of files) {
    const name = new TextEncoder().encode(file.name);
    const ownName = new TextEncoder().encode(file.ownName ?? file.name);
    const packed = file.deflate ? new Uint8Array(deflateRawSync(file.content)) : file.content;
    const size = file.size ?? file.content.length;
    const packedSize = file.packedSize ?? packed.length;
    const offset = file.offset ?? at;
    const method = file.method ?? (file.deflate ? 8 : 0);
    const flags = little(file.flags ?? 0, 2);
    const ones = little(0xffffffff, 4);
    const extra = file.zip64
      ? [little(1, 2), little(24, 2), little(size, 8), little(packedSize, 8), little(offset, 8)]
      : [];
    const small = (value: number) => file.zip64 ? ones : little(value, 4);
    const header = bytes(
      "PK\x03\x04",
      little(20, 2),
      flags,
      little(method, 2),
      little(0, 8),
      little(packedSize, 4),
      little(size, 4),
      little(ownName.length, 2),
      little(0, 2),
      ownName,
    );
    parts.push(header, packed);
    table.push(
      "PK\x01\x02",
      little(20, 2),
      little(20, 2),
      flags,
      little(method, 2),
      little(0, 8),
      small(packedSize),
      small(size),
      little(name.length, 2),
      little(file.zip64 ? 28 : 0, 2),
      little(0, 10),
      small(offset),
      name,
      extra,
    );
    at += header.length + packed.length;
  }
  const tableBytes = bytes(table);
  const count = end.count ?? files.length;
  const size = end.tableBytes ?? tableBytes.length;
  const start = end.tableAt ?? at;
  const large = end.zip64
    ? bytes(
      "PK\x06\x06",
      little(44, 8),
      little(0, 4),
      little(end.disk ?? 0, 4),
      little(0, 4),
      little(count, 8),
      little(count, 8),
      little(size, 8),
      little(start, 8),
      "PK\x06\x07",
      little(0, 4),
      little(at + tableBytes.length, 8),
      little(1, 4),
    )
    : new Uint8Array(0);
  const last = bytes(
    "PK\x05\x06",
    little(end.zip64 ? 0 : end.disk ?? 0, 4),
    little(end.zip64 ? 0xffff : count, 2),
    little(end.zip64 ? 0xffff : count, 2),
    little(end.zip64 ? 0xffffffff : size, 4),
    little(end.zip64 ? 0xffffffff : start, 4),
    little(0, 2),
  );
  return joined([...parts, tableBytes, large, last]);
}

/** Byte arrays one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The bytes of the numbers that honest tensors here hold. */
export const data = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);

/** A file of torch.save with a pickle. */
export function torchZip(
  program: Uint8Array,
  more: readonly ZipFile[] = [],
): Uint8Array<ArrayBuffer> {
  return zip([
    { name: "x/data.pkl", content: program },
    { name: "x/byteorder", content: bytes("little") },
    { name: "x/data/0", content: data },
    ...more,
  ]);
}

/** What can be wrong in a file of the old format. */
export interface LegacyParts {
  magic?: Part;
  protocol?: Part;
  machine?: Part;
  keys?: Part;
  storages?: Part;
}

/** A file of torch.save of the old format with a pickle. */
export function torchLegacy(program: Uint8Array, parts: LegacyParts = {}): Uint8Array<ArrayBuffer> {
  return joined([
    bytes(parts.magic ?? pickle(op.LONG1, 10, little(0x1950a86a20f9469cfc6cn, 10))),
    bytes(parts.protocol ?? pickle(int(1001))),
    bytes(parts.machine ?? pickle(dict("little_endian", [op.NEWTRUE]))),
    program,
    bytes(parts.keys ?? pickle(op.EMPTY_LIST, text("0"), op.APPEND)),
    bytes(parts.storages ?? [little(4, 8), data]),
  ]);
}
