/**
 * Downloading one file of a hub into the cache: continued where it broke off, checked, whole or not at all.
 *
 * @module
 */

import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ChecksumError, FileError } from "../base/errors.ts";
import { checkTarget, makeFolder } from "../base/files.ts";
import { formatBytes } from "../base/text.ts";
import { LeastRate } from "../base/least_rate.ts";
import { isFile } from "../base/regular_files.ts";
import { fileProblem, removeLeftDownloads, type RepoCache } from "./cache.ts";
import { checkContent, checksumsOf, isChecksum } from "./checksum.ts";
import type { HubClient } from "./client.ts";
import { HubError, HubUnavailableError } from "./errors.ts";
import { isSafeETag, plainETag } from "./safe_names.ts";

/** Bytes after which a connection that broke counts as one that worked. */
const WORTH_IT = 1 << 20;
/** The most bytes of a file of which the hub does not say how large it is. */
const MOST_UNKNOWN = 256 << 20;
/** The bytes of such a file after which the room is looked at again, and the room that must be left. */
const CHECK_ROOM_EVERY = 16 << 20;
const SPARE = 64 << 20;

/** What a hub says of a file. */
export interface RemoteFile {
  /** The file's name in the repository. */
  readonly name: string;
  /** The file's address. */
  readonly url: string;
  /** What the hub calls the file's content. */
  readonly etag: string;
  /** The file's size in bytes, if the hub says. */
  readonly size: number | null;
}

/** What is asked of a connection. */
export interface Pace {
  /** Bytes a second below which it counts as broken off. */
  readonly leastRate: number;
  /** Milliseconds over which they are counted. */
  readonly rateWindow: number;
}

/** How far a file has come. */
export type OnBytes = (received: number, total: number | null) => void;

/**
 * Asks about a file.
 *
 * @param url The file's address.
 * @throws {HubError} If there is no answer that can be used.
 */
export function askAbout(client: HubClient, name: string, url: string): Promise<RemoteFile> {
  return client.retry(async () => {
    // Compressed, it would have another size.
    const headers = new Headers({ "accept-encoding": "identity" });
    using answer = await client.open(url, { method: "HEAD", headers }, true);
    const etag = plainETag(
      answer.header("x-linked-etag") ?? answer.response.headers.get("etag") ?? "",
    );
    if (!isSafeETag(etag)) {
      throw new HubError(
        etag === ""
          ? `The answer about ${name} has no ETag, so it does not come from a hub. Check HF_ENDPOINT and proxies.`
          : `The hub calls the content of ${name} "${etag}", which cannot be a file's name.`,
      );
    }
    const length = answer.header("x-linked-size") ??
      (answer.response.ok ? answer.response.headers.get("content-length") : null);
    const size = length !== null && /^\d+$/.test(length) ? Number(length) : null;
    return { name, url, etag, size };
  });
}

/**
 * Brings a file's content into the cache, unless it is there.
 *
 * @returns What the content is called in the cache, and whether it was not there.
 * @throws {HubError} If the hub does not give it.
 * @throws {ChecksumError} If what it gives is not what it said.
 * @throws {FileError} If the cache cannot be written or there is no room.
 */
export async function downloadBlob(
  client: HubClient,
  file: RemoteFile,
  cache: RepoCache,
  onBytes: OnBytes,
  pace: Pace,
  signal?: AbortSignal,
): Promise<{ blob: string; fresh: boolean }> {
  const path = cache.blob(file.etag);
  const known = isChecksum(file.etag);
  // What another file brought under an ETag that is no checksum may be anything.
  const isHere = async (): Promise<boolean> =>
    known && await isFile(path) && (file.size === null || await sizeOf(path) === file.size);
  const here = { blob: file.etag, fresh: false };
  if (await isHere()) return here;
  using lock = await cache.lock(file.etag, signal);
  if (await isHere()) return here;
  await makeFolder(dirname(path));
  await removeLeftDownloads(dirname(path));
  // Without a checksum parts of two versions could be put together, without a lock two processes' bytes.
  const kept = lock.locked && known;
  const part = `${path}${kept ? "" : `.${crypto.randomUUID().slice(0, 8)}`}.incomplete`;
  try {
    const found = await sizeOf(part);
    await receive(client, file, part, onBytes, pace);
    try {
      await checkContent(part, file.etag, file.name);
    } catch (error) {
      if (!(error instanceof ChecksumError)) throw fileProblem(part, error);
      await Deno.remove(part).catch(() => {});
      if (found === 0) throw error;
      // What an earlier call left was the damaged part, perhaps.
      await receive(client, file, part, onBytes, pace);
      await checkContent(part, file.etag, file.name);
    }
    const blob = known ? file.etag : (await checksumsOf(part, "sha256"))[0];
    await Deno.rename(part, cache.blob(blob)).catch((error) => {
      throw fileProblem(path, error);
    });
    return { blob, fresh: true };
  } catch (error) {
    if (!kept || error instanceof ChecksumError) await Deno.remove(part).catch(() => {});
    throw error;
  }
}

