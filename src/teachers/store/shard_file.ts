/**
 * A shard: a safetensors file of what a teacher said about some images in one variant, a row for each.
 *
 * @module
 */

import { crc32Of } from "../../base/crc32.ts";
import { dtypes } from "../../base/dtypes.ts";
import { ApprenticeError, StoreError } from "../../base/errors.ts";
import { isMissing, isNotAllowed, openFileSync } from "../../base/regular_files.ts";
import { call } from "../../torch/call.ts";
import { saveSafetensors } from "../../torch/safetensors.ts";
import { checkTensorSum } from "../../torch/safetensors_checksums.ts";
import type { Entry } from "../../torch/safetensors_header.ts";
import { readAt, readHeader } from "../../torch/safetensors_read.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { STORE_FORMAT, STORE_VERSION } from "./entry_file.ts";
import { shardRange } from "./layout.ts";
import { rowParts } from "./row_parts.ts";
import type { TeacherOutput } from "../teacher_options.ts";
import type { EntrySizes, ShardPlace } from "./types.ts";

/** Which shard a file must be. */
export interface ShardWanted extends ShardPlace {
  /** The fingerprint of the entry's key. */
  readonly id: string;
  /** The entry's sizes. */
  readonly sizes: EntrySizes;
}

/** How much is read at a time to compute a checksum. */
const BLOCK = 2 ** 20;

/** What was verified by this process: of each file what the system says of it, which changes when it is written. */
const verified = new Map<string, string>();

/** Writes a shard; it appears under its name when it is whole. */
export function writeShardFile(path: string, wanted: ShardWanted, output: TeacherOutput): void {
  saveSafetensors(path, { ...output }, metadataOf(wanted), { checksums: true });
  remember(path, Deno.statSync(path));
}

function metadataOf({ id, variant, shard }: ShardWanted): Record<string, string> {
  return {
    format: STORE_FORMAT,
    version: String(STORE_VERSION),
    entry: id,
    variant: String(variant),
    shard: String(shard),
  };
}

/**
 * Makes sure that a file is the shard that is wanted, whole and undamaged.
 *
 * @param anew Reads it even if this process has verified it before.
 * @throws {StoreError} if it is not, or is not there.
 */
export function verifyShardFile(path: string, wanted: ShardWanted, anew = false): Entry[] {
  try {
    using file = openFileSync(path);
    const { entries, metadata, start, checksums } = readHeader(path, file);
    checkIsWanted(entries, metadata, wanted);
    const info = file.statSync();
    if (!anew && verified.get(path) === stateOf(info)) return at(entries, start);
    if (checksums === undefined) throw new StoreError("it has no checksums");
    const block = new Uint8Array(BLOCK);
    for (const [i, entry] of entries.entries()) {
      checkTensorSum(path, entry.name, sumOf(path, file, entry, start, block), checksums[i]);
    }
    remember(path, info);
    return at(entries, start);
  } catch (cause) {
    verified.delete(path);
    if (isMissing(cause)) {
      throw new StoreError(
        `The store has no ${path}: fill it, or fill it again if it was evicted.`,
        { cause },
      );
    }
    if (isNotAllowed(cause) || !(cause instanceof ApprenticeError)) throw cause;
    throw new StoreError(
      `The shard ${path} is not used: ${reasonOf(path, cause)}. Fill the store again, ` +
        "which makes this shard anew.",
      { cause },
    );
  }
}

/** What is wrong, without the remedies of files that cannot be made again. */
function reasonOf(path: string, { message }: Error): string {
  const [first] = message.split(/\.(?: |$)/, 1);
  return first.startsWith(path) ? `it${first.slice(path.length)}` : first;
}

/** The places of tensors counted from the file's first byte. */
function at(entries: Entry[], start: number): Entry[] {
  return entries.map((entry) => ({ ...entry, begin: start + entry.begin, end: start + entry.end }));
}

/** A part of a file by blocks, so that a shard that is verified takes no memory. */
function sumOf(
  path: string,
  file: Deno.FsFile,
  { begin, end }: Entry,
  start: number,
  block: Uint8Array,
): number {
  let sum = 0;
  for (let done = begin; done < end;) {
    const part = block.subarray(0, Math.min(BLOCK, end - done));
    const count = readAt(path, file, start + done, part);
    if (count < part.length) throw new StoreError("it became shorter while it was read");
    sum = crc32Of(part, sum);
    done += count;
  }
  return sum;
}

function checkIsWanted(
  entries: readonly Entry[],
  metadata: Record<string, string>,
  wanted: ShardWanted,
): void {
  for (const [name, value] of Object.entries(metadataOf(wanted))) {
    if (metadata[name] === value) continue;
    throw new StoreError(
      `it is another file's content: its ${name} is ${metadata[name] ?? "not said"}, not ${value}`,
    );
  }
  const { sizes, shard } = wanted;
  const { begin, end } = shardRange(sizes, shard);
  const is = entries.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(", ")}]`);
  const should = rowParts(sizes).map(({ name, shape }) =>
    `${name} ${sizes.dtype} [${[end - begin, ...shape].join(", ")}]`
  );
  if (is.join() !== should.join()) {
    throw new StoreError(`it holds ${is.join(", ") || "nothing"}, not ${should.join(", ")}`);
  }
}

/**
 * Maps a verified shard into memory: only what is touched of it is read, and the system takes it back when it needs room.
 *
 * @returns Tensors that are the file itself, in the scope that is open; dispose of them to let the file go.
 * @throws {StoreError} as {@linkcode verifyShardFile} does.
 */
export function mapShardFile(path: string, wanted: ShardWanted): TeacherOutput {
  for (let tries = 0;; tries++) {
    const entries = verifyShardFile(path, wanted);
    const bytes = Math.max(...entries.map(({ end }) => end));
    const before = verified.get(path);
    const tensors = scope(() => {
      const whole = call("aten::from_file", path, false, bytes, "uint8") as Tensor;
      return entries.map((entry): [string, Tensor] => [entry.name, tensorIn(whole, entry)]);
    });
    // Another process may have put a new file in place between the verifying and the mapping.
    if (before === stateOf(Deno.statSync(path)) || tries === 10) {
      return Object.fromEntries(tensors) as unknown as TeacherOutput;
    }
    for (const [, tensor] of tensors) tensor.dispose();
  }
}

/** The head of a safetensors file is a multiple of eight bytes long: every number lies where the processor wants it. */
function tensorIn(whole: Tensor, { dtype, shape, begin, end }: Entry): Tensor {
  if (dtype === null || begin % dtypes[dtype].bytes !== 0) {
    throw new StoreError("A shard's numbers are not aligned.");
  }
  return whole.narrow(0, begin, end - begin).view(dtype).reshape(shape);
}

function remember(path: string, info: Deno.FileInfo): void {
  verified.set(path, stateOf(info));
}

function stateOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}:${info.size}:${info.mtime?.getTime()}:${info.ctime?.getTime()}`;
}
