/**
 * Asking a hub over HTTP: with a token that no other host ever gets, with an end to all waiting, and again where
 * that can help.
 *
 * @module
 */

import { isNotAllowed } from "../base/regular_files.ts";
import type { HubSettings } from "./settings.ts";
import { HubAccessError, HubError, HubNotFoundError, HubUnavailableError } from "./errors.ts";

/** How patient a {@linkcode HubClient} is. */
export interface Patience {
  /** How often something is tried again that failed for a passing reason. */
  readonly retries: number;
  /** Milliseconds before the first new try; doubled each time. */
  readonly backoff: number;
}

/** The longest pause before a new try, in milliseconds; who asks for more is not waited for. */
const LONGEST_PAUSE = 60_000;
const LONGEST_BACKOFF = 8_000;
const MOST_REDIRECTS = 10;
/** No list of files or description is larger. */
const LARGEST_DOCUMENT = 64 << 20;
/** Such a document may take this many times as long as an answer. */
const TURNS_FOR_A_DOCUMENT = 6;
/** Answers that may be another one in a moment. */
export const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

/** An answer whose body is still to be read. */
export interface Answer extends Disposable {
  /** The last answer of a chain of redirects. */
  readonly response: Response;
  /** A header of the first answer of the chain that has it. */
  header(name: string): string | null;
  /**
   * What comes next of the body; null at its end.
   *
   * @throws {HubUnavailableError} If nothing comes for too long, or the connection breaks.
   */
  read(): Promise<Uint8Array | null>;
}

/** Asks one hub about one revision of one repository. */
export class HubClient {
  readonly #settings: HubSettings;
  readonly #origin: string;
  readonly #subject: string;
  readonly #repo: string;
  readonly #patience: Patience;
  readonly #signal: AbortSignal | undefined;

  /** Only remembers; nothing is asked. */
  constructor(
    settings: HubSettings,
    repo: string,
    revision: string,
    patience: Patience,
    signal?: AbortSignal,
  ) {
    this.#settings = settings;
    this.#origin = new URL(settings.endpoint).origin;
    this.#repo = repo;
    this.#subject = revision === "main" ? repo : `${repo}@${revision}`;
    this.#patience = patience;
    this.#signal = signal;
  }

