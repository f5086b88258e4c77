import { assertEquals, assertThrows } from "@std/assert";
import { DeviceError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const { cuda } = torch;
const ignore = !cuda.isAvailable();

/** How often `body` waits for the GPU. */
function waits(body: () => void): number {
  const before = cuda.syncWarnings();
  cuda.setSyncDebugMode("warn");
  try {
    torch.scope(body);
  } finally {
    cuda.setSyncDebugMode("default");
  }
  return cuda.syncWarnings() - before;
}

test("calls that wait for the GPU are counted, and nothing else", () => {
  const x = torch.rand([64, 64], { device: "cuda" });
  x.sum().item();
  assertEquals(waits(() => void x.matmul(x).relu().sum()), 0);
  assertEquals(waits(() => void x.sum().item()), 1);
  assertEquals(waits(() => void x.data()), 1);
  assertEquals(waits(() => void x.gt(0.5).nonzero()) > 0, true);
  assertEquals(waits(() => void x.cpu()), 1);
  assertEquals(cuda.getSyncDebugMode(), "default");
}, { ignore });

test("a backward pass waits for nothing, and what waits in it is counted, too", () => {
  const x = torch.rand([64, 64], { device: "cuda", requiresGrad: true });
  assertEquals(waits(() => x.matmul(x).sum().backward()), 0);
}, { ignore });

test("where waiting is forbidden, the error says where it was", () => {
  const x = torch.rand([4], { device: "cuda" });
  cuda.setSyncDebugMode("error");
  try {
    assertThrows(() => x.sum().item(), DeviceError, "setSyncDebugMode");
    assertThrows(() => x.gt(0.5).nonzero(), DeviceError, "aten::nonzero");
    x.add(1);
  } finally {
    cuda.setSyncDebugMode("default");
  }
  assertEquals(Number.isFinite(x.sum().item()), true);
}, { ignore });
