import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { nativeError } from "../../../ffi/native_error.ts";
import { ArgumentError, CaptureError, DeviceError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";

const { cuda } = torch;
const here = !cuda.isAvailable();

test("without a GPU everything that needs one says so by a DeviceError", () => {
  assertEquals([cuda.deviceCount(), cuda.currentDevice(), cuda.isAvailable()], [0, 0, false]);
  const x = torch.ones([2]);
  const refused: Record<string, () => unknown> = {
    "a stream": () => new cuda.Stream(),
    "the current stream": () => cuda.currentStream(),
    "the default stream": () => cuda.defaultStream("cuda:1"),
    "an event": () => new cuda.Event(),
    "a graph": () => new cuda.CUDAGraph(),
    "memory for graphs": () => cuda.graphPoolHandle(),
    "the current device": () => cuda.setDevice(0),
    "to wait": () => cuda.synchronize(),
    "a pinned copy": () => x.pinMemory(),
    "pinned values": () => torch.tensor(new Float32Array(2), { pinMemory: true }),
    "pinned numbers": () => torch.tensor([1, 2], { pinMemory: true }),
    "pinned zeros": () => torch.zeros([2], { pinMemory: true }),
    "a copy to it": () => x.to({ device: "cuda", nonBlocking: true }),
  };
  for (const [name, body] of Object.entries(refused)) {
    const error = assertThrows(body, DeviceError, "doctor", name);
    assertEquals(error.constructor, DeviceError, name);
  }
}, { ignore: !here });

test(
  "the CPU has no streams, events, graphs, and wrong values are refused before anything is asked",
  () => {
    assertThrows(() => new cuda.Stream({ device: "cpu" }), DeviceError, "the CPU has none");
    assertThrows(() => new cuda.Event({ device: "cpu" }), DeviceError, "the CPU has none");
    assertThrows(() => new cuda.CUDAGraph({ device: "cpu" }), DeviceError, "the CPU has none");
    for (const index of [-1, 0.5, NaN, 255]) {
      assertThrows(() => cuda.setDevice(index), ArgumentError, "whole number");
    }
    assertThrows(() => cuda.stream({} as torch.cuda.Stream, () => 1), ArgumentError, "A stream");
    assertThrows(
      () => torch.tensor([1], { pinMemory: true, device: "cuda" }),
      DeviceError,
      "Only tensors on the CPU",
    );
    assertThrows(
      () => torch.ones([1], { pinMemory: true, device: "cuda:1" }),
      DeviceError,
      "Only tensors on the CPU",
    );
    assertThrows(
      () => torch.call("aten::record_stream", torch.ones([1]), 3),
      ArgumentError,
      "must be a stream",
    );
  },
  { ignore: !here },
);

test("memory that is not pinned says so, and copies on the CPU take nonBlocking", () => {
  const x = torch.tensor([1, 2], { pinMemory: false });
  assertEquals(x.isPinned(), false);
  const copy = x.to({ device: "cpu", dtype: "float64", nonBlocking: true });
  assertEquals([copy.dtype, copy.toArray()], ["float64", [1, 2]]);
});

test("the mode that finds calls which wait is off, and only CUDA can have another", () => {
  assertEquals([cuda.getSyncDebugMode(), cuda.syncWarnings()], ["default", 0]);
  cuda.setSyncDebugMode("default");
  assertThrows(
    () => cuda.setSyncDebugMode("loud" as "warn"),
    ArgumentError,
    "default, warn, error",
  );
  if (torch.buildInfo().cudaBuilt) return;
  assertThrows(() => cuda.setSyncDebugMode("warn"), DeviceError, "no CUDA");
  assertEquals(cuda.getSyncDebugMode(), "default");
});

Deno.test("what CUDA says of work that cannot be recorded becomes a CaptureError with the remedy", () => {
  // As CUDA and libtorch print them.
  const messages = [
    "CUDA error: operation not permitted when stream is capturing\nSearch for `cudaErrorStreamCaptureUnsupported' in https://docs",
    "CUDA error: operation failed due to a previous error during capture\nSearch for `cudaErrorStreamCaptureInvalidated' in",
    "CUDA error: operation would make the legacy stream depend on a capturing blocking stream\nSearch for",
    "Cannot call CUDAGeneratorImpl::current_seed during CUDA graph capture. If you need this call to be captured, please",
    "CUDA graphs must be captured on a non-default stream. (However, after capture, it's ok to replay them on the default stream.)",
  ];
  for (const message of messages) {
    const error = nativeError(1, `${message}\n  in aten::item(self: Float[1])`);
    assertInstanceOf(error, CaptureError, message);
    assertStringIncludes(error.message, message.split("\n")[0].slice(0, 40));
    assertStringIncludes(error.message, "take item(), toArray()");
    assertStringIncludes(error.message, "in aten::item(self");
  }
  const waiting = nativeError(
    1,
    "called a synchronizing CUDA operation\n  in aten::nonzero(self: Bool[3])",
  );
  assertInstanceOf(waiting, DeviceError);
  assertStringIncludes(waiting.message, "aten::nonzero");
});
