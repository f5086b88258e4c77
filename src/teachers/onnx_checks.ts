/**
 * Whether the tensors of an ONNX model are what the model says of them.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import { FormatError } from "../base/errors.ts";
import { checkExternal, type ExternalFiles, folderOf } from "./onnx_external.ts";
import type { OnnxGraph } from "./onnx_names.ts";
import { relocated } from "./onnx_relocated.ts";
import { checkScale, scalesIn } from "./onnx_scales.ts";
import { type OnnxTensor, visitTensors } from "./onnx_tensors.ts";
import { Malformed } from "./onnx_wire.ts";

/** How many bits a value takes, by the number of its type in the ONNX format. */
const bitsOfTypes: Readonly<Record<number, number>> = {
  ...{ 1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64 },
  ...{ 14: 64, 15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8 },
};

/** A model whose tensors were looked at. */
export interface CheckedTensors {
  /** The model, as ONNX Runtime finds the files beside it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The folder of the files beside it, if there are any. */
  readonly folder: string | undefined;
  /** The files beside it that weights lie in. */
  readonly files: readonly string[];
}

/**
 * Checks the tensors in a model: each has as many bytes as its shape says, in the file or in one beside it, and those by
 * which numbers are quantized can be.
 *
 * @param bytes The model.
 * @param graph What was read of it.
 * @param path Its file.
 * @throws {FormatError} if a tensor has other bytes, or a file beside the model is too short or not meant to be read.
 * @throws {FileError} if such a file is not there.
 */
export function checkTensors(
  bytes: Uint8Array<ArrayBuffer>,
  graph: OnnxGraph,
  path: string,
): CheckedTensors {
  const files: ExternalFiles = { names: new Map(), sizes: new Map(), total: 0, declared: 0 };
  const scales = scalesIn(graph);
  try {
    visitTensors(bytes, (tensor) => {
      checkTensor(tensor, path, files);
      if (scales.has(tensor.name)) checkScale(tensor, path);
    });
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause;
    throw new FormatError(`${path} is no ONNX model, or is damaged: ${cause.message}.`, { cause });
  }
  const found = [...files.sizes.keys()].sort();
  if (files.names.size === 0) return { bytes, folder: files.folder, files: found };
  if (files.names.size < found.length) {
    throw new FormatError(
      `The ONNX model ${path} has weights in its folder and in another one. Put copies of all files in one folder.`,
    );
  }
  const folder = folderOf(Deno.realPathSync(path));
  return { bytes: relocated(bytes, files.names), folder, files: found };
}

function checkTensor(tensor: OnnxTensor, path: string, files: ExternalFiles): void {
  const { dims, type, raw, external, floats, listed } = tensor;
  const bad = (what: string): never => {
    throw new FormatError(
      `${path} is damaged: its tensor ${quote(tensor.name)} of shape [${dims.join(", ")}] ${what}.`,
    );
  };
  // A negative size is a large number, as numbers are written there.
  if (dims.some((size) => size >= 2 ** 53)) bad("has a size that no tensor has");
  const bits = bitsOfTypes[type];
  const values = dims.reduce((product, size) => product * size, 1);
  const size = bits === undefined ? undefined : Math.ceil(values * bits / 8);
  if (size !== undefined && size >= 2 ** 53) bad("is larger than any memory");
  if (external !== undefined) {
    checkExternal(tensor.name, external, size, path, files);
  } else if (size !== undefined && raw !== undefined) {
    if (raw.length !== size) bad(`has ${raw.length} bytes in place of ${size}`);
  } else if (size !== undefined && size > 0 && floats.length === 0 && !listed) {
    bad("has no values");
  }
}
