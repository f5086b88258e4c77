/**
 * A hub on this machine: repositories with commits, branches, small files and large ones that lie on another host,
 * gated and private ones, and everything that can go wrong on the way.
 */

import { createHash } from "node:crypto";
import { answerPush } from "./push_server.ts";

/** A repository of the hub. */
export interface Repo {
  /** What branches and tags are. */
  refs: Record<string, string>;
  /** The files of each commit. */
  commits: Record<string, Record<string, Uint8Array>>;
  gated?: boolean;
  private?: boolean;
  /** The name it has now: requests for the old one are redirected. */
  movedTo?: string;
}

/** A request that was seen, by either host. */
export interface Seen {
  host: "hub" | "cdn";
  method: string;
  path: string;
  range: string | null;
  token: string | null;
}

/** What to do in place of the right thing; undefined for the right thing. */
export type Trouble = (
  request: Seen,
  content: Uint8Array | null,
) => Response | Promise<Response> | undefined;

/** The token that is let in. */
export const TOKEN = "hf_good";

/** Files above this many bytes lie on the other host, as files in LFS do. */
const SMALL = 4096;

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

export const gitSha1 = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

export const etagOf = (bytes: Uint8Array): string =>
  bytes.length > SMALL ? sha256(bytes) : gitSha1(bytes);

export const text = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

