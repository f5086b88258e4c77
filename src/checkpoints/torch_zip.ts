/**
 * PyTorch's zip archives of a pickle and a file for every storage: what torch.save writes since version 1.6, and
 * TorchScript, of which only the weights are read.
 *
 * @module
 */

import { badFile, FileReader, quote } from "../archive/file_reader.ts";
import { Cursor } from "../archive/pickle/cursor.ts";
import { holdsProgram, modelFolders } from "../archive/pytorch/layout.ts";
import { Names } from "../archive/pytorch/names.ts";
import { archivedStorage } from "../archive/pytorch/storage.ts";
import type { Storage } from "../archive/pytorch/values.ts";
import { contentOf, readZipTable, unpackEntry, type ZipEntry } from "../archive/zip_table.ts";
import { FormatError } from "../base/errors.ts";
import { type ByteSource, MappedFile, UnpackedBytes } from "./bytes.ts";
import type { WeightsContent } from "./weights_file.ts";
import { namedTensors } from "./torch_tree.ts";

/** Names, shapes and numbers of the largest models take a few megabytes. */
const mostPickleBytes = 2 ** 26;

/** Whether a file that begins so is a zip archive. */
export function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

/** Reads the names and places of the tensors in an archive. No program in it is run. */
export function readTorchZip(file: FileReader, ignore: readonly string[]): WeightsContent {
  const { path } = file;
  const bad = badFile(path, "PyTorch checkpoint");
  const files = readZipTable(file, bad);
  const folders = modelFolders(files);
  if (folders.length !== 1) {
    throw new FormatError(
      `${path} is a zip archive, but not one of torch.save: it has ${
        folders.length === 0 ? "no file" : "several files"
      } data.pkl. Give the file of weights itself.`,
    );
  }
  const [folder] = folders;
  const order = files.get(`${folder}/byteorder`);
  if (order !== undefined) {
    const text = new TextDecoder().decode(unpackEntry(file, order, bad, 100)).trim();
    if (text !== "little") {
      throw new FormatError(
        `${path} was written with the byte order ${quote(text)}; only "little" can be read. ` +
          "Load and save it anew with PyTorch on an ordinary machine.",
      );
    }
  }
  const isScript = holdsProgram(files, folder);
  const data = { files, folder: `${folder}/data/` };
  const pickle = unpackEntry(file, files.get(`${folder}/data.pkl`)!, bad, mostPickleBytes);
  const value = new Names(path, bad, isScript ? "script" : "saved", ignore)
    .read(Cursor.of(pickle, bad), (id) => archivedStorage(id, data, bad));

  const mapped = new MappedFile(path, file.size);
  const places = new Map<string, { source: ByteSource; begin: number }>();
  const place = ({ key }: Storage): { source: ByteSource; begin: number } => {
    let found = places.get(key);
    if (found === undefined) {
      const entry = files.get(`${data.folder}${key}`);
      if (entry === undefined) found = { source: mapped, begin: 0 };
      else if (!entry.deflated) {
        found = { source: mapped, begin: contentOf(file, entry, bad).begin };
      } else found = { source: new UnpackedBytes(() => unpackLater(path, entry)), begin: 0 };
      places.set(key, found);
    }
    return found;
  };
  const format = isScript ? "torchscript" : "torch-zip";
  return { format, ...namedTensors(value, place, bad, isScript) };
}

function unpackLater(path: string, entry: ZipEntry): Uint8Array {
  using file = new FileReader(path);
  return unpackEntry(file, entry, badFile(path, "PyTorch checkpoint"));
}
