/**
 * Looks at a TorchScript file before libtorch does: a zip archive of weights and code, whose checksums
 * libtorch's own reader leaves unread. It believes the sizes in it, too: a tensor that reaches beyond its data would
 * read other memory; and it follows whatever is nested as deep as it goes, until the stack is used up.
 *
 * libtorch reads two pickles in it, `data.pkl` and `constants.pkl`, and the code. What else may be pickled in there, the
 * inputs of a trace and where the code came from, it is told not to read or reads only when asked for it.
 *
 * @module
 */

import { type Bad, FileReader, quote } from "../archive/file_reader.ts";
import { otherFormat } from "../archive/other_formats.ts";
import { Cursor } from "../archive/pickle/cursor.ts";
import { checkCode, type DefinitionStart } from "../archive/pytorch/code.ts";
import { Names } from "../archive/pytorch/names.ts";
import { checkReferences, type Source } from "../archive/pytorch/references.ts";
import { archivedStorage } from "../archive/pytorch/storage.ts";
import { checkSum, readZipTable, unpackEntry, type ZipEntry } from "../archive/zip_table.ts";
import { FileError, FormatError } from "../base/errors.ts";
import { fileSizeSync, isMissing } from "../base/regular_files.ts";

/** The most bytes that a file of code or a pickle may have. */
const mostPartBytes = 2 ** 26;

/** Modules lie in each other a dozen deep, and each takes a few values for one. */
const mostDepth = 256;

/** What the values of a pickle may take in any case, and for every byte of it in the file. */
const budget = { usual: 2 ** 26, each: 64 };

/** How many words code may have in any case, and how many bytes of the file another one takes. */
const words = { usual: 250_000, bytesEach: 8 };

/** A storage that several tensors refer to is written once, and referred to by what the pickle has stored. */
const mostReadAgain = 2 ** 24;

/**
 * Checks that a file is a whole TorchScript archive: its table, the place and size of every file in it, every
 * checksum, that every tensor lies within its data, and that nothing in it is nested or long enough to take libtorch's
 * stack or all memory.
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
    const other = otherFormat(head);
    throw new FormatError(
      `${path} is no TorchScript file: it is not a zip archive${
        other === undefined ? "" : ` but ${other}`
      }.`,
    );
  }
  const files = readZipTable(file, bad);
  const folder = checkKind(path, files);
  // libtorch finds files by names in any case.
  if (new Set([...files.keys()].map((name) => name.toLowerCase())).size !== files.size) {
    bad("two files in it have the same name but for capitals");
  }
  for (const entry of files.values()) checkSum(file, entry, bad);
  for (const part of ["data", "constants"]) checkPickle(file, files, folder, part);
  checkPrograms(file, files, folder);
}

/** The error for a part that is not what libtorch should see. */
function unsoundPart(path: string, part: string): Bad {
  return (what) => {
    const said = what.replace(/^its (pickle|code) /, "it ");
    throw new FormatError(`${path} is damaged or made to do harm: in ${part}, ${said}.`);
  };
}

function checkPickle(
  file: FileReader,
  files: ReadonlyMap<string, ZipEntry>,
  folder: string,
  part: string,
): void {
  const unsound = unsoundPart(file.path, `${part}.pkl`);
  const entry = files.get(`${folder}/${part}.pkl`)!;
  const pickle = unpackEntry(file, entry, unsound, mostPartBytes);
  const data = { files, folder: `${folder}/${part}/` };
  const read = new Set<string>();
  let readAgain = 0;
  new Names(file.path, unsound, "program").read(Cursor.of(pickle, unsound), (id) => {
    const storage = archivedStorage(id, data, unsound);
    // libtorch reads it into memory of its own every time.
    if (read.has(storage.key)) readAgain += storage.bytes;
    if (readAgain > mostReadAgain) {
      unsound(`it refers to the storage ${quote(storage.key)} again and again`);
    }
    read.add(storage.key);
    return storage;
  }, { bytes: budget.usual + budget.each * entry.packedSize, depth: mostDepth });
}

/** Checks the source code. libtorch finds it by the names of modules, in any case. */
function checkPrograms(
  file: FileReader,
  files: ReadonlyMap<string, ZipEntry>,
  folder: string,
): void {
  const sources = new Map<string, Source>();
  const mostWords = words.usual + file.size / words.bytesEach;
  let count = 0;
  let bytes = 0;
  for (const [name, entry] of files) {
    const inner = name.slice(folder.length + 1);
    const module = /^code\/(.*)\.py$/is.exec(inner)?.[1];
    if (module === undefined) continue;
    const unsound = unsoundPart(file.path, inner);
    if (module === "" || module.endsWith("/")) unsound("there is code of no module");
    bytes += entry.size;
    if (bytes > mostPartBytes) unsound(`it has, with the code before it, ${bytes} bytes`);
    const code = unpackEntry(file, entry, unsound);
    const definitions: DefinitionStart[] = [];
    count += checkCode(code, unsound, definitions);
    if (count > mostWords) {
      unsound(
        `it has, with the code before it, ${count} words, which is too much for a file of ${file.size} bytes`,
      );
    }
    const text = new TextDecoder("latin1").decode(code);
    sources.set(module.replaceAll("/", "."), { code: text, definitions });
  }
  const unsound = unsoundPart(file.path, "code");
  try {
    checkReferences(sources, unsound);
  } catch (error) {
    // What a regular expression gives up on.
    if (!(error instanceof RangeError)) throw error;
    unsound("it has names or texts that are longer than those of any program that was exported");
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
    ? "a PyTorch checkpoint, which holds weights without code: load those into a model that is built here " +
      "(a TorchScript file looks so, too, if an error ended torch.jit.save)"
    : "a zip archive with something else in it";
  throw new FormatError(`${path} is no TorchScript file: it is ${what}.`);
}
