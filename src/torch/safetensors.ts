/**
 * The safetensors format: named tensors in one file, without code in it.
 *
 * A file is the length of the header (8 bytes), the header (JSON: for every tensor its dtype, shape and
 * range of bytes), then the bytes of the tensors without gaps.
 *
 * @module
 */

import { crc32Of } from "../base/crc32.ts";
import { dtypes } from "../base/dtypes.ts";
import { ArgumentError, DTypeError, FormatError } from "../base/errors.ts";
import { writeAtomicSync } from "../base/files.ts";
import { openFileSync } from "../base/regular_files.ts";
import { describeValue } from "./core.ts";
import { TensorCore } from "./tensor_core.ts";
import { fromRawBytes, rawBytes } from "./data_transfer.ts";
import type { Device } from "./device.ts";
import type { DType } from "./dtype.ts";
import { CHECKSUMS, checksumsText, checkTensorBytes, sealHead } from "./safetensors_checksums.ts";
import type { Entry } from "./safetensors_header.ts";
import type { Tensor } from "./tensor.ts";
import { formatNames, mostHeaderBytes, readAt, readHeader } from "./safetensors_read.ts";

const order = Object.keys(formatNames) as DType[];

/** Which tensors {@linkcode loadSafetensors} reads, and where to. */
export interface LoadSafetensorsOptions {
  /** The device that the tensors are put on; the CPU by default. */
  device?: Device;
  /** Reads only the tensors of these names. */
  names?: readonly string[];
}

/** How {@linkcode saveSafetensors} writes a file. */
export interface SaveSafetensorsOptions {
  /**
   * Puts checksums of the header and of each tensor into the file, as one more entry of its metadata: whatever reads the
   * file with this package then finds damage. Other readers pass over them. False by default.
   */
  checksums?: boolean;
}

/**
 * Writes named tensors to a safetensors file, as Python's `safetensors.torch.save_file` does. The file
 * appears under its name when it is whole; one that was there before is replaced then.
 *
 * @param path Where to. Folders that lack are made; a link stays, and what it leads to is written.
 * @param tensors The tensors by name; any dtype but complex32 and complex128, which the format lacks; any device, in
 * memory in any order.
 * @param metadata Strings by name, to be stored beside the tensors.
 * @param options Whether the file has checksums.
 * @throws {ArgumentError} if a name or the metadata cannot be stored.
 * @throws {DisposedError} if a tensor was disposed of.
 * @throws {FileError} if the file cannot be written, or something that is no file stands there.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
 * torch.saveSafetensors(path, { "head.weight": torch.ones([2, 3]) }, { epoch: "4" });
 * torch.loadSafetensors(path)["head.weight"].shape; // [2, 3]
 * torch.loadSafetensorsMetadata(path).epoch; // "4"
 * Deno.removeSync(path);
 * ```
 */
export function saveSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
  options: SaveSafetensorsOptions = {},
): void {
  const { checksums = false } = options;
  const list = Object.entries(tensors).map(([name, tensor]) => {
    checkName(name, tensor);
    const { dtype, shape } = tensor;
    if (formatNames[dtype] === undefined) {
      throw new ArgumentError(
        `"${name}" is ${dtype}, which a safetensors file cannot hold; convert it with to() first.`,
      );
    }
    return { name, tensor, dtype, shape };
  });
  list.sort((a, b) =>
    order.indexOf(a.dtype) - order.indexOf(b.dtype) || (a.name < b.name ? -1 : 1)
  );
  const fields: string[] = [];
  // Twice through the tensors: their bytes are not kept between the checksums, which come first, and the writing.
  const sums = checksums ? list.map(({ tensor }) => crc32Of(rawBytes(tensor))) : undefined;
  const all = sums ? { ...metadata, [CHECKSUMS]: checksumsText(sums) } : metadata;
  if (metadata !== undefined && Object.hasOwn(metadata, CHECKSUMS)) {
    throw new ArgumentError(
      `The metadata's name "${CHECKSUMS}" is taken: give the option { checksums: true } instead.`,
    );
  }
  if (all !== undefined) fields.push(`"__metadata__":${metadataText(all)}`);
  let at = 0;
  for (const { name, dtype, shape } of list) {
    const end = at + shape.reduce((a, b) => a * b, 1) * dtypes[dtype].bytes;
    fields.push(
      `${JSON.stringify(name)}:{"dtype":"${formatNames[dtype]}",` +
        `"shape":${JSON.stringify(shape)},"data_offsets":[${at},${end}]}`,
    );
    at = end;
  }
  const text = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > mostHeaderBytes) {
    throw new ArgumentError(
      `The names and the metadata for ${path} take ${length} bytes; the format allows ${mostHeaderBytes}. ` +
        "Store long metadata in a file of its own.",
    );
  }
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, 8);
  if (checksums) sealHead(head);

  writeAtomicSync(
    path,
    (function* () {
      yield head;
      // One tensor at a time: a copy of everything would double the memory of a large model.
      for (const { tensor } of list) yield rawBytes(tensor);
    })(),
  );
}

