import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DeviceError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

test("memory: counts tensors and bytes, and comes back to the start", () => {
  const before = torch.memory(device);
  torch.scope(() => {
    const a = torch.zeros([1000], { device });
    const made = torch.memory(device);
    assertEquals(made.tensors, before.tensors + 1);
    // A GPU's allocator counts in blocks.
    if (device === "cpu") assertEquals(made.bytes, before.bytes + 4000);
    else assert(made.bytes >= before.bytes + 4000);
    const view = a.index(torch.slice(0, 10));
    assertEquals(torch.memory(device).bytes, made.bytes);
    assertEquals(torch.memory(device).tensors, before.tensors + 2);
    // The view holds the memory.
    a.dispose();
    assertEquals(torch.memory(device).bytes, made.bytes);
    view.dispose();
    assertEquals(torch.memory(device).bytes, before.bytes);
  });
  const after = torch.memory(device);
  assertEquals([after.tensors, after.bytes], [before.tensors, before.bytes]);
});

test("memory: what autograd holds counts, and goes with the graph", () => {
  const x = torch.ones([1000], { device, requiresGrad: true });
  const before = torch.memory(device);
  const loss = torch.scope(() => x.exp().exp().sum());
  const held = torch.memory(device);
  assertEquals(held.tensors, before.tensors + 1);
  assert(held.bytes >= before.bytes + 8000);
  loss.backward();
  loss.dispose();
  x.grad = null;
  assertEquals(torch.memory(device).bytes, before.bytes);
});

test("memory: the peak is the most at once, until it is reset", () => {
  torch.resetPeakMemory(device);
  const before = torch.memory(device);
  assertEquals(before.peakBytes, before.bytes);
  torch.scope(() => {
    torch.zeros([10_000], { device }).dispose();
    torch.zeros([20_000], { device }).dispose();
  });
  const after = torch.memory(device);
  assertEquals(after.bytes, before.bytes);
  assert(after.peakBytes >= before.bytes + 80_000);
  assert(after.peakBytes < before.bytes + 120_000);
  torch.resetPeakMemory(device);
  assertEquals(torch.memory(device).peakBytes, after.bytes);
});

test("memory: freed memory is kept for the next tensors, until emptyCache", () => {
  torch.emptyCache(device);
  const before = torch.memory(device);
  torch.zeros([1_000_000], { device }).dispose();
  const kept = torch.memory(device);
  assert(kept.cachedBytes >= before.cachedBytes + 4_000_000);
  torch.zeros([1_000_000], { device }).dispose();
  assertEquals(torch.memory(device).cachedBytes, kept.cachedBytes);
  torch.emptyCache(device);
  assert(torch.memory(device).cachedBytes < 4_000_000);
});

test("memory: a thousand training steps leave no more behind than ten", () => {
  const w = torch.randn([16, 16], { device, requiresGrad: true });
  const x = torch.randn([8, 16], { device });
  const steps = (count: number) => {
    for (let i = 0; i < count; i++) {
      using _ = torch.scope();
      x.matmul(w).relu().pow(2).mean().backward();
      torch.noGrad(() => w.sub_(w.grad!, { alpha: 0.01 }));
      w.grad = null;
    }
    return torch.memory(device);
  };
  const early = steps(10);
  const late = steps(1000);
  assertEquals([late.tensors, late.bytes, late.cachedBytes], [
    early.tensors,
    early.bytes,
    early.cachedBytes,
  ]);
});

test("memory: of a device that is not there is a typed error", () => {
  if (torch.cuda.isAvailable()) return;
  assertThrows(() => torch.memory("cuda"), Error, "device");
  assertThrows(() => torch.memory("tpu" as never), DeviceError, "tpu");
});

test("out of memory is an OutOfMemoryError and leaves everything working", () => {
  const before = torch.memory(device);
  // 2^60 bytes: more than any machine has.
  assertThrows(() => torch.zeros([2 ** 29, 2 ** 29], { device }), Error, "memory");
  assertEquals(torch.memory(device).tensors, before.tensors);
  assertEquals(torch.ones([2], { device }).sum().item(), 2);
});

test("setNumThreads: takes whole numbers from 1 on", () => {
  const before = torch.getNumThreads();
  torch.setNumThreads(1);
  assertEquals(torch.getNumThreads(), 1);
  torch.setNumThreads(before);
  for (const count of [0, -1, 1.5, NaN, 1e9]) {
    assertThrows(() => torch.setNumThreads(count), ArgumentError, String(count));
  }
});

test("buildInfo and cuda tell what there is", () => {
  const info = torch.buildInfo();
  assert(/^2\.\d+\.\d+/.test(info.libtorch), info.libtorch);
  assertEquals(typeof info.cudaBuilt, "boolean");
  assertEquals(torch.cuda.isAvailable(), torch.cuda.deviceCount() > 0);
});

/** Runs a script of `children/` and returns what it printed; nothing may go to stderr. */
async function child(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...args, new URL(`children/${name}`, import.meta.url).pathname],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  // Deno's own words about the type check are none of libtorch's.
  assertEquals(said.replace(/^Check file:.*\n/gm, ""), "");
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout);
}

test("the safety net frees tensors that nothing refers to any more, and no others", async () => {
  const printed = await child("finalizers.ts", "--no-check", "--v8-flags=--expose-gc");
  assertEquals(JSON.parse(printed), {
    made: 1000,
    left: 1,
    kept: [1, 1],
    keptLeft: 1,
    returnedLeft: 1,
    crossedLeft: 1,
    generatorsLeft: 2,
    abandonedLeft: 2,
    slowLeft: 3,
    slowResult: 2,
    drawn: 2,
  });
});

test("libtorch's warnings and errors print nothing", async () => {
  assertEquals(await child("warnings.ts", "--no-check"), "errors 3\n");
});
