/**
 * Published weights: named tensors in a file, or in several, of any format that they are published in.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import type { DType } from "../base/dtypes.ts";
import { ArgumentError, DTypeError } from "../base/errors.ts";
import type { Tensor } from "../torch/mod.ts";
import { materialize, type StoredTensor } from "./stored_tensor.ts";

/** What published weights were written as: `torch-legacy` is PyTorch's format before version 1.6; of `torchscript` only the weights are read. */
export type WeightsFormat =
  | "safetensors"
  | "safetensors-sharded"
  | "torch-zip"
  | "torch-legacy"
  | "torch-sharded"
  | "torchscript";

/** What a file holds beside its tensors, as far as these are plain values. */
export type WeightsMetadata = Readonly<Record<string, string | number | boolean>>;

/** What the readers of the formats find in a file. */
export interface WeightsContent {
  /** The format that the weights were written in. */
  readonly format: WeightsFormat;
  /** The tensors by name. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The tensors that cannot be read, with what is said of them. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Plain values that lie beside them. */
  readonly metadata: WeightsMetadata;
}

/**
 * Published weights, opened by {@linkcode openWeights}. Tensors are read when they are asked for. The
 * tensors of nested dicts and modules have dotted names: `state_dict.module.conv1.weight`.
 */
export class WeightsFile implements Disposable {
  /** The file, index or folder that was opened. */
  readonly path: string;
  /** The format that the weights were written in. */
  readonly format: WeightsFormat;
  /** The names of its tensors, in the order of the file. */
  readonly names: readonly string[];
  /** What the files hold beside tensors, as far as that is plain values: a safetensors file's metadata, or epochs and the like. */
  readonly metadata: WeightsMetadata;
  /** Tensors that are there and cannot be read (sparse and quantized ones, say), by name, with the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** How many bytes the files have that the tensors are in. */
  readonly bytes: number;
  readonly #tensors: ReadonlyMap<string, StoredTensor>;

  /** Wraps what a reader found; use {@linkcode openWeights}. @ignore */
  constructor(path: string, content: WeightsContent, bytes: number) {
    this.path = path;
    this.bytes = bytes;
    this.format = content.format;
    this.names = [...content.tensors.keys()];
    this.metadata = content.metadata;
    this.skipped = content.skipped;
    this.#tensors = content.tensors;
  }

  /** Where a tensor lies. @ignore */
  stored(name: string): StoredTensor {
    const found = this.#tensors.get(name);
    if (found !== undefined) return found;
    const why = this.skipped.get(name);
    if (why !== undefined) {
      throw new DTypeError(`The tensor ${quote(name)} of ${this.path} ${why}.`);
    }
    const shown = this.names.slice(0, 10).map(quote).join(", ") || "none";
    throw new ArgumentError(
      `${this.path} has no tensor ${quote(name)}; it has ${shown}${
        this.names.length > 10 ? `, … (${this.names.length} in all)` : ""
      }.`,
    );
  }

  /**
   * The shape of a tensor.
   *
   * @throws {ArgumentError} if there is none of this name.
   */
  shape(name: string): number[] {
    return [...this.stored(name).shape];
  }

  /**
   * The element type of a tensor.
   *
   * @throws {ArgumentError} if there is none of this name.
   */
  dtype(name: string): DType {
    return this.stored(name).dtype;
  }

  /**
   * A tensor on the CPU. Where the file allows it is the file's own pages, mapped into memory: nothing is read
   * before it is used, and what is written to the tensor never reaches the file. It lives on when the file is
   * disposed of. While it is alive the file must not be made shorter by others (replacing it is fine).
   *
   * @throws {ArgumentError} if there is none of this name.
   * @throws {DTypeError} if it is one of {@linkcode WeightsFile.skipped}.
   */
  tensor(name: string): Tensor {
    return materialize(this.stored(name));
  }

  /** Lets go of the file. Tensors that were read stay good. */
  dispose(): void {
    for (const { source } of this.#tensors.values()) source.release();
  }

  /** Same as {@linkcode WeightsFile.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
