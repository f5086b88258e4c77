/**
 * A commit of a repository, as files on this machine.
 *
 * @module
 */

import { FormatError } from "../base/errors.ts";
import { isNotAllowed, readTextFile } from "../base/regular_files.ts";
import type { RepoCache } from "./cache.ts";
import { isChecksum } from "./checksum.ts";
import { HubNotFoundError } from "./errors.ts";
import { isSafePath } from "./safe_names.ts";
import { readRecord } from "./records.ts";
import { isIndex, type Selection, shardsOf } from "./selection.ts";
import type { HubSnapshot } from "./hub_snapshot.ts";

/** The files that hold the weights, where the weights are an index. */
export async function shardsIn(
  cache: RepoCache,
  commit: string,
  chosen: Selection,
): Promise<string[]> {
  const { weights, folder } = chosen;
  if (weights === null || !isIndex(weights)) return [];
  return shardsOf(await readJson(`${cache.snapshot(commit)}/${folder}${weights}`), weights);
}

/** Makes a commit whose files are here a snapshot. */
export async function openSnapshot(
  cache: RepoCache,
  repo: string,
  commit: string,
  chosen: Selection,
  cachedBecause: string | null,
): Promise<HubSnapshot> {
  const folder = `${cache.snapshot(commit)}/${chosen.folder}`.replace(/\/$/, "");
  const parsed = async (name: string): Promise<unknown> =>
    chosen.configs.includes(name) ? await readJson(`${folder}/${name}`) : null;
  const config = await parsed("config.json") ?? await parsed("open_clip_config.json");
  const preprocessor = await parsed("preprocessor_config.json");
  const file = (name: string): string => {
    const path = `${folder}/${name}`;
    try {
      if (isSafePath(name) && Deno.statSync(path).isFile) return path;
    } catch (error) {
      if (isNotAllowed(error)) throw error;
    }
    throw new HubNotFoundError(
      `${name} of ${repo} is not on this machine; ask for it with resolveHub's option files.`,
    );
  };
  const weights = chosen.weights === null ? null : file(chosen.weights);
  const unchecked: string[] = [];
  for (const name of await namesOf(cache, commit, chosen)) {
    const record = await readRecord(cache.records, commit, name);
    if (record !== null && !isChecksum(record.etag)) unchecked.push(name);
  }
  return {
    repo,
    revision: commit,
    folder,
    weights,
    config,
    preprocessor,
    unchecked,
    cachedBecause,
    file,
  };
}

/** The names of all files of a model, in the repository. */
export async function namesOf(
  cache: RepoCache,
  commit: string,
  chosen: Selection,
): Promise<string[]> {
  const names = [...chosen.configs, ...chosen.files];
  if (chosen.weights !== null) names.push(chosen.weights);
  names.push(...await shardsIn(cache, commit, chosen));
  return names.map((name) => chosen.folder + name);
}

async function readJson(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${path} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}
