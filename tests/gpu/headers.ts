/**
 * Compares what the native library declares of libtorch's CUDA parts with libtorch's own headers, which need NVIDIA's. No
 * GPU is needed.
 *
 * ```sh
 * LIBTORCH=/path/to/torch deno run -A tests/gpu/headers.ts /path/to/cuda/include…
 * ```
 *
 * With folders of headers: those of the CUDA toolkit, or of the packages nvidia-cuda-runtime, nvidia-cuda-crt,
 * nvidia-cuda-cccl and nvidia-nccl of the version that libtorch was built for. Folders `nvidia/…/include` beside
 * libtorch are found.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { inspectLibtorch } from "../../ffi/libtorch.ts";
import { compileArguments, compilerCandidates, findCompiler } from "../../src/setup/compiler.ts";

const path = Deno.env.get("LIBTORCH");
if (path === undefined) throw new Error("LIBTORCH names no libtorch.");
const libtorch = inspectLibtorch(path);
if (typeof libtorch === "string") throw new Error(libtorch);

/** The folders of headers in packages beside libtorch. */
function packaged(): string[] {
  try {
    return [...Deno.readDirSync(`${path}/../nvidia`)].map(({ name }) =>
      `${path}/../nvidia/${name}/include`
    );
  } catch {
    return [];
  }
}

const { command: [program, ...first] } = await findCompiler(compilerCandidates());
const folders = [...Deno.args, ...packaged()].flatMap((folder) => ["-isystem", folder]);
const source = fileURLToPath(new URL("native/cuda_symbols.cpp", import.meta.url));
const flags = compileArguments(libtorch).filter((flag) => flag !== "-c");
const { code, stderr } = await new Deno.Command(program, {
  args: [...first, ...flags, "-fsyntax-only", ...folders, source],
}).output();
console.log(
  new TextDecoder().decode(stderr).slice(-4000) ||
    "The declarations are those of libtorch's headers.",
);
Deno.exit(code);
