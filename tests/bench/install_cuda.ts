/**
 * How long set-up for CUDA takes with an empty cache, with or without a GPU: seconds by phase, bytes, and what doctor says.
 *
 *     deno run -A tests/bench/install_cuda.ts CACHE [--pip | --wheels FOLDER]
 *
 * CACHE is the folder that everything is put into, and stays. By default the wheels come as for everybody, 2.5 GB over the
 * network; with `--pip` through pip alone; with `--wheels` from a server on this machine that has those of FOLDER.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { formatBytes } from "../../src/base/text.ts";
import { cudaWheelFor } from "../../src/setup/cuda_wheel.ts";
import { describeReport } from "../../src/setup/describe_report.ts";
import { doctorIn } from "../../src/setup/doctor.ts";
import { terminalReport } from "../../src/setup/report.ts";
import { setupIn } from "../../src/setup/setup.ts";
import type { Wheel, WheelFile } from "../../src/setup/wheel.ts";
import { filesBelow, nobodyThere } from "../setup/fakes.ts";

const { values, positionals: [cache] } = parseArgs({
  allowPositionals: true,
  options: { pip: { type: "boolean" }, wheels: { type: "string" } },
});
if (cache === undefined) {
  console.error("Say the folder of the cache.");
  Deno.exit(2);
}
await using server = values.wheels === undefined ? null : serveWheels(values.wheels);
const base = server?.base ?? (values.pip ? nobodyThere() : undefined);
const env = (name: string): string | undefined =>
  name === "APPRENTICE_CACHE" ? cache : name === "LIBTORCH" ? undefined : Deno.env.get(name);

/** Seconds by what set-up said last. */
const phases = new Map<string, number>();
let [phase, since] = ["look", performance.now()];
const enter = (next: string): void => {
  const now = performance.now();
  phases.set(phase, (phases.get(phase) ?? 0) + (now - since) / 1000);
  [phase, since] = [next, now];
};
const cudaWheel = base === undefined ? cudaWheelFor() : from(cudaWheelFor(), base);
const shown = new Map<string, ReturnType<typeof terminalReport.count>>();
const { library, libtorch } = await setupIn(
  { env, cudaWheel, pip: values.wheels === undefined ? undefined : [] },
  {
    cuda: true,
    onProgress({ text, done, total, unit }) {
      const next = /^(Downloading|Unpacking|Compiling|libtorch 2|Ready)/.exec(text)?.[1];
      if (next !== undefined && next !== phase) enter(next);
      if (done === undefined) return terminalReport.line(text);
      if (!shown.has(text)) shown.set(text, terminalReport.count(text, total, unit));
      shown.get(text)!.update(done);
    },
  },
);
enter("");
const wheels = [cudaWheel, ...cudaWheel.beside!];
const folder = `${libtorch!.path}/..`;
const kept = filesBelow(folder).reduce(
  (sum, name) => sum + Deno.statSync(`${folder}/${name}`).size,
  0,
);
const fetched = wheels.reduce((sum, { size }) => sum + size!, 0);
console.log(`${wheels.length} wheels, ${fetched} bytes fetched (${formatBytes(fetched)})`);
console.log(`${kept} bytes unpacked (${formatBytes(kept)})`);
for (const [name, seconds] of phases) console.log(`${name.padEnd(12)} ${seconds.toFixed(1)} s`);
console.log(library);
console.log(describeReport(await doctorIn({ env })));

/** The same wheels from another place. */
function from(wheel: Wheel, base: string): Wheel {
  const moved = (part: WheelFile): WheelFile => ({ ...part, url: `${base}/${part.file}` });
  return { ...wheel, ...moved(wheel), beside: wheel.beside?.map(moved) };
}

/** Serves files without holding them in memory. */
function serveWheels(folder: string): { base: string } & AsyncDisposable {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const path = `${folder}/${new URL(request.url).pathname.slice(1)}`;
    const file = await Deno.open(path);
    const headers = { "content-length": String((await file.stat()).size) };
    return new Response(file.readable, { headers });
  });
  return {
    base: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
