/**
 * A safetensors file as published weights.
 *
 * @module
 */

import type { FileReader } from "../archive/file_reader.ts";
import { contiguousStrides } from "../archive/pytorch/arrangement.ts";
import { openFileSync } from "../base/regular_files.ts";
import { readHeader } from "../torch/safetensors_read.ts";
import { checkTensorBytes } from "../torch/safetensors_checksums.ts";
import type { Tensor } from "../torch/mod.ts";
import { type ByteSource, MappedFile } from "./bytes.ts";
import type { WeightsContent } from "./weights_file.ts";
import type { StoredTensor } from "./stored_tensor.ts";

/** Reads the names and places of the tensors in a safetensors file. */
export function readSafetensors(file: FileReader): WeightsContent {
  using opened = openFileSync(file.path);
  const { entries, metadata, start, checksums } = readHeader(file.path, opened);
  const source = new MappedFile(file.path, file.size);
  const tensors = new Map<string, StoredTensor>();
  const skipped = new Map<string, string>();
  for (const [i, { name, dtype, formatName, shape, begin, end }] of entries.entries()) {
    if (dtype === null) {
      skipped.set(name, `has the dtype ${formatName}, which there is not here`);
      continue;
    }
    tensors.set(name, {
      dtype,
      shape,
      strides: contiguousStrides(shape),
      offset: 0,
      source: checksums === undefined
        ? source
        : new CheckedBytes(source, start + begin, start + end, (bytes) => {
          checkTensorBytes(file.path, name, bytes, checksums[i]);
        }),
      begin: start + begin,
    });
  }
  return { format: "safetensors", tensors, skipped, metadata };
}

/** The bytes of one tensor, looked at for damage before they are first given out. */
class CheckedBytes implements ByteSource {
  readonly mapped = true;
  #checked = false;

  constructor(
    readonly source: MappedFile,
    readonly begin: number,
    readonly end: number,
    readonly check: (bytes: Uint8Array) => void,
  ) {}

  view(begin: number, end: number): Tensor {
    if (!this.#checked) {
      using all = this.source.view(this.begin, this.end);
      this.check(all.data() as Uint8Array);
      this.#checked = true;
    }
    return this.source.view(begin, end);
  }

  release(): void {
    this.source.release();
  }
}
