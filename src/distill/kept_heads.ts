/**
 * Heads from a student to its teachers, of a file.
 *
 * @module
 */

import { ApprenticeError, ArgumentError, FormatError } from "../base/errors.ts";
import { skipped } from "../nn/init.ts";
import { ModuleList } from "../nn/layers/containers.ts";
import { Module } from "../nn/module.ts";
import { loadSafetensors, loadSafetensorsMetadata } from "../torch/safetensors.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { Head, type HeadSizes } from "./head.ts";
import { HEADS_FORMAT } from "./heads_format.ts";

/**
 * Heads that were kept: a student with them is a model of all its teachers' features at once.
 *
 * @example
 * ```ts
 * import { distill, models, type torch } from "@apprentice/distill";
 *
 * // What the run's student thinks that the teacher "dinov2" would say about images.
 * function asDinov2(run: string, images: torch.Tensor): torch.Tensor {
 *   using student = models.load(run);
 *   using heads = distill.loadHeads(`${run}/heads.safetensors`);
 *   return heads.of("dinov2").forward(student.features(images));
 * }
 * ```
 */
export class KeptHeads extends Module {
  /** The teachers, in the order of `pooled`. */
  readonly names: readonly string[];
  /** The heads to their features. */
  readonly pooled: ModuleList;
  /** The teachers whose patches there are heads to, in the order of `patches`. */
  readonly patchNames: readonly string[];
  /** The heads to their patches, channels last. */
  readonly patches: ModuleList;

  /** Makes heads of these sizes, by the teachers' names. */
  constructor(
    pooled: ReadonlyMap<string, HeadSizes>,
    patches: ReadonlyMap<string, HeadSizes>,
  ) {
    super();
    const list = (sizes: ReadonlyMap<string, HeadSizes>) =>
      new ModuleList([...sizes.values()].map((own) => new Head(own)));
    this.names = [...pooled.keys()];
    this.pooled = list(pooled);
    this.patchNames = [...patches.keys()];
    this.patches = list(patches);
  }

  /**
   * The head from the student's features (B, featureDim) to a teacher's.
   *
   * @throws {ArgumentError} if there is none.
   */
  of(name: string): Head {
    return found(this.pooled, this.names, name, "features");
  }

  /**
   * The head from the student's last map, channels last (…, C), to a teacher's patches.
   *
   * @throws {ArgumentError} if there is none.
   */
  ofPatches(name: string): Head {
    return found(this.patches, this.patchNames, name, "patches");
  }

  /** Heads are asked one by one: see {@linkcode KeptHeads.of}. @ignore */
  override forward(): never {
    throw new ArgumentError("Ask one head: heads.of(name).forward(features).");
  }
}

function found(heads: ModuleList, names: readonly string[], name: string, what: string): Head {
  const place = names.indexOf(name);
  if (place >= 0) return heads.at(place) as Head;
  throw new ArgumentError(
    `No head to the ${what} of a teacher "${name}" was kept: ${
      names.length === 0 ? "there is none" : `there are those to ${names.join(", ")}`
    }.`,
  );
}

/**
 * Reads the heads that `Agglomerative.saveHeads` wrote, or a run with `keepHeads`; on the CPU, in evaluation mode.
 *
 * @throws {FormatError} if the file is missing, is none of those, or does not fit together.
 * @throws {ChecksumError} if it is damaged.
 */
export function loadHeads(path: string): KeptHeads {
  const metadata = loadSafetensorsMetadata(path);
  const { format, version } = HEADS_FORMAT;
  if (metadata.format !== format || metadata.version !== version) {
    throw new FormatError(
      `${path} holds no heads that this version wrote: its format is ${
        metadata.format ?? "not said"
      }, version ${metadata.version ?? "not said"}. Give the file that saveHeads wrote.`,
    );
  }
  return scope(() => {
    const tensors = loadSafetensors(path);
    const sizes = (part: "pooled" | "patches") =>
      new Map(
        namesOf(path, metadata[part]).map((
          name,
          i,
        ) => [name, sizesOf(path, tensors, `${part}.${i}`)]),
      );
    const heads = skipped(() => new KeptHeads(sizes("pooled"), sizes("patches")));
    try {
      heads.loadStateDict(tensors);
    } catch (error) {
      heads.dispose();
      if (!(error instanceof ApprenticeError)) throw error;
      throw new FormatError(`${path} does not fit together: ${error.message}`, { cause: error });
    }
    return heads.eval();
  });
}

function namesOf(path: string, text: string | undefined): string[] {
  try {
    const names = JSON.parse(text ?? "");
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  } catch {
    // Said below.
  }
  throw new FormatError(`${path} does not say whose heads it holds. Write it anew with saveHeads.`);
}

function sizesOf(path: string, tensors: Record<string, Tensor>, prefix: string): HeadSizes {
  const shape = (key: string) => tensors[`${prefix}.${key}`]?.shape;
  const [output, hidden, norm] = ["output.weight", "hidden.weight", "norm.weight"].map(shape);
  if (output?.length !== 2 || (hidden !== undefined && hidden.length !== 2)) {
    throw new FormatError(
      `${path} lacks layers of the head ${prefix}. Write it anew with saveHeads.`,
    );
  }
  return {
    inputDim: hidden === undefined ? output[1] : hidden[1],
    hidden: hidden === undefined ? null : hidden[0],
    outputDim: output[0],
    norm: norm !== undefined,
  };
}
