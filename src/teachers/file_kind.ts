/**
 * What a file of a model is.
 *
 * @module
 */

import { badFile, FileReader } from "../checkpoints/file_reader.ts";
import { readZipEntries } from "../checkpoints/zip_archive.ts";

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
  const names = [...readZipEntries(file, badFile(path, "PyTorch file")).keys()];
  return names.some((name) => /^[^/]+\/constants\.pkl$/.test(name)) ? "torchscript" : "weights";
}
