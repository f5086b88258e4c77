/**
 * PyTorch's format since version 1.6: a zip archive of a pickle and a file for every storage.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { type ByteSource, MappedFile, UnpackedBytes } from "./bytes.ts";
import type { CheckpointContent } from "./checkpoint.ts";
import { badFile, FileReader, quote } from "./file_reader.ts";
import { Names } from "./pickle/allowed.ts";
import { Cursor } from "./pickle/cursor.ts";
import { Storage } from "./pickle/torch_values.ts";
import { unpickle } from "./pickle/unpickler.ts";
import type { PickleValue } from "./pickle/values.ts";
import { namedTensors, storageClaim } from "./torch_tree.ts";
import { contentOf, readZipEntries, unpackEntry, type ZipEntry } from "./zip_archive.ts";

/** Names, shapes and numbers of the largest models take a few megabytes. */
const mostPickleBytes = 2 ** 26;

/** Whether a file that begins so is a zip archive. */
export function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

/** Reads the names and places of the tensors in a file of torch.save. */
export function readTorchZip(file: FileReader, ignore: readonly string[]): CheckpointContent {
  const { path } = file;
  const bad = badFile(path, "PyTorch checkpoint");
  const entries = readZipEntries(file, bad);
  const folder = findFolder(path, entries);
  const order = entries.get(`${folder}/byteorder`);
  if (order !== undefined) {
    const text = new TextDecoder().decode(unpackEntry(file, order, bad, 100)).trim();
    if (text !== "little") {
      throw new FormatError(
        `${path} was written with the byte order ${quote(text)}; only "little" can be read. ` +
          "Load and save it anew with PyTorch on an ordinary machine.",
      );
    }
  }
  const storages = new Map<string, Storage>();
  const persistent = (id: PickleValue): Storage => {
    const { key, dtype, bytes, view } = storageClaim(id, bad);
    const known = storages.get(key);
    if (known !== undefined) {
      if (known.bytes !== bytes) bad(`the storage ${quote(key)} has two sizes`);
      // The same bytes, perhaps as another type.
      return known.dtype === dtype ? known : new Storage(key, dtype, 0, bytes);
    }
    if (view !== null) bad(`the storage ${quote(key)} is a part of another`);
    const size = entries.get(`${folder}/data/${key}`)?.size ?? 0;
    if (size !== bytes) {
      bad(`the storage ${quote(key)} claims ${bytes} bytes, and its file has ${size}`);
    }
    const storage = new Storage(key, dtype, 0, bytes);
    storages.set(key, storage);
    return storage;
  };
  const pickle = unpackEntry(file, entries.get(`${folder}/data.pkl`)!, bad, mostPickleBytes);
  const names = new Names(path, bad, ignore);
  const meanings = { find: (name: string) => names.find(name), persistent };
  const value = names.check(() => unpickle(Cursor.of(pickle, bad), meanings, bad));

  const mapped = new MappedFile(path, file.size);
  const places = new Map<string, { source: ByteSource; begin: number }>();
  const place = ({ key }: Storage): { source: ByteSource; begin: number } => {
    let found = places.get(key);
    if (found === undefined) {
      const entry = entries.get(`${folder}/data/${key}`);
      if (entry === undefined) found = { source: mapped, begin: 0 };
      else if (!entry.deflated) {
        found = { source: mapped, begin: contentOf(file, entry, bad).begin };
      } else found = { source: new UnpackedBytes(() => unpackLater(path, entry)), begin: 0 };
      places.set(key, found);
    }
    return found;
  };
  return { format: "torch-zip", ...namedTensors(value, place, bad) };
}

function unpackLater(path: string, entry: ZipEntry): Uint8Array {
  using file = new FileReader(path);
  return unpackEntry(file, entry, badFile(path, "PyTorch checkpoint"));
}

/** The one folder of the archive, which is called after the file when PyTorch writes it. */
function findFolder(path: string, entries: ReadonlyMap<string, ZipEntry>): string {
  const folders = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name))
    .map((name) => name.split("/")[0]);
  if (folders.length !== 1) {
    throw new FormatError(
      `${path} is a zip archive, but not one of torch.save: it has ${
        folders.length === 0 ? "no file" : "several files"
      } data.pkl. Give the file of weights itself.`,
    );
  }
  const [folder] = folders;
  if (entries.has(`${folder}/constants.pkl`) || entries.has(`${folder}/code/`)) {
    throw new FormatError(
      `${path} is a TorchScript archive: a program with its weights. Load it with torch.loadScript(path).`,
    );
  }
  return folder;
}
