/** A server of files, as simple as the simplest. @module */

import { extname, join } from "@std/path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};

/** What a browser asks for before it lets threads share memory. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves a folder on this machine alone until it is disposed of. */
export class StaticServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** The address of the folder. */
  readonly address: string;
  /** Whether responses have the headers of isolation. */
  isolated = false;
  /** Files that are not found although they are there. */
  readonly missing = new Set<string>();

  /** Begins to serve. */
  constructor(folder: string) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        const path = pathname === "/" ? "/index.html" : pathname;
        try {
          if (this.missing.has(path)) throw new Deno.errors.NotFound(path);
          return new Response(await Deno.readFile(join(folder, path)), {
            headers: {
              "content-type": TYPES[extname(path)] ?? "application/octet-stream",
              ...(this.isolated && ISOLATION),
            },
          });
        } catch {
          return new Response("There is no such file.", { status: 404 });
        }
      },
    );
    this.address = `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
