/**
 * Where Windows looks for libraries.
 *
 * @module
 */

/**
 * Has Windows look into libtorch's folder for what the native library needs, as its libraries cannot say themselves where
 * that lies. Other systems' can. By Windows' documentation; it has not been tried.
 *
 * @param libtorch The folder of libtorch.
 */
export function lookInto(libtorch: string): void {
  if (Deno.build.os !== "windows") return;
  const system = Deno.dlopen("kernel32.dll", {
    SetDllDirectoryW: { parameters: ["buffer"], result: "i32" },
  });
  const path = `${libtorch}/lib\0`.replaceAll("/", "\\");
  system.symbols.SetDllDirectoryW(Uint16Array.from(path, (letter) => letter.charCodeAt(0)));
}
