/**
 * What a file of a model is.
 *
 * @module
 */

import { badFile, FileReader } from "../archive/file_reader.ts";
import { holdsProgram, modelFolders } from "../archive/pytorch/layout.ts";
import { readZipTable } from "../archive/zip_table.ts";

/** A program of PyTorch, a model of ONNX, or weights only. */
export type FileKind = "torchscript" | "onnx" | "weights";

/**
 * Tells by its content, or its name, what a file of a model is.
 *
 * @throws {FormatError} if there is no such file, or it is a damaged archive.
 * @throws {FileError} if it cannot be read.
 */
export function fileKind(path: string): FileKind {
  if (/\.onnx$/i.test(path)) return "onnx";
  using file = new FileReader(path);
  const [p, k] = file.read(0, Math.min(2, file.size));
  if (p !== 0x50 || k !== 0x4b) return "weights";
  const entries = readZipTable(file, badFile(path, "PyTorch file"));
  const isScript = modelFolders(entries).some((folder) => holdsProgram(entries, folder));
  return isScript ? "torchscript" : "weights";
}
