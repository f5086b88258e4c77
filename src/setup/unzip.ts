/**
 * Unpacking a zip archive, such as a Python wheel, without holding it in memory.
 *
 * @module
 */

import { type Bad, FileReader } from "../archive/file_reader.ts";
import { contentOf, readZipTable, type ZipEntry } from "../archive/zip_table.ts";
import { FormatError } from "../base/errors.ts";

/** How much is read at once. */
const pieceBytes = 1 << 18;

/**
 * Unpacks files of an archive.
 *
 * @param archive The archive's path.
 * @param folder Where to put them.
 * @param where Given a file's name in the archive, its path below `folder`, such as the name or its end, or undefined
 * to leave it out.
 * @param onBytes Called now and then with the number of unpacked bytes so far and how many there will be.
 * @returns How many files were unpacked.
 * @throws {FormatError} If the archive is truncated or damaged, or a path leads out of `folder`.
 */
export async function unzip(
  archive: string,
  folder: string,
  where: (name: string) => string | undefined,
  onBytes: (done: number, total: number) => void = () => {},
): Promise<number> {
  const bad: Bad = (what) => {
    throw new FormatError(
      `${archive}: not a zip archive, or truncated or damaged (${what}). Fetch it again.`,
    );
  };
  using file = new FileReader(archive, bad);
  const wanted: { entry: ZipEntry; path: string }[] = [];
  for (const entry of readZipTable(file, bad).values()) {
    const path = entry.name.endsWith("/") ? undefined : where(entry.name);
    if (path !== undefined) wanted.push({ entry, path });
  }
  const total = wanted.reduce((sum, { entry }) => sum + entry.size, 0);
  let done = 0;
  const made = new Set<string>();
  for (const { entry, path } of wanted) {
    const target = `${folder}/${path}`;
    const parent = target.slice(0, target.lastIndexOf("/"));
    if (!made.has(parent)) await Deno.mkdir(parent, { recursive: true });
    made.add(parent);
    using output = await Deno.open(target, { write: true, createNew: true });
    let size = 0;
    for await (const chunk of content(file, entry, bad)) {
      size += chunk.length;
      if (size > entry.size) break;
      for (let at = 0; at < chunk.length;) at += output.writeSync(chunk.subarray(at));
      onBytes(done + size, total);
    }
    if (size !== entry.size) bad(`${entry.name} is not of the size it claims`);
    done += size;
  }
  return wanted.length;
}

/** A file's content, unpacked, piece by piece. */
async function* content(file: FileReader, entry: ZipEntry, bad: Bad): AsyncGenerator<Uint8Array> {
  const { begin, end } = contentOf(file, entry, bad);
  let at = begin;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (at >= end) return controller.close();
      const piece = file.read(at, Math.min(pieceBytes, end - at));
      at += piece.length;
      controller.enqueue(piece);
    },
  });
  const unpacked = entry.deflated
    ? packed.pipeThrough(new DecompressionStream("deflate-raw"))
    : packed;
  try {
    yield* unpacked;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    bad(`${entry.name}: ${(error as Error).message}`);
  }
}
