/**
 * From `hf://org/name` to files on this machine.
 *
 * @module
 */

import { FileError, FormatError } from "../errors.ts";
import { loadPackage } from "../optional_package.ts";
import { Progress, say } from "../progress.ts";
import { RepoCache } from "./cache.ts";
import { HubClient, type Patience } from "./client.ts";
import { askAbout, downloadBlob } from "./download.ts";
import { HubError, HubNotFoundError, HubOfflineError } from "./errors.ts";
import { isCommit, isSafePath, parseHubSpec } from "./names.ts";
import { CONFIG_FILES, isIndex, selectFiles, type Selection, shardsOf } from "./selection.ts";
import { type HubSettings, type HubSettingsOptions, readHubSettings } from "./settings.ts";

/** How far a download has come. */
export interface HubProgress {
  /** The file, by its name in the repository. */
  readonly file: string;
  /** Its bytes that are here. */
  readonly received: number;
  /** All its bytes, if the hub says. */
  readonly total: number | null;
}

/** Options of {@linkcode resolveHub}. What is absent comes from the environment. */
export interface ResolveHubOptions extends HubSettingsOptions {
  /** Exactly these files, in place of configuration and weights. */
  readonly files?: readonly string[];
  /** Told how far each file has come, in place of the bars that are shown for large files otherwise. */
  readonly onProgress?: (progress: HubProgress) => void;
  /** Ends it; what was downloaded is kept and continued by the next call. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the hub must have answered (default 10 s, or `HF_HUB_ETAG_TIMEOUT`). */
  readonly answerTimeout?: number;
  /** Milliseconds without a byte until a download counts as broken off (default 10 s). */
  readonly idleTimeout?: number;
  /** How often something is tried again that failed for a passing reason (default 5). */
  readonly retries?: number;
  /** Milliseconds before the first new try (default 500); doubled each time. */
  readonly backoff?: number;
}

/** One commit of a repository, as far as it is on this machine. */
export interface HubSnapshot {
  /** The repository. */
  readonly repo: string;
  /** The commit, 40 hexadecimal digits. */
  readonly revision: string;
  /** The folder of its files. */
  readonly folder: string;
  /** The path of the weights, or of the index of several files of weights; null if `files` were asked for. */
  readonly weights: string | null;
  /** What `config.json` says, or `open_clip_config.json` where there is no other; null if there is neither. */
  readonly config: unknown;
  /** What `preprocessor_config.json` says; null if there is none. */
  readonly preprocessor: unknown;
  /** Why the hub was not asked or did not answer, so that this may not be the newest; null if it is. */
  readonly cachedBecause: string | null;
  /**
   * The path of one of the files.
   *
   * @throws {HubNotFoundError} If it was not downloaded.
   */
  file(name: string): string;
}

/** Files of this size, in bytes, get a bar. */
const WORTH_A_BAR = 1 << 20;

/**
 * Makes sure that a model of a hub is on this machine: `config.json` and its like, and the weights (safetensors
 * where there are any). Files go to the cache that Python's huggingface_hub has, so what one of them downloaded the
 * other finds. A branch or tag costs one request when all is here, a full commit none.
 *
 * The environment is Python's: `HF_HOME`, `HF_HUB_CACHE`, `HF_TOKEN`, `HF_ENDPOINT`, `HF_HUB_OFFLINE`. The token is
 * sent to the hub only, never to where it redirects.
 *
 * @param spec `hf://org/name`, `hf://org/name@revision`, `hf://org/name@revision/file-or-folder`.
 * @throws {ArgumentError} If `spec` has another form, or there are several weights to choose from.
 * @throws {HubAccessError} If the repository is private or gated.
 * @throws {HubNotFoundError} If the repository, revision or file does not exist.
 * @throws {HubOfflineError} If the network may not be used and the model is not here.
 * @throws {HubUnavailableError} If the hub cannot be reached and the model is not here.
 * @throws {ChecksumError} If what arrives is not what the hub said.
 * @throws {FileError} If the cache cannot be written or is full.
 *
 * @example
 * ```ts ignore
 * import { hub } from "@apprentice/distill";
 *
 * const model = await hub.resolveHub("hf://timm/vit_small_patch14_dinov2.lvd142m");
 * console.log(model.revision, model.weights, model.config);
 * ```
 */
