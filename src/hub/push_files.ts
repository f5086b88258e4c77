/**
 * Files of a model, put into a repository of a hub.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { ArgumentError } from "../base/errors.ts";
import { loadPackage } from "../base/optional_package.ts";
import { fileSizeSync } from "../base/regular_files.ts";
import { shown } from "./client.ts";
import { HubAccessError, HubError, HubOfflineError, HubUnavailableError } from "./errors.ts";
import { repositoryProblem } from "./names.ts";
import { pushFetch } from "./push_fetch.ts";
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

const PACKAGE = "npm:@huggingface/hub@^2.17.5";

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
  const library = await loadPackage<HubPackage>(PACKAGE, "Uploads to a hub");
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

/** Says what is wrong with the name of a repository that is pushed to. */
export function checkRepository(repository: string): void {
  const problem = repository.split("/").length === 2
    ? repositoryProblem(repository)
    : `"${repository}" has no organization or user before the name, or more than these`;
  if (problem === null) return;
  throw new ArgumentError(`${problem}. Give the repository as org/name.`);
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

/** What the package throws where the hub answers that it does not do something. */
interface ApiError extends Error {
  readonly statusCode: number;
  readonly url: string;
}

function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && typeof (error as Partial<ApiError>).statusCode === "number";
}

/** A hub says 401 of what is not there to somebody whom it does not know, and 404 to others. */
function noRepository(error: unknown): null {
  if (isApiError(error) && error.statusCode === 404) return null;
  throw error;
}

/** How far it came. */
interface Progress {
  readonly repository: string;
  readonly settings: HubSettings;
  /** Whether the repository was made now. */
  isNew: boolean;
  /** Whether the hub was asked to commit what it has. */
  committing: boolean;
  /** The large files that have arrived. */
  readonly arrived: string[];
}

/** An error that says what came of it, and what to do. */
function explained(error: unknown, progress: Progress): unknown {
  const { settings, repository } = progress;
  if (error instanceof HubUnavailableError) {
    return new HubUnavailableError(`${error.message} ${stateOf(progress, true)}`, { cause: error });
  }
  if (!isApiError(error)) return error;
  const { statusCode: status, message, url } = error;
  // The token itself is never shown, whatever a hub answers.
  const said = message.replaceAll(settings.token ?? "\0", "…").replace(/\.? URL: [^]*$/, "")
    .slice(0, 300);
  const state = stateOf(progress, status >= 500);
  if (status === 409) {
    return new HubError(
      `${settings.endpoint} has something by the name ${repository} already that is no repository of models you can see, or ` +
        `it was changed meanwhile (status 409: ${said}). Choose another name, or try again. ${state}`,
      { status, cause: error },
    );
  }
  if (status === 401 || status === 403) {
    return new HubAccessError(
      `${settings.endpoint} does not let ${repository} be written (status ${status}: ${said}). The access token of ` +
        `${settings.tokenFrom} must be one with write access, of an account that may write to ${
          repository.split("/")[0]
        }; ` +
        `if the name is somebody else's, choose another. ${state}`,
      { status, cause: error },
    );
  }
  if ([408, 429].includes(status) || status >= 500) {
    return new HubUnavailableError(
      `${shown(url)} answered ${status}: ${said}. Try again later. ${state}`,
      { status, cause: error },
    );
  }
  return new HubError(
    `${
      shown(url)
    } answered ${status}: ${said}. Check the name ${repository} and HF_ENDPOINT. ${state}`,
    { status, cause: error },
  );
}

/** What is at the hub now, and what is not. */
function stateOf(
  { repository, settings, isNew, committing, arrived }: Progress,
  brokeOff: boolean,
): string {
  if (committing && brokeOff) {
    return `All files were sent; whether they were committed is not known: look at ${settings.endpoint}/${repository}.`;
  }
  const made = isNew
    ? `The repository ${repository} was made, and none of the files is in it`
    : `Nothing of ${repository} was changed`;
  if (arrived.length === 0) return `${made}.`;
  const again = arrived.length === 1 ? "is" : "are";
  return `${made}; ${arrived.join(", ")} arrived and ${again} not sent again by the next try.`;
}
