/**
 * Opens a library in a process of its own and asks what it is: one that cannot be opened, or brings the
 * process down, does no harm then.
 *
 * @module
 */

import type { Libtorch } from "../../ffi/libtorch.ts";
import { LibraryError } from "../base/errors.ts";
import { runCommand, tailOf } from "./commands.ts";

/** What a library that was opened says. */
export interface LibraryFacts {
  /** The version of the C interface, on which the library and the TypeScript side agree. */
  abi: number;
  /** The version of libtorch that was loaded with it. */
  libtorch: string;
  /** Which instructions of the processor libtorch uses: `"AVX512"`. */
  cpu: string;
  /** How many threads libtorch uses. */
  threads: number;
  /** How many CUDA devices libtorch sees. */
  cudaDevices: number;
}

/** Marks the line with the facts: libraries that are loaded may print what they like. */
const MARK = "apprentice-facts:";

/**
 * Opens a library in a child process and asks what it is.
 *
 * @param libtorch The libtorch that it uses, where Windows has to be told.
 * @throws {LibraryError} If it cannot be opened, with what the system said.
 */
export async function probeLibrary(path: string, libtorch?: Libtorch): Promise<LibraryFacts> {
  const folders: Record<string, string> = Deno.build.os === "windows" && libtorch
    ? { PATH: `${libtorch.path}/lib;${Deno.env.get("PATH") ?? ""}` }
    : {};
  const result = await runCommand([
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-config",
    "--no-lock",
    "--allow-all",
    import.meta.resolve("./probe_main.ts"),
    MARK,
  ], { env: { ...folders, APPRENTICE_LIBRARY: path, NO_COLOR: "1" } });
  const line = result?.stdout.split("\n").find((line) => line.startsWith(MARK));
  if (result?.code === 0 && line) return JSON.parse(line.slice(MARK.length)) as LibraryFacts;
  const said = result && tailOf(result.stderr, 10);
  throw new LibraryError(
    `The native library ${path} cannot be used: ` +
      (said ||
        (result ? `the process that opened it ended with status ${result.code}` : "no Deno")),
  );
}
