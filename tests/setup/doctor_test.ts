import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { describeReport } from "../../src/setup/describe_report.ts";
import { type CudaFacts, cudaReason } from "../../src/setup/cuda.ts";
import { doctorIn } from "../../src/setup/doctor.ts";
import { setupIn, type SetupSurroundings } from "../../src/setup/setup.ts";
import { VERSION } from "../../src/base/version.ts";
import {
  envOf,
  libtorchFiles,
  nativeFiles,
  temporaryFolder,
  writeFiles,
  writeNative,
} from "./fakes.ts";

function place(folder: string): {
  variables: Record<string, string | undefined>;
  surroundings: SetupSurroundings;
} {
  writeFiles(join(folder, "torch"), libtorchFiles());
  const variables = {
    APPRENTICE_CACHE: join(folder, "cache"),
    LIBTORCH: join(folder, "torch"),
  };
  const source = writeNative(join(folder, "native"), nativeFiles());
  return { variables, surroundings: { env: envOf(variables), source } };
}

Deno.test("doctor: with nothing there it says so, where it looked, and what to run", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = place(folder.path);
  variables.LIBTORCH = undefined;
  const report = await doctorIn({ ...surroundings, compilers: [["no-such-c++"]], pip: [] });
  assertEquals(report.usable, false);
  assertEquals([report.libtorch, report.library.path, report.compiler, report.pip], [
    null,
    null,
    null,
    null,
  ]);
  assertEquals(report.devices, []);
  assertMatch(report.next[0], /Install a C\+\+ compiler/);
  assertEquals(report.next[1], "Run: deno task setup");
  const text = describeReport(report);
  for (const place of report.library.searched) assert(text.includes(place), text);
  assert(text.includes("Run: deno task setup"), text);
  assertEquals([...Deno.readDirSync(folder.path)].length, 2, "it changed nothing");
});

Deno.test("doctor: after set-up it tells versions, places and devices", async () => {
  using folder = temporaryFolder();
  const { surroundings } = place(folder.path);
  const { library, libtorch } = await setupIn(surroundings, { quiet: true });
  const report = await doctorIn(surroundings);
  assert(report.usable);
  assertEquals(report.package.version, VERSION);
  assertEquals(report.library.path, library);
  assertEquals(report.library.facts?.libtorch, "2.13.0");
  assertEquals(report.libtorch, libtorch);
  assertEquals(report.devices, ["cpu"]);
  assertEquals(report.cuda.available, false);
  const text = describeReport(report);
  for (const part of [library, libtorch!.path, "2.13.0 (cpu)", Deno.version.deno, "CPU only"]) {
    assert(text.includes(part), text);
  }
});

Deno.test("doctor: a library that cannot be opened is not usable, and the reason is told", async () => {
  using folder = temporaryFolder();
  const { surroundings } = place(folder.path);
  const { library } = await setupIn(surroundings, { quiet: true });
  Deno.writeTextFileSync(library, "not a library");
  const report = await doctorIn(surroundings);
  assertEquals(report.usable, false);
  assert(report.library.problem?.includes(library), String(report.library.problem));
  assertMatch(report.next[0], /setup --force/);
});

Deno.test("doctor: LIBTORCH that cannot be used is named, with the versions that can", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = place(folder.path);
  writeFiles(join(folder.path, "torch"), libtorchFiles("2.8.0"));
  const old = await doctorIn(surroundings);
  assertMatch(old.libtorchProblem!, /2\.8\.0 is not supported/);
  assertMatch(old.next[0], /2\.9 to 2\.14/);
  variables.LIBTORCH = "/nowhere";
  const none = await doctorIn(surroundings);
  assertMatch(none.libtorchProblem!, /\/nowhere: there is no such folder/);
  assertEquals(none.usable, false);
});

Deno.test("doctor: a cache that cannot be written is told", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = place(folder.path);
  Deno.writeTextFileSync(join(folder.path, "file"), "");
  variables.APPRENTICE_CACHE = join(folder.path, "file/cache");
  const report = await doctorIn(surroundings);
  assert(report.cache.problem !== null);
  assertMatch(report.next[0], /APPRENTICE_CACHE/);
});

const cpu = { path: "/t", version: "2.13.0", variant: "cpu" };
const cuda = { path: "/t", version: "2.13.0", variant: "cu130" };
const reasons: [string, CudaFacts, RegExp][] = [
  [
    "devices are there",
    { libtorch: cuda, devices: 2, driver: "580.1", driverLibrary: true, cards: 2 },
    /sees 2 CUDA devices/,
  ],
  [
    "a CPU build, no card",
    { libtorch: cpu, devices: 0, driver: null, driverLibrary: false, cards: 0 },
    /^this libtorch is a build for the CPU only$/,
  ],
  [
    "a CPU build, a card",
    { libtorch: cpu, devices: 0, driver: "580.1", driverLibrary: true, cards: 1 },
    /CPU only, though this machine has 1 NVIDIA card/,
  ],
  [
    "a CUDA build, no driver",
    { libtorch: cuda, devices: 0, driver: null, driverLibrary: false, cards: 0 },
    /no NVIDIA driver/,
  ],
  [
    "a driver without its library",
    { libtorch: cuda, devices: 0, driver: "580.1", driverLibrary: false, cards: 0 },
    /libcuda cannot be opened/,
  ],
  [
    "every card hidden",
    { libtorch: cuda, devices: 0, driver: "1.2", driverLibrary: true, cards: 1, visible: "-1" },
    /CUDA_VISIBLE_DEVICES is "-1"/,
  ],
  [
    "cards hidden by an empty variable",
    { libtorch: cuda, devices: 0, driver: "1.2", driverLibrary: true, cards: 1, visible: "" },
    /CUDA_VISIBLE_DEVICES is ""/,
  ],
  [
    "a driver that is too old",
    { libtorch: cuda, devices: 0, driver: "450.2", driverLibrary: true, cards: 1, visible: "0" },
    /cu130\) sees no device; the driver 450\.2 may be too old/,
  ],
  [
    "no library yet",
    { driver: "580.1", driverLibrary: true, cards: 1 },
    /could not be asked/,
  ],
];
for (const [name, facts, reason] of reasons) {
  Deno.test(`cudaReason: ${name}`, () => assertMatch(cudaReason(facts), reason));
}
