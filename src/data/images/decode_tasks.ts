/**
 * What a thread that decodes does: reads files, decodes them, says which of them it could not.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import { LibraryError } from "../../base/errors.ts";
import { passPermission, statFileSync } from "../../base/regular_files.ts";
import { decodingSequence } from "../image_sequence.ts";
import type { DecodeNotes } from "./decode_watch.ts";
import type { Decoder } from "./decoder.ts";
import type { ImageBytes } from "./image_bytes.ts";
import { MOST_FILE_BYTES } from "./read_limits.ts";

/** One image to decode. */
export interface DecodeTask extends ImageBytes {
  /** Which of the images in the memory given it becomes. */
  readonly row: number;
  /** The image's number, which its random part depends on. */
  readonly image: number;
}

/** Some images to decode into one memory. */
export interface DecodeJob {
  readonly tasks: readonly DecodeTask[];
  /** Where the pixels go. As a typed array, Deno would look at each of its elements when it is sent. */
  readonly memory: SharedArrayBuffer;
  readonly seed: number;
  readonly epoch: number;
}

/** An image that could not be decoded. */
export interface DecodeFailure {
  readonly row: number;
  readonly reason: string;
  /**
   * What failed: reading the file, decoding it, or, which is no fault of the file, something that was not permitted
   * or a library that is not there.
   */
  readonly kind: "read" | "decode" | "permission" | "library";
}

class ReadError extends Error {}

/** What failed, by the error. */
function kindOf(error: unknown): DecodeFailure["kind"] {
  if (error instanceof Deno.errors.NotCapable) return "permission";
  if (error instanceof LibraryError) return "library";
  return error instanceof ReadError ? "read" : "decode";
}

/** How many images are begun at a time, so that one is decoded while another is resized. */
export const LANES = 2;

/** Decodes the images of a job, noting in `notes` which ones it is at. */
export async function runTasks(
  decoder: Decoder,
  job: DecodeJob,
  notes?: DecodeNotes,
): Promise<DecodeFailure[]> {
  const { tasks, memory, seed, epoch } = job;
  const failures: DecodeFailure[] = [];
  const left = tasks.values();
  const lane = async (_: unknown, lane: number) => {
    for (const task of left) {
      if (notes?.closed) return;
      const { row, image } = task;
      notes?.begin(lane, row);
      const into = new Uint8Array(memory, row * decoder.size, decoder.size);
      try {
        const random = () => decodingSequence(seed, epoch, image);
        await decoder.decode(readImage(task), random, into, notes);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.push({ row, reason: oneLine(reason), kind: kindOf(error) });
      } finally {
        notes?.end(lane);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return failures;
}

/** Messages of several lines, as libvips has them, as one. */
function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, "; ").replace(/\.$/, "");
}

/** The file read last, if only a part of it was wanted: shards are asked for again and again. */
let shard: { path: string; file: Deno.FsFile } | undefined;

/** Closes what is kept open between images. */
export function closeShard(): void {
  shard?.file.close();
  shard = undefined;
}

function readImage({ path, offset, length }: ImageBytes): Uint8Array<ArrayBuffer> {
  try {
    if (offset === undefined || length === undefined) {
      const { size } = statFileSync(path);
      if (size > MOST_FILE_BYTES) throw new Error(`it has ${size} bytes`);
      return Deno.readFileSync(path);
    }
    return readPart(path, offset, length);
  } catch (error) {
    passPermission(error);
    throw new ReadError((error as Error).message, { cause: error });
  }
}

/** Bytes of a file from `offset` on. */
function readPart(path: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
  if (shard?.path !== path) {
    closeShard();
    statFileSync(path);
    shard = { path, file: Deno.openSync(path) };
  }
  const { file } = shard!;
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = file.readSync(bytes.subarray(at));
    if (count === null) throw new Error(`the file ends ${length - at} bytes too early`);
    at += count;
  }
  return bytes;
}
