import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { coresOf, processCount, visibleOf } from "../../src/launch/processors.ts";

/** One block of /proc/cpuinfo for each pair of package and core. */
const cpuInfo = (...cores: [physical: number, core: number][]): string =>
  cores.map(([physical, core], i) =>
    `processor\t: ${i}\nphysical id\t: ${physical}\nsiblings\t: 2\ncore id\t\t: ${core}\ncpu cores\t: 2\n`
  ).join("\n");

Deno.test("launch: two threads of a core count once, cores of two packages do not", () => {
  assertEquals(coresOf(cpuInfo([0, 0], [0, 1], [0, 0], [0, 1]), 4), 2);
  assertEquals(coresOf(cpuInfo([0, 0], [1, 0]), 2), 2);
  // A container that may use one thread has one core, whatever the machine has.
  assertEquals(coresOf(cpuInfo([0, 0], [0, 1]), 1), 1);
  // Other systems, and processors that do not say.
  assertEquals(coresOf("", 8), 8);
  assertEquals(coresOf("processor\t: 0\nBogoMIPS\t: 50.00\n", 4), 4);
});

Deno.test("launch: CUDA_VISIBLE_DEVICES hides cards, and all behind the first that there is not", () => {
  assertEquals(visibleOf(4, undefined), 4);
  assertEquals(visibleOf(4, ""), 0);
  assertEquals(visibleOf(4, "2"), 1);
  assertEquals(visibleOf(4, "3, 0"), 2);
  assertEquals(visibleOf(4, "0,-1,2"), 1);
  assertEquals(visibleOf(4, "0,7,1"), 1);
  assertEquals(visibleOf(4, "GPU-8f4b,GPU-11aa"), 2);
  assertEquals(visibleOf(0, "0"), 0);
});

Deno.test("launch: the number of processes is what was asked for, with a warning where that is too many", () => {
  assertEquals(processCount("2", { cores: 2, gpus: 0 }), { count: 2, note: null });
  const many = processCount("4", { cores: 2, gpus: 0 });
  assertEquals(many.count, 4);
  assertStringIncludes(many.note!, "warning: 4 processes share 2 cores");
  // With a GPU for each, there may be more of them than cores.
  assertEquals(processCount("4", { cores: 2, gpus: 4 }), { count: 4, note: null });
  assertStringIncludes(processCount("2", { cores: 8, gpus: 1 }).note!, "2 processes share 1 GPU;");
});

Deno.test("launch: without a number there is one process for each GPU, or else for each core", () => {
  assertEquals(processCount("auto", { cores: 2, gpus: 4 }).count, 4);
  assertEquals(processCount("gpu", { cores: 2, gpus: 4 }).count, 4);
  assertEquals(processCount("cpu", { cores: 2, gpus: 4 }).count, 2);
  const auto = processCount("auto", { cores: 2, gpus: 0 });
  assertEquals(auto.count, 2);
  assertStringIncludes(auto.note!, "no GPU: 2 processes, one for each core");
  assertThrows(() => processCount("gpu", { cores: 2, gpus: 0 }), ArgumentError, "no GPU");
  for (const wrong of ["0", "-1", "1.5", "", "many", "1e1"]) {
    assertThrows(() => processCount(wrong, { cores: 2, gpus: 0 }), ArgumentError, `"${wrong}"`);
  }
});
