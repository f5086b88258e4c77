/**
 * What a teacher says about a fixed set of images, computed once: a teacher is frozen, so as long
 * as its images are not augmented it says the same at every epoch.
 *
 * @module
 */

import { ArgumentError, FormatError, IndexError } from "../base/errors.ts";
import { removeTemporaries } from "../base/files.ts";
import { tensor, zeros } from "../torch/creation.ts";
import { loadSafetensors, loadSafetensorsMetadata, saveSafetensors } from "../torch/safetensors.ts";
import { keep, scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import { checkPositive } from "../base/check_whole.ts";
import type { Teacher } from "./teacher.ts";
import type { TeacherOutput } from "./teacher_options.ts";

/** Options of {@linkcode cacheOutputs}. */
export interface CacheOptions {
  /** How many images a teacher looks at at once; 256 by default. */
  batchSize?: number;
  /**
   * Makes of a batch of images what the teacher is given in training: `loader` images are normalized
   * float32, a data set's are bytes. Without it the images are given as they are.
   */
  transform?: (images: Tensor) => Tensor;
  /** Called after every batch with the number of images done and of all. */
  onProgress?: (done: number, total: number) => void;
  /** Ends the work between two batches: its reason is thrown and what was computed is freed. */
  signal?: AbortSignal;
}

const format = "apprentice-outputs";

/**
 * A teacher's outputs for a fixed set of images, in memory. Make one with {@linkcode cacheOutputs}; keep it in a file with
 * {@linkcode OutputCache.save}.
 */
export class OutputCache implements Disposable {
  /** The teacher's name. */
  readonly name: string;
  /** How many images there are. */
  readonly length: number;
  /** The features of all images (M, featureDim). */
  readonly features: Tensor;
  /** The logits of all images (M, numClasses), of a predictive teacher. */
  readonly logits: Tensor | undefined;

  /** Takes over the tensors, which then live until {@linkcode OutputCache.dispose}. */
  constructor(name: string, features: Tensor, logits?: Tensor) {
    this.name = name;
    this.length = features.shape[0];
    if (logits !== undefined && logits.shape[0] !== this.length) {
      throw new ArgumentError(
        `The cache of teacher "${name}" has ${this.length} rows of features and ${
          logits.shape[0]
        } of logits; one each per image is needed.`,
      );
    }
    this.features = keep(features);
    this.logits = logits && keep(logits);
  }

  /**
   * What the teacher says about the images of these places: what `run` would return for them.
   *
   * @throws {IndexError} if a place is not one of the images'.
   */
  rows(indices: Tensor | readonly number[] | Int32Array): TeacherOutput {
    return scope(() => {
      const given = indices instanceof Tensor ? indices : tensor([...indices], { dtype: "int64" });
      const places = given.to({ device: this.features.device, dtype: "int64" });
      try {
        return {
          features: this.features.indexSelect(0, places),
          ...(this.logits && { logits: this.logits.indexSelect(0, places) }),
        };
      } catch (cause) {
        if (!(cause instanceof IndexError)) throw cause;
        throw new IndexError(
          `The cache of teacher "${this.name}" has the images 0 to ${
            this.length - 1
          }; a place outside was asked for.`,
          { cause },
        );
      }
    });
  }

  /**
   * Writes the outputs to a safetensors file, with checksums. Clears away what processes that were killed left of it.
   *
   * @throws {FileError} if it cannot be written; what was there before stays.
   */
  save(path: string): void {
    const { name, features, logits } = this;
    const tensors: Record<string, Tensor> = { features, ...(logits && { logits }) };
    removeTemporaries(path);
    saveSafetensors(path, tensors, { format, name }, { checksums: true });
  }

  /**
   * Reads what {@linkcode OutputCache.save} wrote.
   *
   * @param name The teacher whose outputs they must be; not looked at if absent.
   * @throws {FormatError} if the file is missing, is not one of these, or is another teacher's.
   * @throws {ChecksumError} if it is damaged: remove it and ask the teacher again.
   * @throws {FileError} if it cannot be read.
   */
  static load(path: string, name?: string): OutputCache {
    const metadata = loadSafetensorsMetadata(path);
    if (metadata.format !== format || metadata.name === undefined) {
      throw new FormatError(
        `${path} does not hold a teacher's outputs (its format is ${
          metadata.format ?? "not said"
        }). Remove it and ask the teacher again, or give another file.`,
      );
    }
    if (name !== undefined && metadata.name !== name) {
      throw new FormatError(
        `${path} holds the outputs of teacher "${metadata.name}", not of "${name}". Give another file.`,
      );
    }
    return scope(() => {
      const { features, logits } = loadSafetensors(path);
      const matrices = features?.ndim === 2 &&
        (logits === undefined || (logits.ndim === 2 && logits.shape[0] === features.shape[0]));
      if (!matrices) {
        throw new FormatError(
          `${path} does not hold a teacher's outputs: features and logits are matrices of as many rows. ` +
            `Remove it and ask the teacher again.`,
        );
      }
      return new OutputCache(metadata.name, features, logits);
    });
  }

  /** Frees the outputs. */
  dispose(): void {
    this.features.dispose();
    this.logits?.dispose();
  }

  /** Same as {@linkcode OutputCache.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Computes what `teacher` says about `images` (M, C, H, W), batch by batch, and keeps it in memory:
 * M × (featureDim + numClasses) numbers. Exact for training without augmentation; with it the rows belong
 * to the images as they were here.
 *
 * @throws {ArgumentError} if there is no image or the batch size is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { teachers, torch } from "@apprentice/distill";
 *
 * const teacher = teachers.descriptive({
 *   name: "pixels",
 *   features: (images) => images.flatten(1),
 *   featureDim: 4,
 * });
 * using cache = teachers.cacheOutputs(teacher, torch.rand([100, 1, 2, 2]), { batchSize: 32 });
 * cache.rows([3, 7]).features.shape; // [2, 4]
 * ```
 */
export function cacheOutputs(
  teacher: Teacher,
  images: Tensor | { readonly images: Tensor },
  options: CacheOptions = {},
): OutputCache {
  const { batchSize = 256, transform, onProgress, signal } = options;
  checkPositive(batchSize, "The batchSize of cacheOutputs");
  const all = images instanceof Tensor ? images : images.images;
  const total = all.shape[0] ?? 0;
  if (total === 0) {
    throw new ArgumentError(
      `There is no image for teacher "${teacher.name}" to look at: the shape is [${
        all.shape.join(", ")
      }].`,
    );
  }
  let features: Tensor | undefined;
  let logits: Tensor | undefined;
  const put = (whole: Tensor | undefined, part: Tensor, at: number): Tensor => {
    whole ??= keep(
      zeros([total, part.shape[1]], { dtype: part.dtype, device: part.device }),
    );
    whole.narrow(0, at, part.shape[0]).copy_(part);
    return whole;
  };
  try {
    for (let at = 0; at < total; at += batchSize) {
      signal?.throwIfAborted();
      const count = Math.min(batchSize, total - at);
      scope(() => {
        const part = all.narrow(0, at, count);
        const output: TeacherOutput = teacher.run(transform?.(part) ?? part);
        features = put(features, output.features, at);
        if (output.logits) logits = put(logits, output.logits, at);
      });
      onProgress?.(at + count, total);
    }
    return new OutputCache(teacher.name, features!, logits);
  } catch (error) {
    features?.dispose();
    logits?.dispose();
    throw error;
  }
}
