/**
 * Downloading one large file over HTTP, with a bar, giving up soon where nothing answers, and going on
 * where it was cut off.
 *
 * @module
 */

import { SetupError } from "../base/errors.ts";
import { LEAST_RATE, LeastRate, RATE_WINDOW } from "../base/least_rate.ts";
import { checkTarget } from "../base/files.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import type { Report } from "./report.ts";

/** How long to wait, and for what. */
export interface DownloadOptions {
  /** Milliseconds until the server must have answered (default 10 s). */
  connectTimeout?: number;
  /** Milliseconds without a byte after which the connection counts as lost (default 30 s). */
  idleTimeout?: number;
  /** Bytes a second below which the connection counts as lost (default 1024; 0 for any). */
  leastRate?: number;
  /** Milliseconds over which that rate is taken (default 30 s). */
  rateWindow?: number;
  /** The most bytes that the file may have (default 4 GiB). */
  atMost?: number;
  /** How often to go on after the connection was lost (default 3). */
  retries?: number;
}

/**
 * Downloads a file. What an earlier, interrupted call left under `path` is kept and continued, so `path`
 * should be a name for unfinished files, and the result be checked by its checksum.
 *
 * @throws {SetupError} If nothing answers, the answer is not the file, or the connection is lost too often.
 */
export async function download(
  url: string,
  path: string,
  report: Report,
  text: string,
  options: DownloadOptions = {},
): Promise<void> {
  const { retries = 3 } = options;
  for (let lost = 0;;) {
    const before = await sizeOf(path);
    try {
      await downloadRest(url, path, report, text, options);
      return;
    } catch (error) {
      if (isNotAllowed(error) || error instanceof TooLarge) throw error;
      // Only a connection that brought something is worth another try.
      if (await sizeOf(path) === before || ++lost > retries) {
        throw error instanceof SetupError
          ? error
          : new SetupError(`${url}: ${reasonOf(error)}`, { cause: error });
      }
      report.line(`  the connection was lost (${reasonOf(error)}); going on`);
    }
  }
}

/** No file that set-up fetches is larger: libtorch for the CPU has a tenth of that. */
const MOST_BYTES = 2 ** 32;

/** Going on would not help. */
class TooLarge extends SetupError {
  constructor(url: string, atMost: number) {
    super(`${url} is larger than ${atMost} bytes, so it is not the file that is wanted`);
    this.name = "SetupError";
  }
}

/** Fetches what is missing, over one connection. */
async function downloadRest(
  url: string,
  path: string,
  report: Report,
  text: string,
  options: DownloadOptions,
): Promise<void> {
  const { connectTimeout = 10_000, idleTimeout = 30_000, atMost = MOST_BYTES } = options;
  const { leastRate = LEAST_RATE, rateWindow = RATE_WINDOW } = options;
  const abort = new AbortController();
  const giveUp = (after: number): ReturnType<typeof setTimeout> =>
    setTimeout(() => abort.abort(new Error(`no answer within ${after / 1000} s`)), after);

  let have = await sizeOf(path);
  let timer = giveUp(connectTimeout);
  try {
    const response = await fetch(url, {
      signal: abort.signal,
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
    });
    if (response.status === 416) {
      // It is all there already, or it is not a part of this file: the checksum will tell.
      await response.body?.cancel();
      return;
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new SetupError(`${url}: the server answered ${response.status} ${response.statusText}`);
    }
    if (response.status !== 206) have = 0;
    const length = Number(response.headers.get("content-length") ?? NaN);
    const total = Number.isFinite(length) ? have + length : undefined;
    if ((total ?? 0) > atMost) throw new TooLarge(url, atMost);
    const rate = new LeastRate(leastRate, rateWindow);
    checkTarget(path);
    using file = await Deno.open(path, { write: true, create: true });
    await file.truncate(have);
    await file.seek(have, Deno.SeekMode.Start);
    using counter = report.count(text, total, "bytes");
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = giveUp(idleTimeout);
      if (have + chunk.length > atMost) {
        file.truncateSync(0);
        throw new TooLarge(url, atMost);
      }
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
      have += chunk.length;
      counter.update(have);
      const slow = have === total ? null : rate.add(chunk.length);
      if (slow !== null) throw new Error(slow);
    }
    if (total !== undefined && have !== total) {
      throw new Error(`got ${have} of ${total} bytes`);
    }
    counter.finish();
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong, down to the cause: "fetch failed" alone tells nobody anything. */
function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) reasons.push(at.message);
  return reasons.join(": ") || String(error);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (isNotAllowed(error)) throw error;
    return 0;
  }
}
