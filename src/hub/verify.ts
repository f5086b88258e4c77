/**
 * Whether what lies in the cache is still what the hub gave.
 *
 * @module
 */

import { isNotAllowed, readProblem } from "../base/regular_files.ts";
import { RepoCache } from "./cache.ts";
import { type ChecksumKind, checksumKind, checksumsOf } from "./checksum.ts";
import { parseHubSpec } from "./names.ts";
import { readRecord } from "./records.ts";
import { type HubSettingsOptions, readHubSettings } from "./settings.ts";

/** Options of {@linkcode verify}. What is absent comes from the environment. */
export interface VerifyHubOptions extends HubSettingsOptions {
  /** Takes damaged files out of the cache, so that their next use fetches them anew (default false). */
  readonly remove?: boolean;
  /** Told of each file when it has been looked at. */
  readonly onFile?: (file: VerifiedFile) => void;
  /** Ends it between two files. */
  readonly signal?: AbortSignal;
}

/** What {@linkcode verify} found out about a file. */
export interface VerifiedFile {
  /** The repository. */
  readonly repo: string;
  /** The commit. */
  readonly revision: string;
  /** The file's name in the repository. */
  readonly file: string;
  /** The file's path on this machine. */
  readonly path: string;
  /** The file's size in bytes. */
  readonly size: number;
  /** Sound, damaged, or unknown where nothing is known to compare it with. */
  readonly state: "sound" | "damaged" | "unknown";
  /**
   * What was compared: the hub's SHA-256 (`"sha256"`) or git's checksum (`"git"`), which the hub names the content by;
   * or the SHA-256 that it had on arrival (`"arrival"`), where the hub gives no checksum.
   */
  readonly by: ChecksumKind | "arrival" | null;
  /** In words, what is wrong; null if nothing is. */
  readonly problem: string | null;
}

/**
 * Compares the files of a model that are in the cache with their checksums: the SHA-256 that the hub gives of large
 * files, git's checksum of small ones. Asks no hub. Files that Python downloaded are compared in the same way.
 *
 * @param spec As for `resolveHub`; without a revision the files of all commits that are here, without a path all files.
 * Without a spec, every model in the cache.
 * @returns What was found, file by file; empty if nothing of it is in the cache.
 * @throws {ArgumentError} If `spec` has another form.
 * @throws {FileError} If the cache cannot be read.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission to read it.
 *
 * @example
 * ```ts ignore
 * import { hub } from "@apprentice/distill";
 *
 * for (const { file, state, problem } of await hub.verify("hf://timm/resnet18.a1_in1k")) {
 *   console.log(state, file, problem ?? "");
 * }
 * ```
 */
export async function verify(
  spec?: string,
  options: VerifyHubOptions = {},
): Promise<VerifiedFile[]> {
  const { cacheDir, links } = readHubSettings({ ...options, token: false });
  const found: VerifiedFile[] = [];
  const wanted = spec === undefined ? null : parseHubSpec(spec);
  const pinned = wanted !== null && spec!.includes("@") ? wanted.revision : null;
  for (const repo of wanted === null ? await reposIn(cacheDir) : [wanted.repo]) {
    const cache = new RepoCache(cacheDir, repo, links);
    const commits = pinned === null ? await cache.commits() : [await cache.readRef(pinned)];
    for (const commit of commits) {
      if (commit === null) continue;
      for (const name of await cache.names(commit)) {
        const path = wanted?.path ?? "";
        if (path !== "" && name !== path && !name.startsWith(`${path}/`)) continue;
        options.signal?.throwIfAborted();
        const file = await verifyFile(cache, repo, commit, name);
        if (file.state === "damaged" && options.remove) await cache.discard(commit, name);
        found.push(file);
        options.onFile?.(file);
      }
    }
  }
  return found;
}

async function verifyFile(
  cache: RepoCache,
  repo: string,
  revision: string,
  file: string,
): Promise<VerifiedFile> {
  const path = cache.path(revision, file);
  const { size } = await Deno.stat(path);
  const say = (
    state: VerifiedFile["state"],
    by: VerifiedFile["by"],
    problem: string | null = null,
  ): VerifiedFile => ({ repo, revision, file, path, size, state, by, problem });
  const damage = await cache.damage(revision, file);
  if (damage !== null) return say("damaged", null, damage);
  const record = await readRecord(cache.records, revision, file);
  // What Python downloaded is named by its checksum, too.
  const etag = record?.etag ?? (await Deno.realPath(path)).split(/[/\\]/).at(-1)!;
  const kind = checksumKind(etag);
  const expected = kind !== null ? etag : record?.sha256;
  if (expected === undefined) {
    return say("unknown", null, "the hub gave no checksum of it when it was downloaded");
  }
  const checksums = await checksumsOf(path, kind ?? "sha256");
  const by = kind ?? "arrival";
  if (checksums.includes(expected)) return say("sound", by);
  const name = kind === "git" ? "git checksum" : "SHA-256";
  return say("damaged", by, `its ${name} is ${checksums[0]}, expected ${expected}`);
}

/** The repositories that are in a cache. */
async function reposIn(cacheDir: string): Promise<string[]> {
  const repos: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(cacheDir)) {
      if (!isDirectory || !name.startsWith("models--")) continue;
      repos.push(name.slice("models--".length).replaceAll("--", "/"));
    }
  } catch (error) {
    if (isNotAllowed(error) || !(error instanceof Deno.errors.NotFound)) {
      throw readProblem(cacheDir, error);
    }
  }
  return repos.sort();
}