export async function resolveHub(
  spec: string,
  options: ResolveHubOptions = {},
): Promise<HubSnapshot> {
  const { repo, revision, path } = parseHubSpec(spec);
  const { signal, files } = options;
  signal?.throwIfAborted();
  const read = readHubSettings(options);
  const settings: HubSettings = {
    ...read,
    answerTimeout: options.answerTimeout ?? read.answerTimeout,
    idleTimeout: options.idleTimeout ?? read.idleTimeout,
  };
  const cache = new RepoCache(settings.cacheDir, repo, settings.links);
  const local = await findLocal(cache, repo, revision, path, files);

  if (isCommit(revision) && local?.complete) return local.open(null);
  if (settings.offline) {
    if (local?.usable) return local.open("the network may not be used (HF_HUB_OFFLINE)");
    throw new HubOfflineError(
      `${spec} is not on this machine (${cache.folder}) and the network may not be used. ` +
        `Unset HF_HUB_OFFLINE (or the option offline), or copy the files there.`,
    );
  }

  const patience: Patience = { retries: options.retries ?? 5, backoff: options.backoff ?? 500 };
  // With the model at hand nobody should wait for a hub that is away.
  const first = local?.usable ? { ...patience, retries: 0 } : patience;
  let listed: { commit: string; names: string[] };
  try {
    const client = new HubClient(settings, repo, revision, first, signal);
    listed = await listFiles(client, settings.endpoint, repo, revision);
  } catch (error) {
    const reached = !(error instanceof HubError) || error instanceof HubNotFoundError;
    if (!local?.usable || reached) throw error;
    if (settings.bars && !options.onProgress) {
      say(`${spec}: using the files of an earlier download. ${error.message}`);
    }
    return local.open(error.message);
  }

  const client = new HubClient(settings, repo, revision, patience, signal);
  const { commit, names } = listed;
  const fetchFile = async (name: string): Promise<void> => {
    if (await cache.has(commit, name)) return;
    const address = name.split("/").map(encodeURIComponent).join("/");
    const url = `${settings.endpoint}/${repo}/resolve/${commit}/${address}`;
    const remote = await askAbout(client, name, url);
    using report = reporter(name, settings, options);
    const fresh = await downloadBlob(client, remote, cache, report.onBytes, signal);
    await cache.link(remote.etag, commit, name, fresh);
  };
  const chosen = selectFiles(names, repo, path, files);
  for (const name of [...chosen.configs, ...chosen.files]) await fetchFile(chosen.folder + name);
  if (chosen.weights !== null) {
    await fetchFile(chosen.folder + chosen.weights);
    for (const shard of await shardsIn(cache, commit, chosen)) {
      await fetchFile(chosen.folder + shard);
    }
    for (const name of CONFIG_FILES) {
      if (chosen.configs.includes(name)) continue;
      await cache.markMissing(commit, chosen.folder + name);
    }
  }
  // Last, so that an older commit that is whole stays the one to fall back on.
  await cache.writeRef(revision, commit);
  return await openSnapshot(cache, repo, commit, chosen, null);
}

const PACKAGE = "npm:@huggingface/hub@^2.17.5";

/** What is used of the package. */
interface HubPackage {
  modelInfo(question: {
    name: string;
    revision: string;
    hubUrl: string;
    additionalFields: string[];
    fetch: typeof fetch;
  }): Promise<{ sha?: unknown; filePaths?: unknown }>;
}

