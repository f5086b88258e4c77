/**
 * A safetensors file as a checkpoint.
 *
 * @module
 */

import type { FileReader } from "../archive/file_reader.ts";
import { contiguousStrides } from "../archive/pytorch/arrangement.ts";
import { openFile, readHeader } from "../torch/safetensors.ts";
import { MappedFile } from "./bytes.ts";
import type { CheckpointContent } from "./checkpoint.ts";
import type { StoredTensor } from "./stored_tensor.ts";

/** Reads the names and places of the tensors in a safetensors file. */
export function readSafetensors(file: FileReader): CheckpointContent {
  using opened = openFile(file.path);
  const { entries, metadata, start } = readHeader(file.path, opened);
  const source = new MappedFile(file.path, file.size);
  const tensors = new Map<string, StoredTensor>();
  const skipped = new Map<string, string>();
  for (const { name, dtype, formatName, shape, begin } of entries) {
    if (dtype === null) {
      skipped.set(name, `has the dtype ${formatName}, which there is not here`);
      continue;
    }
    tensors.set(name, {
      dtype,
      shape,
      strides: contiguousStrides(shape),
      offset: 0,
      source,
      begin: start + begin,
    });
  }
  return { format: "safetensors", tensors, skipped, metadata };
}
