/**
 * Where a hub is, where its files are kept and who asks: by the environment variables that Python's
 * huggingface_hub reads, so that both share one cache.
 *
 * @module
 */

import { ArgumentError, FileError } from "../base/errors.ts";
import { LEAST_RATE, RATE_WINDOW } from "../base/least_rate.ts";
import { isMissing, readTextFileSync } from "../base/regular_files.ts";

/** What {@linkcode readHubSettings} puts before the environment. */
export interface HubSettingsOptions {
  /** The access token; false for none at all. */
  readonly token?: string | false;
  /** The hub's address. */
  readonly endpoint?: string;
  /** The folder of the cache. */
  readonly cacheDir?: string;
  /** Whether the network must not be used. */
  readonly offline?: boolean;
  /** Reads an environment variable (default: the process's own). */
  readonly env?: (name: string) => string | undefined;
}

/** What is settled before the first request. */
export interface HubSettings {
  /** The hub's address, without a slash at its end. */
  readonly endpoint: string;
  /** The access token, if there is one. */
  readonly token: string | null;
  /** Where the token was found. */
  readonly tokenFrom: string;
  /** The folder of the cache. */
  readonly cacheDir: string;
  /** Whether the network must not be used. */
  readonly offline: boolean;
  /** Whether bars may be shown. */
  readonly bars: boolean;
  /** Whether files are linked, not copied, into snapshots. */
  readonly links: boolean;
  /** Milliseconds until the hub must have answered. */
  readonly answerTimeout: number;
  /** Milliseconds without a byte after which a download counts as broken off. */
  readonly idleTimeout: number;
  /** Bytes a second below which a download counts as broken off. */
  readonly leastRate: number;
  /** Milliseconds over which that rate is taken. */
  readonly rateWindow: number;
}

const DEFAULT_ENDPOINT = "https://huggingface.co";
const DEFAULT_SECONDS = 10;
/** No file with a token is larger, in bytes. */
const MOST_TOKEN = 1 << 16;

/**
 * Reads `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HOME`, `HF_HUB_CACHE`, `XDG_CACHE_HOME`,
 * `HF_HUB_OFFLINE`, `HF_HUB_DISABLE_PROGRESS_BARS`, `HF_HUB_DISABLE_SYMLINKS`,
 * `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_HUB_ETAG_TIMEOUT` and `HF_HUB_DOWNLOAD_TIMEOUT` (seconds).
 *
 * @throws {ArgumentError} If the address or the token cannot be one.
 * @throws {FileError} If nothing tells where the cache is, or there is a file for the token that cannot be read.
 */
export function readHubSettings(options: HubSettingsOptions = {}): HubSettings {
  const { env = (name: string): string | undefined => Deno.env.get(name) } = options;
  const on = (name: string): boolean => isOn(env(name));
  const home = (): string => {
    const own = env("HF_HOME");
    if (own) return expand(own, env);
    const xdg = env("XDG_CACHE_HOME");
    return `${xdg ? expand(xdg, env) : `${userFolder(env)}/.cache`}/huggingface`;
  };
  const cacheDir = options.cacheDir || env("HF_HUB_CACHE") || env("HUGGINGFACE_HUB_CACHE");
  return {
    endpoint: checkEndpoint(options.endpoint ?? (env("HF_ENDPOINT") || DEFAULT_ENDPOINT)),
    ...findToken(options.token, env, home),
    cacheDir: absolute(cacheDir ? expand(cacheDir, env) : `${home()}/hub`),
    offline: options.offline ?? (on("HF_HUB_OFFLINE") || on("TRANSFORMERS_OFFLINE")),
    bars: !on("HF_HUB_DISABLE_PROGRESS_BARS"),
    links: !on("HF_HUB_DISABLE_SYMLINKS"),
    answerTimeout: seconds(env("HF_HUB_ETAG_TIMEOUT")) * 1000,
    idleTimeout: seconds(env("HF_HUB_DOWNLOAD_TIMEOUT")) * 1000,
    leastRate: LEAST_RATE,
    rateWindow: RATE_WINDOW,
  };
}

function findToken(
  given: string | false | undefined,
  env: (name: string) => string | undefined,
  home: () => string,
): { token: string | null; tokenFrom: string } {
  if (given === false) return { token: null, tokenFrom: "option token" };
  if (given !== undefined) return checkToken(given, "option token");
  if (isOn(env("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) return { token: null, tokenFrom: "" };
  for (const name of ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"]) {
    const value = env(name);
    if (value) return checkToken(value, name);
  }
  const own = env("HF_TOKEN_PATH");
  let path: string;
  try {
    path = own ? expand(own, env) : `${home()}/token`;
  } catch {
    return { token: null, tokenFrom: "" }; // Nothing tells where it would be.
  }
  try {
    return checkToken(readTextFileSync(path, MOST_TOKEN), path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { token: null, tokenFrom: "" };
  }
}

function checkToken(value: string, from: string): { token: string | null; tokenFrom: string } {
  const token = value.replace(/[\r\n]/g, "").trim();
  if (token === "") return { token: null, tokenFrom: "" };
  // The token itself is never shown.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ArgumentError(
      `The hub's access token from ${from} has characters that no token has. Copy it again.`,
    );
  }
  return { token, tokenFrom: from };
}

function checkEndpoint(text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Reported below.
  }
  const plain = url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" &&
    url.password === "" && url.search === "" && url.hash === "";
  if (!plain) {
    throw new ArgumentError(
      `The hub's address (HF_ENDPOINT or option endpoint) is like https://huggingface.co, without user and ` +
        `query, got "${url ? url.origin + url.pathname : text}".`,
    );
  }
  return text.replace(/\/+$/, "");
}

function isOn(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}

function seconds(value: string | undefined): number {
  const number = Number(value);
  return value && Number.isFinite(number) && number > 0 ? number : DEFAULT_SECONDS;
}

/** Replaces `~` at the beginning, and `$NAME` and `${NAME}`, as Python's caches are named with them. */
function expand(path: string, env: (name: string) => string | undefined): string {
  const rooted = /^~(?=[/\\]|$)/.test(path) ? userFolder(env) + path.slice(1) : path;
  return withoutSlash(
    rooted.replace(
      /\$(?:(\w+)|\{(\w+)\})/g,
      (whole, plain, braced) => env(plain ?? braced) ?? whole,
    ),
  );
}

function userFolder(env: (name: string) => string | undefined): string {
  const folder = env(Deno.build.os === "windows" ? "USERPROFILE" : "HOME");
  if (folder) return folder;
  throw new FileError(
    "No folder for the hub's files: neither HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME nor the user's folder is set. " +
      "Set HF_HOME to a folder that can be written.",
  );
}

function absolute(path: string): string {
  const rooted = /^([A-Za-z]:)?[/\\]/.test(path) ? path : `${Deno.cwd()}/${path}`;
  return withoutSlash(rooted);
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)[/\\]+$/, "");
}
