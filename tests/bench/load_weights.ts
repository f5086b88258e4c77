/**
 * Loads a safetensors file into a model of Linear layers and prints the seconds and the memory in MiB that it took
 * beside the model: at the peak (pages of the mapped file count), and anonymous memory that is left.
 *
 *     deno run -A tests/bench/load_weights.ts file way
 *
 * `way` is `copy` or `assign`. `load_weights_ways.ts` writes the file.
 *
 * @module
 */

import { loadWeights } from "../../src/checkpoints/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";

const [path, way] = Deno.args;
const sizes = JSON.parse(Deno.readTextFileSync(`${path}.json`)) as [number, number][];

function memory(name: string): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024;
}

using net = new nn.Sequential(...sizes.map(([a, b]) => new nn.Linear(a, b)));
// Initial weights are made by help of memory that is kept for later; the file is in the system's cache.
torch.emptyCache();
{
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(1 << 20);
  while (file.readSync(buffer) !== null);
}
// Starts the peak anew.
Deno.writeTextFileSync("/proc/self/clear_refs", "5");
const [rss, anonymous] = [memory("VmRSS"), memory("RssAnon")];
const start = performance.now();
loadWeights(net, path, { assign: way === "assign" });
const seconds = (performance.now() - start) / 1000;
const figures = {
  seconds,
  peakExtra: memory("VmHWM") - rss,
  anonymousExtra: memory("RssAnon") - anonymous,
};
const sum = torch.scope(() =>
  net.parameters().reduce((total, p) => total + p.detach().double().sum().item(), 0)
);
console.log(JSON.stringify({ ...figures, sum }));
