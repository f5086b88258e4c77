/**
 * Computing some shards of one block of images together, so that pixels are made once for all teachers.
 *
 * @module
 */

import { ApprenticeError, FormatError } from "../../base/errors.ts";
import { letSignalsIn } from "../../base/interrupt.ts";
import { isNotAllowed } from "../../base/regular_files.ts";
import { noGrad } from "../../torch/backward.ts";
import { cat } from "../../torch/operators.gen.ts";
import { keep, scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { storable } from "./check_output.ts";
import type { StoreEntry } from "./entry.ts";
import { shardRange } from "./layout.ts";
import { outputOf, rowParts } from "./row_parts.ts";
import { Renderings } from "../../data/renderings.ts";
import type { Pixels, PixelSource } from "../../data/pixel_source.ts";
import { mapParts } from "../map_parts.ts";
import type { TeacherOutput } from "../teacher_options.ts";
import type { StorableTeacher } from "./types.ts";

/** A shard that this process has claimed. */
export interface ShardJob {
  /** Who is asked. */
  readonly teacher: StorableTeacher;
  /** Where the shard goes. */
  readonly entry: StoreEntry;
  /** The shard's number. */
  readonly shard: number;
  /** What gives the claim back. */
  readonly claim: Disposable;
}

/** What {@linkcode fillBlock} is told. */
export interface BlockOptions {
  /** What makes the pixels. */
  readonly pixels: PixelSource;
  /** The variant. */
  readonly variant: number;
  /** How many images are looked at at once. */
  readonly batchSize: number;
  /** Batches end at multiples of this, which are ends of shards. */
  readonly cut: number;
  /** Ends the work between two batches. */
  readonly signal?: AbortSignal;
  /** Called with the number of outputs that were just computed. */
  readonly onOutputs: (count: number) => void;
}

/** A job under way: the parts of its shard. */
interface Open {
  readonly job: ShardJob;
  readonly begin: number;
  readonly end: number;
  readonly parts: TeacherOutput[];
}

/** Computes and writes the shards of some jobs, all of one variant; gives back each claim when its shard is written. */
export async function fillBlock(jobs: readonly ShardJob[], options: BlockOptions): Promise<void> {
  const { signal, onOutputs } = options;
  const open: Open[] = jobs.map((job) => ({
    job,
    ...shardRange(job.entry.file, job.shard),
    parts: [],
  }));
  const batches = batchesOf(open, options);
  let next = batches.length > 0 ? pixelsOf(batches[0], options) : undefined;
  try {
    for (let i = 0; i < batches.length; i++) {
      signal?.throwIfAborted();
      const batch = await next!;
      next = undefined;
      try {
        // The next photographs are decoded while the teachers look at these.
        if (i + 1 < batches.length) next = pixelsOf(batches[i + 1], options);
        const [begin, end] = batches[i];
        const asked = open.filter((one) => begin >= one.begin && begin < one.end);
        askAll(asked, batch.pixels, end - begin);
        for (const one of asked) {
          if (end === one.end) write(one, options.variant);
          onOutputs(end - begin);
        }
      } finally {
        batch[Symbol.dispose]();
      }
      await letSignalsIn();
    }
  } finally {
    for (const { job, parts } of open) {
      dispose(parts);
      job.claim[Symbol.dispose]();
    }
    next?.then((batch) => batch[Symbol.dispose](), () => {});
  }
}

/** The ranges of images that are looked at together: the same ones whichever shards are missing, and whoever is asked. */
function batchesOf(open: readonly Open[], { batchSize, cut }: BlockOptions): [number, number][] {
  const last = Math.max(...open.map(({ end }) => end));
  const first = Math.min(...open.map(({ begin }) => begin));
  const batches: [number, number][] = [];
  for (let at = Math.floor(first / cut) * cut; at < last; at += cut) {
    const end = Math.min(at + cut, last);
    for (let begin = at; begin < end; begin += batchSize) {
      if (open.some((one) => begin >= one.begin && begin < one.end)) {
        batches.push([begin, Math.min(begin + batchSize, end)]);
      }
    }
  }
  return batches;
}

/** Makes pixels that belong to no scope. What goes wrong is looked at when they are waited for. */
function pixelsOf(
  [begin, end]: readonly [number, number],
  { pixels, variant }: BlockOptions,
): Promise<Pixels> {
  const made = (async () => {
    const indices = Int32Array.from({ length: end - begin }, (_, i) => begin + i);
    try {
      const batch = await pixels.pixelsOf(indices, variant);
      if (batch.pixels.shape[0] === indices.length) {
        keep(batch.pixels);
        return batch;
      }
      const shape = batch.pixels.shape.join(", ");
      batch[Symbol.dispose]();
      throw new FormatError(`${indices.length} images were asked for, and pixels [${shape}] came.`);
    } catch (cause) {
      if (cause instanceof ApprenticeError || isNotAllowed(cause)) throw cause;
      throw new FormatError(
        `The images ${begin} to ${end - 1} cannot be had: ${(cause as Error)?.message ?? cause}. ` +
          "What was filled before stays.",
        { cause },
      );
    }
  })();
  made.catch(() => {});
  return made;
}

/** Asks teachers about pixels, each of which sees them by its view; equal views are rendered once. */
function askAll(open: readonly Open[], pixels: Tensor, count: number): void {
  const renderings = new Renderings(pixels);
  noGrad(() =>
    scope(() => {
      for (const { job: { teacher, entry }, parts } of open) {
        const images = renderings.of(teacher.view);
        const { file, hasPatches: patches } = entry;
        const output = scope(() =>
          storable(teacher, teacher.see(images, { patches }), count, file)
        );
        parts.push(mapParts(output, keep));
      }
    })
  );
}

function write({ job, parts }: Open, variant: number): void {
  scope(() => {
    const whole = outputOf(
      rowParts(job.entry.file),
      ({ name }) => cat(parts.map((part) => part[name]!)),
    );
    job.entry.writeShard(variant, job.shard, whole);
  });
  dispose(parts);
  job.claim[Symbol.dispose]();
}

function dispose(parts: TeacherOutput[]): void {
  for (const output of parts.splice(0)) {
    for (const part of Object.values(output)) part.dispose();
  }
}
