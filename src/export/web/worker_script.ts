/** The thread of the page that runs the model. @module */

/**
 * Loads the model, and answers each photograph with its probabilities. Pixels go in whole, for the model itself resizes
 * as it was trained; only a photograph of more than 4 million pixels is made smaller first, by the browser's smoothest
 * filter, which is three times as quick for 12 million. What the model then sees at 224 x 224 was measured to differ by 0.2
 * of 255 in the mean: its own filter is far coarser. Transparency and color profiles are ignored, as in training.
 */
export const WORKER_SCRIPT: string = `
import * as ort from "./onnxruntime/ort.wasm.min.js";

const MOST_PIXELS = 2 ** 22;

const read = async (name, progress) => {
  const response = await fetch(name);
  if (!response.ok) throw new Error(name + " cannot be loaded (" + response.status + "). Is the whole folder served?");
  const reader = response.body.getReader();
  const parts = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    progress(value.length);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
};

const open = async () => {
  if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly, or it is switched off");
  let loaded = 0;
  const progress = (bytes) => self.postMessage({ kind: "progress", loaded: loaded += bytes });
  const runtime = new URL("onnxruntime/ort-wasm-simd-threaded", import.meta.url).href;
  const [wasm, model] = await Promise.all([read(runtime + ".wasm", progress), read("model.onnx", progress)]);
  ort.env.logLevel = "error";
  ort.env.wasm.wasmPaths = { mjs: runtime + ".js", wasm: runtime + ".wasm" };
  ort.env.wasm.wasmBinary = wasm.buffer;
  // Threads share memory, which browsers allow only where a server sends the headers of isolation.
  ort.env.wasm.numThreads = self.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency || 1) : 1;
  const options = { executionProviders: ["wasm"], enableMemPattern: false, logSeverityLevel: 3 };
  const session = await ort.InferenceSession.create(model, options);
  self.postMessage({ kind: "ready", threads: ort.env.wasm.numThreads });
  return session;
};

const pixelsOf = (bitmap) => {
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (bitmap.width * bitmap.height)));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    pixels[to++] = data[from];
    pixels[to++] = data[from + 1];
    pixels[to++] = data[from + 2];
  }
  return new ort.Tensor("uint8", pixels, [1, height, width, 3]);
};

const answer = async (session, bitmap) => {
  const start = performance.now();
  const pixels = pixelsOf(bitmap);
  const { probabilities } = await session.run({ pixels }, ["probabilities"]);
  const values = Float32Array.from(probabilities.data);
  probabilities.dispose();
  if (!values.every(Number.isFinite)) throw new Error("the model gives no numbers for it");
  return { values, milliseconds: performance.now() - start };
};

const opened = open();
opened.catch((error) => self.postMessage({ kind: "broken", message: String(error?.message ?? error) }));

let last = opened;
self.onmessage = ({ data: { ask, bitmap } }) => {
  // One after the other: the model has memory for one photograph.
  last = last.catch(() => {}).then(async () => {
    try {
      self.postMessage({ kind: "answer", ask, ...await answer(await opened, bitmap) });
    } catch (error) {
      self.postMessage({ kind: "answer", ask, message: String(error?.message ?? error) });
    }
  });
};
`;
