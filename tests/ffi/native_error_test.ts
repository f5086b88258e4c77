import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { nativeError } from "../../ffi/native_error.ts";
import { DeviceError } from "../../src/base/errors.ts";

/** What builds of libtorch say where a device cannot be used, seen with 2.13.0 for the CPU and for CUDA 13.0. */
const sentences = [
  "CUDA error: CUDA driver version is insufficient for CUDA runtime version\nSearch for `cudaErrorInsufficientDriver' in https://docs.nvidia.com.",
  "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver",
  "CUDA error: no kernel image is available for execution on the device\nCUDA kernel errors might be asynchronously reported",
  "PyTorch is not linked with support for cuda devices",
];

Deno.test("a device that cannot be used is a DeviceError that sends to the doctor, in one line", () => {
  for (const sentence of sentences) {
    const error = nativeError(1, `${sentence}\n  in aten::to(self: Float[2])`);
    assert(error instanceof DeviceError, sentence);
    assertStringIncludes(error.message, "deno task doctor");
    const [first, second] = error.message.split("\n");
    assert(first.startsWith(sentence.split("\n")[0]), first);
    assertEquals(second, "  in aten::to(self: Float[2])");
  }
});
