/**
 * What a file of a model is.
 *
 * @module
 */

import { badFile, FileReader } from "../archive/file_reader.ts";
import { isPickle, isSafetensors, otherFormat } from "../archive/other_formats.ts";
import { holdsProgram, modelFolders } from "../archive/pytorch/layout.ts";
import { readZipTable } from "../archive/zip_table.ts";
import { FormatError } from "../base/errors.ts";

/** A program of PyTorch, a model of ONNX, or weights only. */
export type FileKind = "torchscript" | "onnx" | "weights";

/**
 * Tells by its content, or its name, what a file of a model is.
 *
 * @throws {FormatError} if there is no such file, it is a damaged archive, or something that no model is.
 * @throws {FileError} if it cannot be read.
 */
export function fileKind(path: string): FileKind {
  if (/\.onnx$/i.test(path)) return "onnx";
  using file = new FileReader(path);
  const head = file.read(0, Math.min(512, file.size));
  if (head[0] !== 0x50 || head[1] !== 0x4b) {
    // An index of several files is JSON.
    const isKnown = isSafetensors(head) || isPickle(head) || path.endsWith(".json");
    const other = isKnown ? undefined : otherFormat(head);
    if (other !== undefined) throw new FormatError(`${path} is no model: it is ${other}.`);
    return "weights";
  }
  const entries = readZipTable(file, badFile(path, "PyTorch file"));
  const isScript = modelFolders(entries).some((folder) => holdsProgram(entries, folder));
  return isScript ? "torchscript" : "weights";
}
