/**
 * Where the bytes of stored tensors come from: a mapped file, or memory that was unpacked.
 *
 * @module
 */

import { badFile } from "../archive/file_reader.ts";
import { fileSizeSync } from "../base/regular_files.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";

/** Bytes as tensors of uint8. */
export interface ByteSource {
  /** Whether the bytes are a file's own pages: it then costs nothing to release and view them again. */
  readonly mapped: boolean;
  /** The bytes from `begin` to `end`, without a copy. They stay good after {@linkcode ByteSource.release}. */
  view(begin: number, end: number): Tensor;
  /** Gives back what this source itself holds; it is fetched again when it is needed. */
  release(): void;
}

/**
 * A file in memory by the system's mapping: pages are read when they are touched, and belong to the system's
 * cache until they are written to; then the writer has a page of his own and the file stays as it is.
 */
export class MappedFile implements ByteSource {
  readonly mapped = true;
  readonly #path: string;
  readonly #size: number;
  #whole: Tensor | null = null;

  /** Takes the file's path and its size, up to which it must still reach when it is mapped. */
  constructor(path: string, size: number) {
    this.#path = path;
    this.#size = size;
  }

  view(begin: number, end: number): Tensor {
    if (this.#whole === null) {
      // Mapping a file that became shorter would end the process at the first page that is not there.
      if (fileSizeSync(this.#path) < this.#size) {
        badFile(this.#path)("it became shorter since it was opened");
      }
      this.#whole = torch.keep(
        torch.call("aten::from_file", this.#path, false, this.#size, { dtype: "uint8" }) as Tensor,
      );
    }
    return this.#whole.narrow(0, begin, end - begin);
  }

  release(): void {
    this.#whole?.dispose();
    this.#whole = null;
  }
}

/** Bytes that `unpack` makes when they are first asked for. */
export class UnpackedBytes implements ByteSource {
  readonly mapped = false;
  readonly #unpack: () => Uint8Array;
  #whole: Tensor | null = null;

  /** Takes the function that makes the bytes. */
  constructor(unpack: () => Uint8Array) {
    this.#unpack = unpack;
  }

  view(begin: number, end: number): Tensor {
    this.#whole ??= torch.keep(torch.tensor(this.#unpack()));
    return this.#whole.narrow(0, begin, end - begin);
  }

  release(): void {
    this.#whole?.dispose();
    this.#whole = null;
  }
}
