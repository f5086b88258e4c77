import { assert, assertEquals } from "@std/assert";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const { cuda } = torch;
const ignore = !cuda.isAvailable();
const values = Float32Array.from({ length: 1 << 20 }, (_, i) => i % 1000);

test("tensors are made in pinned memory: of values, of lists, empty, and as copies", () => {
  const made = [
    torch.tensor(values, { pinMemory: true }),
    torch.tensor(values, { pinMemory: true, dtype: "float16" }),
    torch.tensor([[1, 2], [3, 4]], { pinMemory: true }),
    torch.tensor(new Uint8Array(8), { pinMemory: true, shape: [2, 4] }),
    torch.empty([3], { pinMemory: true }),
    torch.zeros([3], { pinMemory: true }),
    torch.ones([3]).pinMemory(),
  ];
  for (const tensor of made) assertEquals([tensor.isPinned(), tensor.device], [true, "cpu"]);
  assertEquals(made[0].data(), values);
  assertEquals(made[2].toArray(), [[1, 2], [3, 4]]);
  assertEquals(torch.ones([3]).isPinned(), false);
}, { ignore });

test("copies of pinned memory do not wait, and bring all values there and back", () => {
  cuda.synchronize();
  const before = cuda.syncWarnings();
  cuda.setSyncDebugMode("warn");
  try {
    const pinned = torch.tensor(values, { pinMemory: true });
    const there = pinned.to({ device: "cuda", nonBlocking: true });
    const twice = there.mul(2);
    const back = torch.empty([values.length], { pinMemory: true });
    back.copy_(twice, true);
    using done = new cuda.Event();
    done.record();
    assertEquals(cuda.syncWarnings(), before);
    done.synchronize();
    assertEquals(back.data(), values.map((value) => 2 * value));
    // What is not pinned waits.
    torch.tensor(values).to("cuda");
    assert(cuda.syncWarnings() > before);
  } finally {
    cuda.setSyncDebugMode("default");
  }
}, { ignore });

test("pinned memory is free for others once the copy that reads it is done", () => {
  using current = cuda.currentStream();
  const sums = Array.from({ length: 50 }, (_, round) => {
    const pinned = torch.tensor(new Float32Array(1 << 18).fill(round), { pinMemory: true });
    const mean = pinned.to({ device: "cuda", nonBlocking: true }).mean();
    pinned.dispose();
    return mean;
  });
  current.synchronize();
  assertEquals(sums.map((sum) => sum.item()), sums.map((_, round) => round));
}, { ignore });
