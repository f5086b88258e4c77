/**
 * Looks at a TorchScript file before libtorch does: a zip archive of weights and code, whose checksums
 * libtorch's own reader leaves unread. It believes the sizes in it, too: a tensor that reaches beyond its data would
 * read other memory.
 *
 * @module
 */

import { type Bad, FileReader } from "../archive/file_reader.ts";
import { otherFormat } from "../archive/other_formats.ts";
import { Cursor } from "../archive/pickle/cursor.ts";
import { Names } from "../archive/pytorch/names.ts";
import { archivedStorage } from "../archive/pytorch/storage.ts";
import { checkSum, readZipTable, unpackEntry, type ZipEntry } from "../archive/zip_table.ts";
import { FileError, FormatError } from "../errors.ts";
import { fileSizeSync, isMissing } from "../regular_files.ts";

/** The most bytes that the packed files, which are source code, may have when unpacked. */
const mostUnpacked = 256 * 2 ** 20;

/**
 * Checks that a file is a whole TorchScript archive: its table, the place and size of every file in it, every
 * checksum, and that every tensor lies within its data.
 *
 * @throws {FileError} if there is none, it is a folder, FIFO, socket or device, or it cannot be read.
 * @throws {FormatError} if it is damaged, or is something else: the message says what.
 */
export function checkScriptArchive(path: string): void {
  const bad: Bad = (what) => {
    throw new FormatError(
      `${path} is truncated or damaged: ${what}. Download or export it again.`,
    );
  };
  checkIsThere(path);
  using file = new FileReader(path, bad);
  const head = file.read(0, Math.min(file.size, 512));
  // The signature of a file's header, or of the end of an empty archive.
  if (head[0] !== 0x50 || head[1] !== 0x4b || head[2] > 6) {
    throw new FormatError(
      `${path} is no TorchScript file: it is ${otherFormat(head) ?? "not a zip archive"}.`,
    );
  }
  const files = readZipTable(file, bad);
  const folder = checkKind(path, files);
  // libtorch finds files by names in any case.
  if (new Set([...files.keys()].map((name) => name.toLowerCase())).size !== files.size) {
    bad("two files in it have the same name but for capitals");
  }
  let unpacked = 0;
  for (const entry of files.values()) {
    if (entry.deflated) unpacked += entry.size;
    if (unpacked > mostUnpacked) {
      throw new FormatError(
        `${path} holds more than 256 MiB of packed files, which code never is.`,
      );
    }
    checkSum(file, entry, bad);
  }
  // What else is pickled in there is not loaded.
  for (const part of ["data", "constants"]) {
    const unsound: Bad = (what) => {
      const said = what.replace(/^its pickle /, "it ");
      throw new FormatError(`${path} is damaged or made to do harm: in ${part}.pkl, ${said}.`);
    };
    const pickle = unpackEntry(file, files.get(`${folder}/${part}.pkl`)!, unsound);
    const data = { files, folder: `${folder}/${part}/` };
    new Names(path, unsound, "program")
      .read(Cursor.of(pickle, unsound), (id) => archivedStorage(id, data, unsound));
  }
}

/** Says of a file that is not there that it cannot be read, as of one that may not be. */
function checkIsThere(path: string): void {
  try {
    fileSizeSync(path);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new FileError(`There is no TorchScript file ${path}; check the path.`, { cause });
  }
}

/** Refuses what is no TorchScript; returns the folder that everything is in. */
function checkKind(path: string, files: ReadonlyMap<string, ZipEntry>): string {
  const names = [...files.keys()];
  const [folder = ""] = names[0]?.split("/") ?? [];
  const isOne = folder !== "" && names.every((name) => name.startsWith(`${folder}/`));
  const has = (name: string) => isOne && files.has(`${folder}/${name}`);
  const hasCode = names.some((name) => name.startsWith(`${folder}/code/`));
  if (has("data.pkl") && has("constants.pkl") && hasCode && !has("model.json")) return folder;
  const what = has("bytecode.pkl")
    ? "a PyTorch Mobile module without its code"
    : has("model.json")
    ? "a TorchScript file of PyTorch before 1.4: load and save it again with a newer one"
    : has("archive_format")
    ? "an archive of torch.export"
    : has("data.pkl")
    ? "a PyTorch checkpoint, which holds weights without code: load those into a model that is built here"
    : "a zip archive with something else in it";
  throw new FormatError(`${path} is no TorchScript file: it is ${what}.`);
}
