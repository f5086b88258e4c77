/**
 * Sending files to a hub over HTTP: with a token that no other host ever gets, with an end to all waiting, and again where that
 * can help.
 *
 * @module
 */

import { isNotAllowed } from "../base/regular_files.ts";
import { PASSING, pause, reasonOf, shown } from "./client.ts";
import { HubError, HubUnavailableError } from "./errors.ts";
import type { HubSettings } from "./settings.ts";

/** How {@linkcode pushFetch} sends. */
export interface PushFetchOptions {
  /** How often something is tried again that failed for a passing reason. */
  readonly retries: number;
  /** Milliseconds before the first new try; doubled each time. */
  readonly backoff: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Told of each file that has arrived where large files lie. */
  readonly onUploaded: (path: string) => void;
  /** Told when the hub is asked to commit. */
  readonly onCommit: () => void;
}

/** What the package says of a request that sends a large file. */
interface Hinted extends RequestInit {
  readonly progressHint?: { readonly path?: string };
}

/** An answer to a request that changes the hub takes this many times as long as one that asks. */
const TURNS_TO_ANSWER = 6;
const MOST_REDIRECTS = 5;
/** Asked once only: nobody knows whether an attempt that broke off was the one that counted. */
const COMMIT = /\/api\/models\/[^/]+\/[^/]+\/commit\/[^/]+$/;
const ONCE = /\/api\/repos\/create$/;

/** Stands in for `fetch` where files are sent to a hub. */
export function pushFetch(settings: HubSettings, options: PushFetchOptions): typeof fetch {
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const { pathname } = new URL(url);
    const isCommit = COMMIT.test(pathname);
    const mayRepeat = !isCommit && !ONCE.test(pathname);
    if (isCommit) options.onCommit();
    for (let failures = 1;; failures++) {
      const last = !mayRepeat || failures > options.retries;
      try {
        const response = await send(url, init, settings, options.signal);
        if (PASSING.includes(response.status) && !last) await response.body?.cancel();
        else {
          const { path } = (init as Hinted).progressHint ?? {};
          if (response.ok && path !== undefined) options.onUploaded(path);
          return response;
        }
      } catch (error) {
        if (!(error instanceof HubUnavailableError) || last) throw error;
      }
      const grown = options.backoff * 2 ** (failures - 1);
      await pause(grown * (0.5 + Math.random() / 2), options.signal);
    }
  };
}

async function send(
  url: string,
  init: RequestInit,
  settings: HubSettings,
  signal?: AbortSignal,
): Promise<Response> {
  const { endpoint, token, answerTimeout, leastRate } = settings;
  const origin = new URL(endpoint).origin;
  const size = init.body instanceof Blob ? init.body.size : 0;
  const most = TURNS_TO_ANSWER * answerTimeout + (leastRate > 0 ? size / leastRate * 1000 : 0);
  const signals = [signal, init.signal].filter((one) => one instanceof AbortSignal);
  const timeout = AbortSignal.timeout(Math.min(most, 2 ** 31 - 1));
  let at = url;
  for (let redirects = 0;; redirects++) {
    const headers = new Headers(init.headers);
    headers.delete("authorization");
    if (token !== null && new URL(at).origin === origin) {
      headers.set("authorization", `Bearer ${token}`);
    }
    let response: Response;
    try {
      response = await fetch(at, {
        ...init,
        headers,
        redirect: "manual",
        signal: AbortSignal.any([...signals, timeout]),
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (isNotAllowed(error)) throw error;
      const why = timeout.aborted ? `no answer for ${most / 1000} s` : reasonOf(error);
      throw new HubUnavailableError(
        `${
          shown(at)
        } cannot be reached: ${why}. Check the network, or set HF_ENDPOINT to a hub that can be reached.`,
        { cause: error },
      );
    }
    const target = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || target === null) return response;
    await response.body?.cancel();
    // A repository that was renamed; whatever else is told to go elsewhere with files is not followed.
    const next = new URL(target, at);
    if (next.origin !== new URL(at).origin || redirects >= MOST_REDIRECTS) {
      throw new HubError(`${shown(at)} redirects to ${shown(next.href)}, where nothing is sent.`, {
        status: response.status,
      });
    }
    at = next.href;
  }
}
