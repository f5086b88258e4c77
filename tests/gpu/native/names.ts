/**
 * The names that the linker knows libtorch's CUDA functions by, as far as the native library uses them: from its source.
 *
 * @module
 */

/** By the names of their probes; `sync_debug_mode` is a variable. */
export function cudaNames(): Record<string, string> {
  const names: Record<string, string> = {};
  for (const file of ["cuda_symbols.h", "nccl_backend.cpp"]) {
    const text = Deno.readTextFileSync(new URL(`../../../native/${file}`, import.meta.url));
    const joined = text.replace(/"\s+"/g, "");
    for (const [, name, symbol] of joined.matchAll(/(\w+)(?:, | __asm__\(\s*)"(_Z\w+)"/g)) {
      names[name] = symbol;
    }
  }
  return names;
}