/** Asks which commit a revision is and which files it has. */
async function listFiles(
  client: HubClient,
  endpoint: string,
  repo: string,
  revision: string,
): Promise<{ commit: string; names: string[] }> {
  // Only who asks a hub loads its library.
  const { modelInfo } = await loadPackage<HubPackage>(PACKAGE, "Models of a hub");
  let info: { sha?: unknown; filePaths?: unknown };
  try {
    info = await modelInfo({
      name: repo,
      revision,
      hubUrl: endpoint,
      additionalFields: ["sha", "filePaths"],
      fetch: (input, init) => client.fetch(input, init),
    });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new HubError(
        `${endpoint} answered what no hub answers (${error.message}). Check HF_ENDPOINT and proxies.`,
        { cause: error },
      );
    }
    throw error;
  }
  const { sha, filePaths } = info;
  const names = Array.isArray(filePaths) ? filePaths : [];
  if (
    typeof sha !== "string" || !isCommit(sha) || !names.every((name) => typeof name === "string")
  ) {
    throw new HubError(
      `${endpoint} does not say which commit and files ${repo}@${revision} is. Check HF_ENDPOINT and proxies.`,
    );
  }
  return { commit: sha, names };
}

/** What of a model is on this machine. */
interface Local {
  /** Whether it can be used. */
  readonly usable: boolean;
  /** Whether nothing of it can be missing. */
  readonly complete: boolean;
  /** Makes it a snapshot. */
  readonly open: (why: string | null) => Promise<HubSnapshot>;
}

/** Looks for a model on this machine; null if there is nothing that could be used. */
async function findLocal(
  cache: RepoCache,
  repo: string,
  revision: string,
  path: string,
  files: readonly string[] | undefined,
): Promise<Local | null> {
  const commit = await cache.readRef(revision);
  if (commit === null) return null;
  let chosen: Selection;
  try {
    chosen = selectFiles(await cache.names(commit), repo, path, files);
    for (const shard of await shardsIn(cache, commit, chosen)) {
      if (!await cache.has(commit, chosen.folder + shard)) return null;
    }
  } catch {
    return null;
  }
  let complete = true;
  if (chosen.weights !== null) {
    for (const name of CONFIG_FILES) {
      const known = chosen.configs.includes(name) ||
        await cache.lacks(commit, chosen.folder + name);
      complete &&= known;
    }
  }
  const open = (why: string | null): Promise<HubSnapshot> =>
    openSnapshot(cache, repo, commit, chosen, why);
  return { usable: true, complete, open };
}

/** The files that hold the weights, where the weights are an index. */
async function shardsIn(cache: RepoCache, commit: string, chosen: Selection): Promise<string[]> {
  const { weights, folder } = chosen;
  if (weights === null || !isIndex(weights)) return [];
  return shardsOf(await readJson(`${cache.snapshot(commit)}/${folder}${weights}`), weights);
}

async function openSnapshot(
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
    } catch {
      // Said below.
    }
    throw new HubNotFoundError(
      `${name} of ${repo} is not on this machine; ask for it with resolveHub's option files.`,
    );
  };
  const weights = chosen.weights === null ? null : file(chosen.weights);
  return { repo, revision: commit, folder, weights, config, preprocessor, cachedBecause, file };
}

/** No description of a model is larger. */
const LARGEST_JSON = 64 << 20;

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    const { size } = await Deno.stat(path);
    if (size > LARGEST_JSON) throw new FormatError(`${path} is too large: ${size} bytes.`);
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FileError(`Cannot read ${path}: ${(error as Error).message}.`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${path} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}

/** Tells who asked, or shows a bar. */
function reporter(
  name: string,
  settings: HubSettings,
  options: ResolveHubOptions,
): { onBytes: (received: number, total: number | null) => void } & Disposable {
  const { onProgress } = options;
  let bar: Progress | undefined;
  const onBytes = (received: number, total: number | null): void => {
    if (onProgress) return onProgress({ file: name, received, total });
    if (!settings.bars || (total !== null && total < WORTH_A_BAR)) return;
    bar ??= new Progress({
      label: name,
      total: total ?? undefined,
      unit: "bytes",
      start: received,
    });
    bar.update(received);
  };
  return { onBytes, [Symbol.dispose]: () => bar?.finish() };
}
