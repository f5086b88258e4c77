/**
 * From `hf://org/name` to files on this machine.
 *
 * @module
 */

import { ArgumentError, ChecksumError } from "../base/errors.ts";
import { loadPackage } from "../base/optional_package.ts";
import { Progress, say } from "../base/progress.ts";
import { RepoCache } from "./cache.ts";
import { isChecksum } from "./checksum.ts";
import { HubClient, type Patience } from "./client.ts";
import { askAbout, downloadBlob } from "./download.ts";
import { HubError, HubNotFoundError, HubOfflineError, HubUnavailableError } from "./errors.ts";
import { findLocal } from "./local.ts";
import { parseHubSpec } from "./names.ts";
import { isCommit } from "./safe_names.ts";
import { writeRecord } from "./records.ts";
import { HUB_PACKAGE } from "./hub_package.ts";
import { CONFIG_FILES, selectFiles } from "./selection.ts";
import { type HubSettings, type HubSettingsOptions, readHubSettings } from "./settings.ts";
import { openSnapshot, shardsIn } from "./snapshot.ts";
import type { HubSnapshot } from "./hub_snapshot.ts";

/** How far a download has come. */
export interface HubProgress {
  /** The file, by its name in the repository. */
  readonly file: string;
  /** The file's bytes that are here. */
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
  /** Bytes a second below which a download counts as broken off (default 1024; 0 for any). */
  readonly leastRate?: number;
  /** Milliseconds over which that rate is taken (default 30 s). */
  readonly rateWindow?: number;
  /** Milliseconds after which all ends that is not done (default: none); what was downloaded is kept. */
  readonly timeout?: number;
  /** How often something is tried again that failed for a passing reason (default 5). */
  readonly retries?: number;
  /** Milliseconds before the first new try (default 500); doubled each time. */
  readonly backoff?: number;
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
 * Every file's size is compared whenever it is used; a damaged one is fetched anew. Checksums (the hub's SHA-256 of
 * large files, git's of small ones) are compared when a file arrives, and by `hub.verify` when you ask.
 *
 * @throws {ChecksumError} If what arrives is not what the hub said, or a file here is damaged and cannot be fetched.
 * @throws {FileError} If the cache cannot be written or is full.
 * @throws {Deno.errors.NotCapable} If Deno was not given the permission for the cache or the network.
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
  const { timeout } = options;
  if (timeout === undefined) return await resolveWithin(spec, options);
  if (!(timeout > 0)) {
    throw new ArgumentError(
      `The option timeout is a number of milliseconds above 0, got ${timeout}.`,
    );
  }
  const late = new AbortController();
  const timer = setTimeout(() => {
    const said = `${spec} did not arrive within ${
      timeout / 1000
    } s. Ask again to go on from there.`;
    late.abort(new HubUnavailableError(said));
  }, Math.min(timeout, LONGEST_TIMER));
  try {
    const signals = options.signal ? [options.signal, late.signal] : [late.signal];
    return await resolveWithin(spec, { ...options, signal: AbortSignal.any(signals) });
  } finally {
    clearTimeout(timer);
  }
}

/** What timers count to. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** {@linkcode resolveHub} without an end of its own. */
async function resolveWithin(spec: string, options: ResolveHubOptions): Promise<HubSnapshot> {
  const { repo, revision, path } = parseHubSpec(spec);
  const { signal, files } = options;
  signal?.throwIfAborted();
  const read = readHubSettings(options);
  const settings: HubSettings = {
    ...read,
    answerTimeout: options.answerTimeout ?? read.answerTimeout,
    idleTimeout: options.idleTimeout ?? read.idleTimeout,
    leastRate: options.leastRate ?? read.leastRate,
    rateWindow: options.rateWindow ?? read.rateWindow,
  };
  const cache = new RepoCache(settings.cacheDir, repo, settings.links);
  const local = await findLocal(cache, repo, revision, path, files);

  if (isCommit(revision) && local?.complete) return local.open(null);
  if (settings.offline) {
    if (local?.usable) return local.open("the network may not be used (HF_HUB_OFFLINE)");
    if (local?.damage) {
      throw new ChecksumError(
        `${local.damage}. The network may not be used, so it is not fetched anew: unset HF_HUB_OFFLINE (or the ` +
          `option offline), or put the file there.`,
      );
    }
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
    if (local?.damage && !reached) {
      throw new ChecksumError(`${local.damage}. It cannot be fetched anew: ${error.message}`, {
        cause: error,
      });
    }
    if (!local?.usable || reached) throw error;
    if (settings.bars && !options.onProgress) {
      say(`${spec}: using the files of an earlier download. ${error.message}`);
    }
    return local.open(error.message);
  }

  if (local?.damage && settings.bars && !options.onProgress) {
    say(`${spec}: ${local.damage}; fetching it anew.`);
  }
  const client = new HubClient(settings, repo, revision, patience, signal);
  const { commit, names } = listed;
  const fetchFile = async (name: string): Promise<void> => {
    if (await cache.has(commit, name)) return;
    await cache.discard(commit, name);
    const address = name.split("/").map(encodeURIComponent).join("/");
    const url = `${settings.endpoint}/${repo}/resolve/${commit}/${address}`;
    const remote = await askAbout(client, name, url);
    using report = reporter(name, settings, options);
    const { blob, fresh } = await downloadBlob(
      client,
      remote,
      cache,
      report.onBytes,
      settings,
      signal,
    );
    await cache.link(blob, commit, name, fresh);
    const path = cache.path(commit, name);
    const known = isChecksum(remote.etag);
    if (!known && settings.bars && !options.onProgress) {
      say(`${name}: the hub gives no checksum of it, so only its size could be compared.`);
    }
    await writeRecord(cache.records, commit, name, {
      etag: remote.etag,
      size: (await Deno.stat(path)).size,
      ...(known ? {} : { sha256: blob }),
    });
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
  const { modelInfo } = await loadPackage<HubPackage>(HUB_PACKAGE, "Models of a hub");
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
