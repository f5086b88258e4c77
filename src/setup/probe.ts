/**
 * Opens a library in a process of its own and asks what it is: one that cannot be opened, or brings the
 * process down, does no harm then.
 *
 * @module
 */

import type { Libtorch } from "../../ffi/libtorch.ts";
import { isCompiled } from "../base/compiled.ts";
import { LibraryError } from "../base/errors.ts";
import { runCommand, tailOf } from "./commands.ts";
import type { LibraryFacts } from "./library_facts.ts";

/** Marks the line with the facts: libraries that are loaded may print what they like. */
const MARK = "apprentice-facts:";

/**
 * Opens a library in a child process and asks what it is. A compiled program has no Deno to start one with, and opens it
 * itself: it stays open then, and is the one that this program uses.
 *
 * @param libtorch What it was built against, if that is known.
 * @throws {LibraryError} If it cannot be opened, with what the system said.
 */
export async function probeLibrary(path: string, libtorch?: Libtorch): Promise<LibraryFacts> {
  if (isCompiled()) {
    const { libraryFacts } = await import("./library_facts.ts");
    return libraryFacts({ library: path, libtorch, searched: [] });
  }
  // Windows has to be told where to look; the other systems' libraries say so themselves.
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
    JSON.stringify({ library: path, libtorch, searched: [] }),
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