/** Bytes that look like no others. */
export function noise(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export class Hub implements AsyncDisposable {
  readonly repos: Record<string, Repo> = {};
  readonly seen: Seen[] = [];
  trouble: Trouble = () => undefined;
  readonly #hub: Deno.HttpServer<Deno.NetAddr>;
  readonly #cdn: Deno.HttpServer<Deno.NetAddr>;
  /** The files of the other host, by their SHA-256. */
  readonly large: Map<string, Uint8Array> = new Map();
  /** Organizations that nobody else may write to. */
  readonly forbidden: Set<string> = new Set();
  /** The bytes of a part, where large files are taken in parts. */
  partSize: number = Infinity;
  readonly #hanging: (() => void)[] = [];

  constructor() {
    const quiet = {
      port: 0,
      hostname: "127.0.0.1",
      onListen() {},
      onError: (): Response => new Response(null, { status: 500 }),
    };
    this.#hub = Deno.serve(quiet, (request) => this.#answer("hub", request));
    this.#cdn = Deno.serve(quiet, (request) => this.#answer("cdn", request));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#hub.addr.port}`;
  }

  get cdn(): string {
    return `http://127.0.0.1:${this.#cdn.addr.port}`;
  }

  /** Adds a repository with one commit, which is its branch main. */
  add(name: string, files: Record<string, Uint8Array>, more: Partial<Repo> = {}): string {
    const commit = createHash("sha1").update(name + Object.keys(files)).digest("hex");
    this.repos[name] = { refs: { main: commit }, commits: { [commit]: files }, ...more };
    return commit;
  }

  /** The requests of a kind, as `METHOD path`. */
  requests(pattern: RegExp = /./): string[] {
    return this.seen.map(({ method, path }) => `${method} ${path}`)
      .filter((line) => pattern.test(line));
  }

  /** An answer that does not come before the end. */
  hang(): Promise<Response> {
    return new Promise((resolve) =>
      this.#hanging.push(() => resolve(new Response(null, { status: 500 })))
    );
  }

  async #answer(host: "hub" | "cdn", request: Request): Promise<Response> {
    const url = new URL(request.url);
    const authorization = request.headers.get("authorization");
    const seen: Seen = {
      host,
      method: request.method,
      path: decodeURIComponent(url.pathname),
      range: request.headers.get("range"),
      token: authorization?.replace(/^Bearer /, "") ?? null,
    };
    this.seen.push(seen);
    const content = host === "cdn" ? this.large.get(seen.path.slice(1)) ?? null : null;
    const trouble = await this.trouble(seen, content);
    if (trouble) {
      await request.body?.cancel();
      return trouble;
    }
    if (request.method === "POST" || request.method === "PUT") {
      return await answerPush(this, host, request, seen);
    }
    if (host === "cdn") {
      // As the real one: without the signature there is nothing, with two there is an error.
      if (!content || url.searchParams.get("signature") !== "s3cret") return refusal(403, null);
      if (authorization) return refusal(400, null);
      return part(content, seen.range, { etag: '"of-the-other-host"' });
    }
    return this.#hubAnswer(url.pathname, seen);
  }

  #hubAnswer(pathname: string, seen: Seen): Response {
    const api = /^\/api\/models\/(.+)\/revision\/([^/]+)$/.exec(pathname);
    const file = /^\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname);
    const [, name, revision, path] = (api ?? file ?? []).map(decodeURIComponent);
    const repo = this.repos[name];
    if (!repo || (repo.private && seen.token !== TOKEN)) {
      return seen.token === null
        ? refusal(401, "RepoNotFound", "Invalid username or password.")
        : refusal(404, "RepoNotFound", "Repository not found");
    }
    if (seen.token !== null && seen.token !== TOKEN) {
      return refusal(401, null, "Invalid credentials in Authorization header");
    }
    if (repo.movedTo) {
      const location = pathname.replace(name, repo.movedTo);
      return new Response("moved", { status: 307, headers: { location, etag: '"of-the-text"' } });
    }
    const commit = repo.refs[revision === "HEAD" ? "main" : revision] ??
      (repo.commits[revision] ? revision : undefined);
    if (commit === undefined) return refusal(404, "RevisionNotFound", "Invalid rev id");
    const files = repo.commits[commit];
    if (api) {
      const siblings = Object.keys(files).map((rfilename) => ({ rfilename }));
      const isPrivate = repo.private ?? false;
      const about = {
        _id: "1",
        id: name,
        private: isPrivate,
        gated: false,
        downloads: 0,
        likes: 0,
      };
      return Response.json({ ...about, lastModified: "2026-01-01", sha: commit, siblings });
    }
    if (repo.gated && seen.token !== TOKEN) {
      return refusal(seen.token === null ? 401 : 403, "GatedRepo", "Access is restricted");
    }
    const content = files[path];
    const headers: Record<string, string> = { "x-repo-commit": commit };
    if (!content) return refusal(404, "EntryNotFound", "Entry not found", headers);
    if (content.length <= SMALL) {
      return part(content, seen.range, { ...headers, etag: `"${gitSha1(content)}"` });
    }
    const sum = sha256(content);
    this.large.set(sum, content);
    headers["x-linked-etag"] = `"${sum}"`;
    headers["x-linked-size"] = String(content.length);
    headers.location = `${this.cdn}/${sum}?signature=s3cret`;
    return new Response(null, { status: 302, headers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#hanging) end();
    await Promise.all([this.#hub.shutdown(), this.#cdn.shutdown()]);
  }
}

/** A file, or the part of it that is asked for. */
export function part(
  content: Uint8Array,
  range: string | null,
  headers: Record<string, string> = {},
): Response {
  const from = range === null ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
  if (from >= content.length && range !== null) return new Response(null, { status: 416 });
  const body = content.slice(from) as Uint8Array<ArrayBuffer>;
  return new Response(body, {
    status: range === null ? 200 : 206,
    headers: {
      ...headers,
      "content-length": String(body.length),
      "accept-ranges": "bytes",
      ...(range === null ? {} : {
        "content-range": `bytes ${from}-${content.length - 1}/${content.length}`,
      }),
    },
  });
}

/** A file whose connection drops after some bytes. */
export function broken(content: Uint8Array, range: string | null, bytes: number): Response {
  const whole = part(content, range);
  const from = range === null ? 0 : Number(/\d+/.exec(range)![0]);
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(content.slice(from, from + bytes));
      // Time for the bytes to leave before the connection is reset.
      await new Promise((resolve) => setTimeout(resolve, 100));
      controller.error(new Error("cut"));
    },
  });
  return new Response(stream, { status: whole.status, headers: whole.headers });
}

function refusal(
  status: number,
  code: string | null,
  message?: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(message ?? null, {
    status,
    headers: {
      ...headers,
      ...(code ? { "x-error-code": code } : {}),
      ...(message ? { "x-error-message": message } : {}),
    },
  });
}
