/**
 * A safetensors file as a checkpoint.
 *
 * @module
 */

import type { FileReader } from "../archive/file_reader.ts";
import { contiguousStrides } from "../archive/pytorch/arrangement.ts";
import { openFileSync } from "../regular_files.ts";
import { readHeader } from "../torch/safetensors.ts";
import { MappedFile } from "./bytes.ts";
import type { CheckpointContent } from "./checkpoint.ts";
import type { StoredTensor } from "./stored_tensor.ts";

/** Reads the names and places of the tensors in a safetensors file. */
export function readSafetensors(file: FileReader): CheckpointContent {
  using opened = openFileSync(file.path);
  const { entries, metadata, start } = readHeader(file.path, opened);
  const source = new MappedFile(file.path, file.size);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin } of entries) {
    tensors.set(name, {
      dtype,
      shape,
      strides: contiguousStrides(shape),
      offset: 0,
      source,
      begin: start + begin,
    });
  }
  return { format: "safetensors", tensors, metadata };
}