/** Fetches what is missing, over as many connections as it takes. */
async function receive(
  client: HubClient,
  file: RemoteFile,
  part: string,
  onBytes: OnBytes,
  pace: Pace,
): Promise<void> {
  for (let failures = 0;;) {
    const before = await sizeOf(part);
    try {
      return await receiveRest(client, file, part, before, onBytes, pace);
    } catch (error) {
      failures = await sizeOf(part) - before >= WORTH_IT ? 1 : failures + 1;
      await client.pauseAfter(error, failures);
    }
  }
}

/** Fetches what is missing, over one connection. */
async function receiveRest(
  client: HubClient,
  file: RemoteFile,
  part: string,
  before: number,
  onBytes: OnBytes,
  pace: Pace,
): Promise<void> {
  const { name, url, size } = file;
  let have = before;
  if (size !== null && have > size) have = 0;
  if (size !== null && have === size && size > 0) return;
  await checkRoom(part, size === null ? 0 : size - have, name);

  const headers = new Headers({ "accept-encoding": "identity" });
  if (have > 0) headers.set("range", `bytes=${have}-`);
  const answer = await client.open(url, { method: "GET", headers }).catch(async (error) => {
    if (!(error instanceof HubError && error.status === 416)) throw error;
    // What is here is no part of that file: from the beginning, then.
    await Deno.remove(part).catch(() => {});
    throw new HubUnavailableError(`${name} has no byte ${have}.`, { status: 416, cause: error });
  });
  using _ = answer;
  if (answer.response.status !== 206) have = 0;
  else if (!startsAt(answer.response.headers.get("content-range"), have)) {
    await Deno.remove(part).catch(() => {});
    throw new HubUnavailableError(`The hub sent another part of ${name} than was asked for.`);
  }

  using out = await openPart(part, have);
  onBytes(have, size);
  const most = size ?? MOST_UNKNOWN;
  const rate = new LeastRate(pace.leastRate, pace.rateWindow);
  let checked = have;
  for (let bytes = await answer.read(); bytes !== null; bytes = await answer.read()) {
    if (have + bytes.length > most) {
      out.truncateSync(0);
      throw new HubError(
        size !== null
          ? `The hub sent more of ${name} than the ${size} bytes it has. Try again.`
          : `The hub does not say how large ${name} is and sent more than ${
            formatBytes(MOST_UNKNOWN)
          }. Check HF_ENDPOINT and proxies, or fetch it in another way.`,
      );
    }
    if (size === null && have - checked > CHECK_ROOM_EVERY) {
      await checkRoom(part, SPARE, name);
      checked = have;
    }
    try {
      for (let at = 0; at < bytes.length;) at += await out.write(bytes.subarray(at));
    } catch (error) {
      throw fileProblem(part, error);
    }
    have += bytes.length;
    onBytes(have, size);
    const slow = have === size ? null : rate.add(bytes.length);
    if (slow !== null) {
      throw new HubUnavailableError(
        `The download of ${name} is too slow: ${slow}. Ask again to go on from there, or set the option leastRate.`,
      );
    }
  }
  if (size !== null && have !== size) {
    throw new HubUnavailableError(
      `The connection ended after ${have} of the ${size} bytes of ${name}. Ask again to go on from there.`,
    );
  }
  // Without this a power cut could leave the final name with an empty file.
  await out.syncData();
}

/** Whether a Content-Range begins where it was asked to. */
function startsAt(range: string | null, from: number): boolean {
  return Number(/^bytes (\d+)-/.exec(range ?? "")?.[1] ?? NaN) === from;
}

async function openPart(path: string, at: number): Promise<Deno.FsFile> {
  try {
    checkTarget(path);
    const file = await Deno.open(path, { write: true, create: true });
    await file.truncate(at);
    await file.seek(at, Deno.SeekMode.Start);
    return file;
  } catch (error) {
    throw fileProblem(path, error);
  }
}

/** Says at once what would fail after hours. */
async function checkRoom(path: string, bytes: number, name: string): Promise<void> {
  // Asking for the permission would interrupt who works at a terminal.
  if (
    Deno.permissions.querySync({ name: "sys", kind: "statfs" as "osRelease" }).state !== "granted"
  ) {
    return;
  }
  let free: number;
  try {
    const { bavail, bsize } = await statfs(dirname(path));
    free = bavail * bsize;
  } catch {
    return; // Some file systems do not say.
  }
  if (free >= bytes) return;
  throw new FileError(
    `No room for ${name}: ${formatBytes(bytes)} are missing and ${dirname(path)} has ${
      formatBytes(free)
    } left. ` +
      `Make room, or set HF_HOME or the option cacheDir to another disk.`,
  );
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return 0;
  }
}
