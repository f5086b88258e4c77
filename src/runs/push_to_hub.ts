/**
 * Folders with models, put into repositories of a model hub.
 *
 * @module
 */

import { join } from "node:path";
import { ArgumentError, FileError } from "../base/errors.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import { type PushedFiles, pushFiles, type PushFilesOptions } from "../hub/push_files.ts";
import { EXPORTED_FILE } from "../models/saved_file.ts";

/** How deep folders in the folder are looked into. */
const DEEPEST = 4;
/** A folder of a model has few files; one with more is another folder. */
const MOST = 500;

/**
 * Puts a folder that `exportHub` wrote into a repository of a model hub, which is made if there is none: all files in one
 * commit. Files whose names begin with a point stay here. Files of the repository that are not in the folder stay there.
 *
 * The token is that of `HF_TOKEN`, or of the file that Python's `hf auth login` writes; the hub that of `HF_ENDPOINT`. From
 * Deno it needs `--allow-net` for the hub and for where it keeps large files, `--allow-read` of the folder, and `--allow-env`
 * of the variables whose names begin with `HF_`.
 *
 * @param folder The folder; it has a `README.md`, and weights or a `config.json`.
 * @param repository The repository, `org/name`.
 * @throws {ArgumentError} if the folder is not that of a model, the name cannot be one, or the repository is public and was to
 * be private.
 * @throws {HubAccessError} if there is no token, or it does not allow it.
 * @throws {HubUnavailableError} if the hub cannot be reached, or breaks off; says what has arrived and what has not.
 * @throws {FileError} if a file cannot be read.
 *
 * @example
 * ```ts ignore
 * import { runs } from "@apprentice/distill";
 *
 * await runs.exportHub("runs/photographs", "hub", { repository: "me/photographs" });
 * const { url } = await runs.pushToHub("hub", "me/photographs", { private: true });
 * ```
 */
export async function pushToHub(
  folder: string,
  repository: string,
  options: PushFilesOptions = {},
): Promise<PushedFiles> {
  const files: Record<string, string> = {};
  await gather(folder, "", files, 0);
  const isModel = "README.md" in files && (EXPORTED_FILE in files || "config.json" in files);
  if (!isModel) {
    throw new ArgumentError(
      `${folder} is not the folder of a model: it has no ${
        "README.md" in files ? `${EXPORTED_FILE} or config.json` : "README.md"
      }. runs.exportHub (apprentice export RUN --to hub) writes one.`,
    );
  }
  return await pushFiles(repository, files, options);
}

async function gather(
  folder: string,
  prefix: string,
  files: Record<string, string>,
  depth: number,
): Promise<void> {
  try {
    for await (const { name } of Deno.readDir(folder)) {
      // Hidden files are of editors and version control; others are not whole yet.
      if (name.startsWith(".") || name.endsWith(".tmp")) continue;
      const { isFile, isDirectory } = await Deno.stat(join(folder, name));
      if (isFile) files[`${prefix}${name}`] = join(folder, name);
      if (Object.keys(files).length > MOST) {
        throw new ArgumentError(
          `${folder} has more than ${MOST} files. Give the folder of one model.`,
        );
      }
      if (isDirectory && depth < DEEPEST) {
        await gather(join(folder, name), `${prefix}${name}/`, files, depth + 1);
      }
    }
  } catch (cause) {
    if (cause instanceof ArgumentError || cause instanceof FileError || isNotAllowed(cause)) {
      throw cause;
    }
    throw new FileError(
      `Cannot read the folder ${folder}: ${(cause as Error).message}. Check that it is there.`,
      { cause },
    );
  }
}