  /** Stands in for `fetch`, for documents: the whole answer is here when it returns. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input);
    return this.retry(async () => {
      using answer = await this.open(url, {
        method: init?.method ?? "GET",
        headers: new Headers(init?.headers),
        body: init?.body,
      });
      const parts: Uint8Array[] = [];
      let size = 0;
      const until = performance.now() + TURNS_FOR_A_DOCUMENT * this.#settings.answerTimeout;
      for (let part = await answer.read(); part !== null; part = await answer.read()) {
        parts.push(part);
        size += part.length;
        if (size > LARGEST_DOCUMENT) {
          throw new HubError(`${shown(url)} answered more than ${LARGEST_DOCUMENT >> 20} MB.`);
        }
        if (performance.now() > until) {
          throw new HubUnavailableError(`${shown(url)} is too slow. Try again later.`);
        }
      }
      const { status, headers } = answer.response;
      return new Response(new Blob(parts as Uint8Array<ArrayBuffer>[]), { status, headers });
    });
  }

  /** Does something again while it fails for a passing reason, with longer and longer pauses. */
  async retry<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 1;; failures++) {
      try {
        return await work();
      } catch (error) {
        await this.pauseAfter(error, failures);
      }
    }
  }

  /**
   * Waits before a new try.
   *
   * @param failures How many tries failed in a row.
   * @throws The error that is given, if it is no passing one or there were tries enough.
   */
  async pauseAfter(error: unknown, failures: number): Promise<void> {
    if (!(error instanceof HubUnavailableError) || failures > this.#patience.retries) throw error;
    const asked = (error.retryAfter ?? 0) * 1000;
    if (asked > LONGEST_PAUSE) throw error;
    const grown = Math.min(this.#patience.backoff * 2 ** (failures - 1), LONGEST_BACKOFF);
    // Not all at the same moment, when many were refused at the same moment.
    await pause(Math.max(asked, grown * (0.5 + Math.random() / 2)), this.#signal);
  }

  /**
   * Sends one request and follows redirects.
   *
   * @param stopAtFile Stops at a redirect that already says all about a file.
   * @throws {HubError} If the answer is not a success.
   */
  async open(
    url: string,
    init: { method: string; headers: Headers; body?: BodyInit | null },
    stopAtFile = false,
  ): Promise<Answer> {
    const { token, answerTimeout, idleTimeout } = this.#settings;
    this.#signal?.throwIfAborted();
    const controller = new AbortController();
    let late = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (time: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        late = `nothing came for ${time / 1000} s`;
        controller.abort();
      }, time);
    };
    const stop = (): void => controller.abort();
    this.#signal?.addEventListener("abort", stop);
    const release = (): void => {
      clearTimeout(timer);
      this.#signal?.removeEventListener("abort", stop);
    };
    const broken = (error: unknown, at: string): unknown => {
      if (this.#signal?.aborted) return this.#signal.reason;
      if (error instanceof HubError || isNotAllowed(error)) return error;
      return new HubUnavailableError(
        `${shown(at)} cannot be reached: ${
          late || reasonOf(error)
        }. Check the network, or set HF_ENDPOINT to ` +
          `a hub that can be reached.`,
        { cause: error },
      );
    };

    const seen: Headers[] = [];
    let at = url;
    let trusted = true;
    let response: Response;
    try {
      wait(answerTimeout);
      for (let redirects = 0;; redirects++) {
        const headers = new Headers(init.headers);
        // Also when a redirect leads back: what another host wrote into an address does not get it.
        trusted &&= new URL(at).origin === this.#origin;
        if (token !== null && trusted) headers.set("authorization", `Bearer ${token}`);
        response = await fetch(at, {
          method: init.method,
          headers,
          body: init.body,
          redirect: "manual",
          signal: controller.signal,
        });
        seen.push(response.headers);
        const target = response.headers.get("location");
        const redirected = [301, 302, 303, 307, 308].includes(response.status) && target !== null;
        if (!redirected || (stopAtFile && response.headers.has("x-linked-etag"))) break;
        await response.body?.cancel();
        if (redirects >= MOST_REDIRECTS) {
          throw new HubError(`${shown(url)} redirects in a circle.`, { status: response.status });
        }
        at = nextAddress(at, target);
      }
      const redirect = response.status >= 300 && response.status < 400 && stopAtFile;
      if (!response.ok && !redirect) {
        await response.body?.cancel();
        throw this.#refusal(at, response);
      }
    } catch (error) {
      release();
      throw broken(error, at);
    }

    const reader = response.body?.getReader();
    let ended = reader === undefined;
    return {
      response,
      header: (name) => seen.find((headers) => headers.has(name))?.get(name) ?? null,
      read: async () => {
        if (ended || reader === undefined) return null;
        try {
          wait(idleTimeout);
          const { done, value } = await reader.read();
          clearTimeout(timer);
          ended = done;
          return value ?? null;
        } catch (error) {
          ended = true;
          throw broken(error, at);
        }
      },
      [Symbol.dispose]: () => {
        release();
        if (!ended) reader?.cancel().catch(() => {});
        if (!ended) controller.abort();
      },
    };
  }

  /** What an answer that is no success means for who asked. */
  #refusal(url: string, response: Response): HubError {
    const { status } = response;
    const code = response.headers.get("x-error-code");
    const said = response.headers.get("x-error-message")?.slice(0, 300);
    const { endpoint, token, tokenFrom } = this.#settings;
    const what = this.#subject;
    const have = token === null
      ? "No access token was sent: set HF_TOKEN (or the option token)"
      : `The access token of ${tokenFrom} was sent and does not allow it: set HF_TOKEN (or the option token)`;
    const remedy =
      `${have} to one of an account that has access; ${endpoint}/settings/tokens makes them.`;
    if (code === "GatedRepo") {
      return new HubAccessError(
        `${what} is gated: its owners ask you to accept their terms at ${endpoint}/${this.#repo} first. ${remedy}`,
        { status },
      );
    }
    if (code === "RevisionNotFound") {
      return new HubNotFoundError(
        `${this.#repo} has no such revision: ${what}. Its branches and tags are at ` +
          `${endpoint}/${this.#repo}/tree/main.`,
        { status },
      );
    }
    if (code === "EntryNotFound") {
      return new HubNotFoundError(`${what} has no such file: ${shown(url)}.`, { status });
    }
    if (status === 401 || status === 403) {
      return new HubAccessError(
        `${endpoint} does not give out ${what} (status ${status}${
          said ? `: ${said}` : ""
        }): it does not exist ` +
          `under this name, or it is private. ${remedy}`,
        { status },
      );
    }
    if (status === 404) {
      return new HubNotFoundError(
        `${shown(url)} does not exist. Check the name ${what}` +
          (token === null ? "; if it is private, set HF_TOKEN." : "."),
        { status },
      );
    }
    const reason = `${shown(url)} answered ${status}${said ? `: ${said}` : ""}`;
    if (PASSING.includes(status)) {
      const retryAfter = secondsOf(response.headers.get("retry-after"));
      return new HubUnavailableError(
        status === 429
          ? `${reason}: too many requests${retryAfter ? `, wait ${retryAfter} s` : ""}. ` +
            (token === null ? "With a token (HF_TOKEN) more are allowed." : "Try again later.")
          : `${reason}. Try again later.`,
        { status, retryAfter },
      );
    }
    return new HubError(`${reason}, which is no answer of a hub. Check HF_ENDPOINT.`, { status });
  }
}

/** The address that a redirect leads to. */
function nextAddress(from: string, location: string): string {
  let next: URL;
  try {
    next = new URL(location, from);
  } catch (error) {
    throw new HubError(`${shown(from)} redirects to "${location.slice(0, 200)}".`, {
      cause: error,
    });
  }
  const secure = from.startsWith("https:");
  if (next.protocol === "https:" || (next.protocol === "http:" && !secure)) return next.href;
  throw new HubError(`${shown(from)} redirects to ${shown(next.href)}, which is not secure.`);
}

/** An address without its query, which may hold a signature. */
export function shown(url: string): string {
  const at = url.indexOf("?");
  return at < 0 ? url : url.slice(0, at);
}

/** Waits; an abort ends it at once with the signal's reason. */
export function pause(time: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, time);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The seconds of a Retry-After: a number or a date. */
function secondsOf(text: string | null): number | null {
  if (text === null) return null;
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(number) ? Math.max(0, number) : null;
}

/** What went wrong, down to the cause: "fetch failed" alone tells nobody anything. */
export function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) reasons.push(at.message);
  return reasons.join(": ") || String(error);
}
