/**
 * Loading libraries so that everything in the process sees them.
 *
 * @module
 */

const RTLD_NOW = 2;
const RTLD_GLOBAL = 0x100;

/**
 * Loads libraries of Linux for the whole process, in their order. What `Deno.dlopen` loads, and what that needs, is seen by
 * itself alone. What cannot be loaded is passed over: whoever needs it says so.
 *
 * @param paths The libraries' paths.
 */
export function loadGlobally(paths: readonly string[]): void {
  if (Deno.build.os !== "linux" || paths.length === 0) return;
  // Older systems have the function in the second library.
  for (const library of ["libc.so.6", "libdl.so.2"]) {
    try {
      const system = Deno.dlopen(library, {
        dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
      });
      for (const path of paths) {
        system.symbols.dlopen(new TextEncoder().encode(`${path}\0`), RTLD_NOW | RTLD_GLOBAL);
      }
      return;
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
    }
  }
}
