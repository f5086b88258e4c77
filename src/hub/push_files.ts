/**
 * Files of a model, put into a repository of a hub.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { ArgumentError } from "../base/errors.ts";
import { loadPackage } from "../base/optional_package.ts";
import { fileSizeSync } from "../base/regular_files.ts";
import { HubAccessError, HubError, HubOfflineError } from "./errors.ts";
import { HUB_PACKAGE } from "./hub_package.ts";
import { explained, isApiError, type Progress } from "./push_errors.ts";
import { pushFetch } from "./push_fetch.ts";
import { checkRepository } from "./repository_name.ts";
import { isSafePath } from "./safe_names.ts";
import { type HubSettings, type HubSettingsOptions, readHubSettings } from "./settings.ts";

/** How {@linkcode pushFiles} sends files. What is absent comes from the environment. */
export interface PushFilesOptions extends Omit<HubSettingsOptions, "cacheDir"> {
  /** Whether the repository is to be private: one that is made now becomes so, one that is public is refused. */
  readonly private?: boolean;
  /** The commit's title. */
  readonly title?: string;
  /** Ends it; what is committed is committed. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the hub must have answered a question (default 10 s, or `HF_HUB_ETAG_TIMEOUT`). */
  readonly answerTimeout?: number;
  /** How often something is tried again that failed for a passing reason (default 3). */
  readonly retries?: number;
  /** Milliseconds before the first new try (default 1000); doubled each time. */
  readonly backoff?: number;
}

/** What {@linkcode pushFiles} did. */
export interface PushedFiles {
  /** The repository. */
  readonly repository: string;
  /** The repository's page. */
  readonly url: string;
  /** The commit, 40 hexadecimal digits. */
  readonly commit: string;
  /** Whether the repository was made now. */
  readonly isNew: boolean;
  /** The names of the files in it that were sent. */
  readonly files: readonly string[];
  /** The bytes of all of them. */
  readonly bytes: number;
}

/** What is used of the package. */
interface HubPackage {
  modelInfo(question: { name: string; hubUrl: string; fetch: typeof fetch }): Promise<
    { private?: unknown }
  >;
  createRepo(order: {
    repo: string;
    visibility?: "private";
    hubUrl: string;
    fetch: typeof fetch;
  }): Promise<unknown>;
  commit(order: {
    repo: string;
    title: string;
    operations: readonly { operation: "addOrUpdate"; path: string; content: URL }[];
    hubUrl: string;
    fetch: typeof fetch;
    useXet: boolean;
  }): Promise<{ commit: { oid: string } } | undefined>;
}

/**
 * Puts files into a repository of models, which is made if there is none, in one commit: all of them or none. Large files go
 * to where the hub keeps these (git LFS). Files of the repository that have other names stay.
 *
 * The environment is Python's: `HF_TOKEN` or the file that its `login` writes, `HF_ENDPOINT`, `HF_HUB_OFFLINE`. The token is
 * sent to the hub only.
 *
 * @param repository The repository, `org/name`.
 * @param files The files' paths here, by their names there.
 * @throws {ArgumentError} if the name cannot be one, or the repository is public and was to be private.
 * @throws {HubAccessError} if there is no token, or it does not allow it.
 * @throws {HubUnavailableError} if the hub cannot be reached, or breaks off; says what has arrived.
 * @throws {HubOfflineError} if the network may not be used.
 */
export async function pushFiles(
  repository: string,
  files: Readonly<Record<string, string>>,
  options: PushFilesOptions = {},
): Promise<PushedFiles> {
  checkRepository(repository);
  const names = Object.keys(files);
  const bad = names.find((name) => !isSafePath(name));
  if (bad !== undefined) throw new ArgumentError(`"${bad}" cannot be a file in a repository.`);
  const bytes = Object.values(files).reduce((sum, path) => sum + fileSizeSync(path), 0);
  const read = readHubSettings({ ...options, cacheDir: "unused" });
  const settings = { ...read, answerTimeout: options.answerTimeout ?? read.answerTimeout };
  checkSettings(settings, repository);
  const { endpoint } = settings;

  const progress: Progress = { repository, settings, isNew: false, committing: false, arrived: [] };
  const ask = pushFetch(settings, {
    retries: options.retries ?? 3,
    backoff: options.backoff ?? 1000,
    signal: options.signal,
    onUploaded: (path) => progress.arrived.push(path),
    onCommit: () => void (progress.committing = true),
  });
  const library = await loadPackage<HubPackage>(HUB_PACKAGE, "Uploads to a hub");
  const shared = { hubUrl: endpoint, fetch: ask };
  try {
    const there = await library.modelInfo({ name: repository, ...shared }).catch(noRepository);
    if (there !== null && options.private && there.private !== true) {
      throw new ArgumentError(
        `${endpoint}/${repository} is there already, and public. Choose another name, make it private there, or leave ` +
          "out private.",
      );
    }
    if (there === null) {
      const visibility = options.private ? { visibility: "private" as const } : {};
      await library.createRepo({ repo: repository, ...visibility, ...shared });
      progress.isNew = true;
    }
    const done = await library.commit({
      repo: repository,
      title: options.title ?? `Upload ${names.length} files`,
      operations: names.map((path) => ({
        operation: "addOrUpdate" as const,
        path,
        content: pathToFileURL(files[path]),
      })),
      ...shared,
      // The hub takes large files this way as well, and so do servers that speak git LFS alone.
      useXet: false,
    });
    const commit = done?.commit?.oid;
    if (typeof commit !== "string") {
      throw new HubError(`${endpoint} does not say which commit it made. Look at the repository.`);
    }
    const { isNew } = progress;
    return { repository, url: `${endpoint}/${repository}`, commit, isNew, files: names, bytes };
  } catch (error) {
    throw explained(error, progress);
  }
}

function checkSettings({ token, endpoint, offline }: HubSettings, repository: string): void {
  if (offline) {
    throw new HubOfflineError(
      `${repository} cannot be uploaded: the network may not be used. Unset HF_HUB_OFFLINE (or the option offline).`,
    );
  }
  if (token === null) {
    throw new HubAccessError(
      `There is no access token to upload ${repository} with. Set HF_TOKEN (or the option token) to one that may write; ` +
        `${endpoint}/settings/tokens makes them.`,
    );
  }
}

/** A hub says 401 of what is not there to somebody whom it does not know, and 404 to others. */
function noRepository(error: unknown): null {
  if (isApiError(error) && error.statusCode === 404) return null;
  throw error;
}
