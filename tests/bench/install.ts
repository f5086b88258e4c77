/**
 * How long set-up takes with an empty cache: with a native library that was compiled beforehand, and with compiling. Both
 * get libtorch's wheel from a server on this machine, so that no network is measured. Prints seconds by phase.
 *
 *     deno run -A tests/bench/install.ts [--rounds 1] [--wheel FILE]
 *
 * Without `--wheel` pip fetches the wheel first; that is not counted. Each round needs 0.9 GB of room for a while.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { parseArgs } from "node:util";
import { locate } from "../../ffi/locate.ts";
import type { PrebuiltTable } from "../../src/setup/prebuilt.ts";
import { downloadWithPip } from "../../src/setup/pip.ts";
import { buildPrebuilt } from "../../src/setup/release/build.ts";
import { collectTable } from "../../src/setup/release/table.ts";
import { terminalReport } from "../../src/setup/report.ts";
import { setupIn } from "../../src/setup/setup.ts";
import { type Wheel, wheelFor } from "../../src/setup/wheel.ts";
import { serveFolder } from "../setup/fakes.ts";

/** What one set-up is given, as the child process reads it. */
interface Order {
  readonly wheel: Wheel;
  readonly prebuilt: PrebuiltTable;
  readonly build: boolean;
}

/** Seconds by phase, in order; a phase ends where the next one says something. */
type Phases = [name: string, seconds: number][];

/** What set-up says, and what that is called here. */
const NAMES: [begins: string, phase: string][] = [
  ["Fetching the native library", "native library fetched"],
  ["Fetching libtorch", "libtorch fetched"],
  ["  checking", "its checksum"],
  ["Unpacking", "libtorch unpacked"],
  ["libtorch 2", "opened, written down"],
  ["Compiling", "compiled"],
  ["Ready", ""],
];

/** Sets up once and prints the phases. */
async function once({ wheel, prebuilt, build }: Order): Promise<void> {
  const phases: Phases = [];
  let [name, since] = ["begin", performance.now()];
  const onProgress = ({ text }: { text: string }): void => {
    const next = NAMES.find(([begins]) => text.startsWith(begins))?.[1] ?? name;
    if (next === name) return;
    const now = performance.now();
    phases.push([name, (now - since) / 1000]);
    [name, since] = [next, now];
  };
  await setupIn({ wheel, prebuilt, pip: [] }, { build, onProgress });
  console.log(JSON.stringify(phases));
}

/** Sets up in a process of its own with an empty cache. */
async function measure(order: Order): Promise<{ seconds: number; phases: Phases }> {
  const cache = await Deno.makeTempDir();
  try {
    const begin = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", import.meta.filename!, "once", JSON.stringify(order)],
      cwd: fromFileUrl(new URL("../../", import.meta.url)),
      env: {
        APPRENTICE_CACHE: cache,
        APPRENTICE_LIBRARY: "",
        APPRENTICE_PREBUILT: "",
        LIBTORCH: "",
      },
    }).output();
    const seconds = (performance.now() - begin) / 1000;
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    if (code !== 0) throw new Error(text(stderr));
    return { seconds, phases: JSON.parse(text(stdout)) };
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

if (Deno.args[0] === "once") {
  await once(JSON.parse(Deno.args[1]));
  Deno.exit(0);
}
const { values } = parseArgs({
  args: Deno.args,
  options: { rounds: { type: "string", default: "1" }, wheel: { type: "string" } },
});
const folder = await Deno.makeTempDir();
try {
  const wheel = wheelFor();
  const file = join(folder, wheel.file);
  if (values.wheel) await Deno.copyFile(values.wheel, file);
  else await downloadWithPip(wheel.pip, file, { what: "libtorch", report: terminalReport });
  await buildPrebuilt(folder, { own: locate().libtorch?.path });
  await using server = serveFolder(folder);
  const prebuilt = await collectTable(folder, server.base);
  const url = `${server.base}/${encodeURIComponent(wheel.file)}`;
  const totals: Record<string, number[]> = { fetched: [], compiled: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const build of [false, true]) {
      const { seconds, phases } = await measure({ wheel: { ...wheel, url }, prebuilt, build });
      const way = build ? "compiled" : "fetched";
      totals[way].push(seconds);
      const parts = phases.map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`).join(", ");
      console.log(`${way.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s: ${parts}`);
    }
  }
  const [fetched, compiled] = [totals.fetched, totals.compiled].map((all) => Math.min(...all));
  console.log(
    `best: fetched ${fetched.toFixed(1)} s, compiled ${compiled.toFixed(1)} s, ` +
      `ratio ${(compiled / fetched).toFixed(1)}; ${navigator.hardwareConcurrency} processors`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}
