/**
 * cuDNN, where libtorch was built with it.
 *
 * @module
 */

/** The parts that are looked for by name. */
const PARTS = ["libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9", "libcudnn.so.9"];

const RTLD_NOW = 2;
const RTLD_GLOBAL = 0x100;

/**
 * Loads cuDNN for the whole process, before libtorch does. cuDNN looks for functions of its parts among the libraries that
 * everything in the process sees; what `Deno.dlopen` loads, and what that needs, is seen by itself alone, and the function
 * that is not found is called all the same. What cannot be loaded is left to libtorch, which says so.
 *
 * @param libtorch The folder of libtorch.
 */
export function loadCudnn(libtorch: string): void {
  if (Deno.build.os !== "linux") return;
  // Python's packages have it beside torch.
  const folder = [`${libtorch}/lib`, `${libtorch}/../nvidia/cudnn/lib`].find(hasCudnn);
  if (folder === undefined) return;
  for (const library of ["libc.so.6", "libdl.so.2"]) {
    try {
      const system = Deno.dlopen(library, {
        dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
      });
      for (const part of PARTS) {
        const path = new TextEncoder().encode(`${folder}/${part}\0`);
        system.symbols.dlopen(path, RTLD_NOW | RTLD_GLOBAL);
      }
      return;
    } catch {
      // Older systems have the function in the other library.
    }
  }
}

function hasCudnn(folder: string): boolean {
  try {
    return Deno.statSync(`${folder}/${PARTS.at(-1)}`).isFile;
  } catch {
    return false;
  }
}