function checkName(name: string, tensor: unknown): asserts tensor is Tensor {
  if (name === "__metadata__" || !name.isWellFormed()) {
    throw new ArgumentError(
      name === "__metadata__"
        ? 'A tensor cannot be called "__metadata__" in a safetensors file: the format keeps that name for itself.'
        : `The tensor name ${JSON.stringify(name)} is not valid Unicode; give it another name.`,
    );
  }
  if (!(tensor instanceof TensorCore)) {
    throw new ArgumentError(
      `"${name}" is ${
        typeof tensor === "object" ? describeValue(tensor) : `a ${typeof tensor}`
      }; a safetensors file holds tensors. ` +
        "Put other values into the metadata, as strings.",
    );
  }
}

function metadataText(metadata: Readonly<Record<string, string>>): string {
  const fields = Object.entries(metadata).map(([name, value]) => {
    if (typeof value !== "string" || !value.isWellFormed() || !name.isWellFormed()) {
      throw new ArgumentError(
        `The metadata "${name}" must be a string of valid Unicode, got ${
          value === null ? "null" : `a ${typeof value}`
        }; convert it with JSON.stringify, say.`,
      );
    }
    return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  });
  return `{${fields.join(",")}}`;
}

/**
 * Reads the tensors of a safetensors file. Nothing in it is trusted: what does not fit together is an
 * error, found before any tensor is made.
 *
 * @param path The file.
 * @param options Which tensors, and on which device.
 * @returns The tensors by name.
 * @throws {FormatError} if the file is missing, truncated or not a sound safetensors file; the message
 * names the file, the tensor and the remedy.
 * @throws {ChecksumError} if the file has checksums and is not what was written.
 * @throws {ArgumentError} if the file has no tensor of one of `names`.
 * @throws {DTypeError} if a tensor that is read has a dtype that there is not here, such as those of 4 and 6 bits; leave
 * it out by `names`.
 * @throws {FileError} if it is no file but a folder, FIFO, socket or device, or it cannot be read.
 */
export function loadSafetensors(
  path: string,
  options: LoadSafetensorsOptions = {},
): Record<string, Tensor> {
  using file = openFileSync(path);
  const { entries, start, checksums } = readHeader(path, file);
  const wanted = options.names === undefined ? undefined : new Set(options.names);
  for (const name of wanted ?? []) {
    if (!entries.some((entry) => entry.name === name)) {
      const known = entries.map((entry) => entry.name);
      throw new ArgumentError(
        `${path} has no tensor "${name}"; it has ${known.slice(0, 20).join(", ") || "none"}${
          known.length > 20 ? `, … (${known.length} in all)` : ""
        }.`,
      );
    }
  }
  const made: [string, Tensor][] = [];
  try {
    for (const [i, entry] of entries.entries()) {
      if (wanted !== undefined && !wanted.has(entry.name)) continue;
      made.push([
        entry.name,
        readTensor(path, file, entry, start, checksums?.[i], options.device),
      ]);
    }
  } catch (error) {
    for (const [, tensor] of made) tensor.dispose();
    throw error;
  }
  // Not by assignment: a tensor may be called "__proto__".
  return Object.fromEntries(made);
}

/**
 * The metadata of a safetensors file: strings by name; empty if it has none. Reads no tensor.
 *
 * @param path The file.
 * @throws {FormatError} if the file is missing, truncated or not a sound safetensors file.
 * @throws {FileError} if it is no file but a folder, FIFO, socket or device, or it cannot be read.
 */
export function loadSafetensorsMetadata(path: string): Record<string, string> {
  using file = openFileSync(path);
  return readHeader(path, file).metadata;
}

function unreadableDType(path: string, { name, formatName }: Entry): DTypeError {
  return new DTypeError(
    `The tensor "${name}" of ${path} has the dtype ${formatName}, which there is not here. ` +
      "Leave it out by naming those that are wanted: { names }.",
  );
}

function readTensor(
  path: string,
  file: Deno.FsFile,
  entry: Entry,
  start: number,
  checksum: number | undefined,
  device: Device = "cpu",
): Tensor {
  if (entry.dtype === null) throw unreadableDType(path, entry);
  const bytes = new Uint8Array(entry.end - entry.begin);
  if (readAt(path, file, start + entry.begin, bytes) < bytes.length) {
    throw new FormatError(
      `${path} became shorter while its tensor "${entry.name}" was read. Fetch or write the file anew.`,
    );
  }
  if (checksum !== undefined) checkTensorBytes(path, entry.name, bytes, checksum);
  const tensor = fromRawBytes(bytes, entry.dtype, entry.shape);
  if (device === "cpu") return tensor;
  try {
    return tensor.to(device);
  } finally {
    tensor.dispose();
  }
}
