/**
 * Builds the native library from its source.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { dirname } from "@std/path";
import { elfDamage } from "../../ffi/library_files.ts";
import { libraryFileName, type Libtorch } from "../../ffi/libtorch.ts";
import { nativeSourcesIn } from "../../ffi/locate.ts";
import { SetupError } from "../base/errors.ts";
import { makeFolder, temporaryName } from "../base/files.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { runCommand, tailOf } from "./commands.ts";
import {
  compileArguments,
  compileFile,
  type Compiler,
  linkArguments,
  rpathOf,
} from "./compiler.ts";
import { NATIVE_SOURCES } from "./native_sources.ts";
import type { Report } from "./report.ts";

/** One file of the native source. */
export interface SourceFile {
  /** The file's name in the folder `native`. */
  name: string;
  /** The file's content. */
  text: string;
}

/**
 * Reads the native source: from its folder, or from where the package was imported from.
 *
 * @param source The folder, ending in a slash.
 * @throws {SetupError} If a file cannot be had.
 */
export async function readSources(source: URL): Promise<SourceFile[]> {
  const names = source.protocol === "file:" ? nativeSourcesIn(source) : NATIVE_SOURCES;
  return await Promise.all(names.map(async (name) => {
    const url = new URL(name, source);
    try {
      if (url.protocol === "file:") return { name, text: await Deno.readTextFile(url) };
      const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
      const text = await textOf(response);
      if (!response.ok) throw new Error(`status ${response.status} ${response.statusText}`);
      return { name, text };
    } catch (error) {
      if (isNotAllowed(error)) throw error;
      throw new SetupError(
        `Cannot get the native source ${url.href}: ${(error as Error).message}. ` +
          "It comes with the package: check that the package is whole and can be reached.",
        { cause: error },
      );
    }
  }));
}

/** No file of the native source is larger, in bytes. */
const MOST_SOURCE = 4 << 20;

/** An answer's text, as far as source can be that long. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MOST_SOURCE) throw new Error(`it has more than ${MOST_SOURCE} characters`);
  }
  return text + decoder.decode();
}

/** What {@linkcode buildLibrary} needs to know. */
export interface BuildOptions {
  /** The folder of the native source. */
  source: URL;
  /** What to build against. */
  libtorch: Libtorch;
  /** What to build with. */
  compiler: Compiler;
  /** The folder to put the library into. */
  output: string;
  /** The folder in which object files are kept for the next build (`objects`), and the log of a failed one (`build.log`). */
  kept: string;
  /** Where to say what is being done. */
  report: Report;
  /** Whether the library is to serve in other places and on other machines, too (default false). */
  portable?: boolean;
}

/**
 * Compiles and links the native library. Object files of unchanged source are used again.
 *
 * @returns The library's path, in `output`.
 * @throws {SetupError} If the compiler refuses; the message ends with its last lines.
 */
export async function buildLibrary(options: BuildOptions): Promise<string> {
  const { libtorch, compiler, output, report } = options;
  const sources = await readSources(options.source);
  const units = sources.filter(({ name }) => name.endsWith(".cpp"));
  if (units.length === 0) {
    throw new SetupError(`There is no native source in ${options.source.href}.`);
  }
  // Written out in both cases: what is compiled is then exactly what was read, edits meanwhile or not.
  const folder = `${output}/source`;
  await makeFolder(folder);
  const objectFolder = `${options.kept}/objects`;
  await makeFolder(objectFolder);
  for (const { name, text } of sources) {
    await makeFolder(dirname(`${folder}/${name}`));
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }

  const flags = compileArguments(libtorch);
  const headers = sources.filter(({ name }) => !name.endsWith(".cpp"));
  const common = JSON.stringify([compiler, flags, libtorch, headers]);
  // Messages name the files that a reader can open, not the copies.
  const shown = options.source.protocol === "file:" ? fileURLToPath(options.source) : "";
  const log = new Log(`${options.kept}/build.log`, (text) => text.replaceAll(`${folder}/`, shown));
  const objects: string[] = new Array(units.length);
  const waiting: number[] = [];
  for (const [i, unit] of units.entries()) {
    objects[i] = `${objectFolder}/${await digest(common + JSON.stringify(unit))}.o`;
    try {
      // A kept object file's date tells when it was last of use.
      await Deno.utime(objects[i], new Date(), new Date());
      if (elfDamage(objects[i]) !== null) waiting.push(i);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      waiting.push(i);
    }
  }

  if (waiting.length > 0) {
    using counter = report.count("Compiling the native library", waiting.length, "files");
    const active = new Set<string>();
    let done = 0;
    const show = (): void => counter.update(done, [...active].join(", "));
    const ticking = setInterval(show, 1000);
    const worker = async (): Promise<void> => {
      for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
        const { name } = units[i];
        active.add(name);
        show();
        const temporary = temporaryName(objects[i]);
        const command = [
          ...compiler.command,
          ...flags,
          ...compileFile(`${folder}/${name}`, temporary),
        ];
        try {
          await compile(command, name, log);
          await Deno.rename(temporary, objects[i]);
        } catch (error) {
          waiting.length = 0; // the others need not begin another one
          throw error;
        } finally {
          await Deno.remove(temporary).catch(() => {});
        }
        active.delete(name);
        done++;
        show();
      }
    };
    try {
      const workers = Math.min(waiting.length, Math.max(1, navigator.hardwareConcurrency));
      const results = await Promise.allSettled(Array.from({ length: workers }, worker));
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
    } finally {
      clearInterval(ticking);
    }
    counter.finish("");
  }

  const library = `${output}/${libraryFileName("apprentice")}`;
  await compile(
    [
      ...compiler.command,
      ...linkArguments(libtorch, objects, library, rpathOf(libtorch, options.portable ?? false)),
    ],
    "the link",
    log,
  );
  await Deno.remove(folder, { recursive: true });
  return library;
}

/** Runs the compiler once. */
async function compile(command: string[], what: string, log: Log): Promise<void> {
  const result = await runCommand(command);
  const text = log.rename(result ? result.stderr + result.stdout : "the compiler is gone");
  log.add(command, text);
  if (result?.code === 0) return;
  const path = await log.write();
  const killed = result && result.code > 128
    ? ` (the compiler was ended by signal ${result.code - 128}: is there enough memory?)`
    : "";
  throw new SetupError(
    `The native library could not be built: the compiler refused ${what}${killed}.\n` +
      `${tailOf(text, 30)}\nEverything it said is in ${path}.`,
  );
}

/** Everything the compiler was told and said; written only if something fails. */
class Log {
  readonly rename: (text: string) => string;
  readonly #path: string;
  #text = "";

  constructor(path: string, rename: (text: string) => string) {
    this.#path = path;
    this.rename = rename;
  }

  add(command: string[], output: string): void {
    this.#text += `$ ${command.join(" ")}\n${output}\n`;
  }

  async write(): Promise<string> {
    await Deno.writeTextFile(this.#path, this.#text);
    return this.#path;
  }
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex().slice(0, 32);
}
