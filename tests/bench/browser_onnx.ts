/**
 * ONNX models in a real browser, for measuring.
 *
 * @module
 */

import { RUNTIME_FILES, runtimeFolder } from "../../src/export/web/runtime_files.ts";
import { BrowserPage, findChromium } from "../browser.ts";
import { StaticServer } from "../export/static_server.ts";

/** A thread of the page: the first message says which model in how many threads, the others how often it runs. */
const WORKER = `
import * as ort from "./ort.wasm.min.js";
const runtime = new URL("ort-wasm-simd-threaded", import.meta.url).href;
ort.env.wasm.wasmPaths = { mjs: runtime + ".js", wasm: runtime + ".wasm" };
let session, feeds;
self.onmessage = async ({ data: { model, threads, size, count } }) => {
  try {
    if (model) {
      ort.env.wasm.numThreads = threads;
      session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
      const values = Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i));
      feeds = { images: new ort.Tensor("float32", values, [1, 3, size, size]) };
      const { logits } = await session.run(feeds);
      return self.postMessage([...logits.data]);
    }
    const times = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      (await session.run(feeds, ["logits"])).logits.dispose();
      times.push(performance.now() - start);
    }
    self.postMessage(times);
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
`;

const PAGE = `<!doctype html><title>Measuring</title><link rel="icon" href="data:,">
<script>
const workers = {};
globalThis.ask = (key, message) => new Promise((done, fail) => {
  const worker = workers[key] ??= new Worker("worker.js", { type: "module" });
  worker.onmessage = ({ data }) => data.error ? fail(new Error(data.error)) : done(data);
  worker.onerror = () => fail(new Error("the worker cannot be run"));
  worker.postMessage(message);
});
globalThis.end = (key) => { workers[key].terminate(); delete workers[key]; };
</script>`;

/** A browser with onnxruntime-web, which runs models that take `images` and give `logits`. */
export class BrowserOnnx implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: StaticServer;
  readonly #page: BrowserPage;

  private constructor(folder: string, server: StaticServer, page: BrowserPage) {
    this.#folder = folder;
    this.#server = server;
    this.#page = page;
  }

  /** Starts it. */
  static async open(): Promise<BrowserOnnx> {
    const program = findChromium();
    if (program === null) throw new Error("There is no Chromium to measure in.");
    const folder = await Deno.makeTempDir();
    const runtime = await runtimeFolder();
    for (const [name, from] of Object.entries(RUNTIME_FILES)) {
      await Deno.copyFile(`${runtime}/${from}`, `${folder}/${name}`);
    }
    await Deno.writeTextFile(`${folder}/index.html`, PAGE);
    await Deno.writeTextFile(`${folder}/worker.js`, WORKER);
    const server = new StaticServer(folder);
    // Without it threads cannot share memory.
    server.isolated = true;
    const page = await BrowserPage.open(program);
    await page.go(server.address);
    return new BrowserOnnx(folder, server, page);
  }

  #ask<T>(key: string, message: unknown): Promise<T> {
    return this.#page.value(`ask(${JSON.stringify(key)}, ${JSON.stringify(message)})`);
  }

  /** Loads a model under a key; gives its logits for {@linkcode sines}. */
  async load(key: string, path: string, threads: number, size: number): Promise<number[]> {
    const name = `${crypto.randomUUID()}.onnx`;
    await Deno.copyFile(path, `${this.#folder}/${name}`);
    return await this.#ask(key, { model: name, threads, size });
  }

  /** Milliseconds of each of so many runs. */
  run(key: string, count: number): Promise<number[]> {
    return this.#ask(key, { count });
  }

  /** Lets go of a model. */
  async unload(key: string): Promise<void> {
    await this.#page.value(`end(${JSON.stringify(key)})`);
  }

  /** Ends the browser. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** An image of no meaning, the same everywhere. */
export function sines(size: number): Float32Array {
  return Float32Array.from({ length: 3 * size * size }, (_, i) => Math.sin(i));
}
