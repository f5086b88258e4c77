import { assertEquals } from "@std/assert";
import { locate } from "../../ffi/locate.ts";
import * as torch from "../../src/torch/mod.ts";
import { cudaNames } from "./native/names.ts";

/** libtorch's CUDA library, if it has one. It can be looked into without a GPU. */
function cudaLibrary(): string | undefined {
  const path = `${locate().libtorch?.path}/lib/libtorch_cuda.so`;
  try {
    return Deno.statSync(path).isFile ? path : undefined;
  } catch {
    return undefined;
  }
}

Deno.test("the names are read from the native source", () => {
  const names = cudaNames();
  assertEquals(Object.keys(names).length, 12);
  assertEquals(names.probe_graph_replay, "_ZN2at4cuda9CUDAGraph6replayEv");
  assertEquals(names.sync_debug_mode, "_ZZN3c104cuda13warning_stateEvE14warning_state_");
});

Deno.test({
  name: "libtorch's CUDA library has all that the native library uses of it",
  ignore: cudaLibrary() === undefined,
  fn() {
    // What the CUDA library needs comes with the native library.
    torch.cuda.deviceCount();
    const missing = Object.entries(cudaNames()).filter(([, name]) => {
      try {
        Deno.dlopen(cudaLibrary()!, { [name]: { type: "pointer" } }).close();
        return false;
      } catch {
        return true;
      }
    }).map(([probe]) => probe);
    // From 2.14 on a graph finds by itself which generators were drawn from.
    assertEquals(missing.filter((probe) => probe !== "probe_graph_register"), []);
  },
});
