/**
 * What a libtorch folder is: its version and whether it was built for CUDA. Reads two small files and
 * opens no library.
 *
 * @module
 */

/** A libtorch that was looked at and found whole. */
export interface Libtorch {
  /** The folder that has `lib` and `include`. */
  path: string;
  /** The version without a suffix: `"2.13.0"`. */
  version: string;
  /** `"cpu"`, or what it was built for: `"cu130"`, `"rocm"`. */
  variant: string;
}

/** The oldest libtorch that the native library builds against. */
export const OLDEST_LIBTORCH = "2.9";
/** The newest libtorch that the native library builds against. */
export const NEWEST_LIBTORCH = "2.14";

/** The file name of a shared library on this system: `"c10"` becomes `libc10.so` on Linux. */
export function libraryFileName(name: string): string {
  switch (Deno.build.os) {
    case "windows":
      return `${name}.dll`;
    case "darwin":
      return `lib${name}.dylib`;
    default:
      return `lib${name}.so`;
  }
}

/**
 * Looks at a folder that should hold libtorch: an unpacked libtorch archive, or the `torch` folder of
 * a Python installation.
 *
 * @returns What it is, or in words why it cannot be used.
 */
export function inspectLibtorch(path: string): Libtorch | string {
  if (!exists(path)) return "there is no such folder";
  const needed = [
    `lib/${libraryFileName("torch_cpu")}`,
    `lib/${libraryFileName("c10")}`,
    "include/ATen/ATen.h",
  ];
  const missing = needed.filter((name) => !exists(`${path}/${name}`));
  if (missing.length > 0) return `it lacks ${missing.join(", ")}`;
  const version = headerVersion(path);
  if (version === undefined) return "no version.h with the version is in its include folder";
  return { path, version, variant: variantOf(path) };
}

/** Whether the native library can be built against a libtorch of this version. */
export function isSupportedVersion(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [, oldest] = OLDEST_LIBTORCH.split(".").map(Number);
  const [, newest] = NEWEST_LIBTORCH.split(".").map(Number);
  return major === 2 && minor >= oldest && minor <= newest;
}

/** Where the macros with the version are, in newer versions and in older ones. */
const VERSION_HEADERS = [
  "include/torch/headeronly/version.h",
  "include/torch/csrc/api/include/torch/version.h",
  "include/torch/version.h",
];

/** The version that the headers tell: what counts, as the native library is compiled with them. */
function headerVersion(path: string): string | undefined {
  for (const name of VERSION_HEADERS) {
    const text = readIfThere(`${path}/${name}`);
    if (text === undefined) continue;
    const parts = ["MAJOR", "MINOR", "PATCH"].map((part) =>
      text.match(new RegExp(`#define\\s+TORCH_VERSION_${part}\\s+(\\d+)`))?.[1]
    );
    if (parts.every((part) => part !== undefined)) return parts.join(".");
  }
  return undefined;
}

/** What a libtorch was built for, as `version.py` or `build-version` tells, or else the libraries there. */
function variantOf(path: string): string {
  const python = readIfThere(`${path}/version.py`);
  const cuda = python?.match(/^cuda\b.*=\s*['"](\d+)\.(\d+)/m);
  if (cuda) return `cu${cuda[1]}${cuda[2]}`;
  if (python && /^hip\b.*=\s*['"]/m.test(python)) return "rocm";
  const suffix = readIfThere(`${path}/build-version`)?.match(/\+(cu\d+|rocm|xpu|cpu)/)?.[1];
  if (suffix) return suffix;
  return exists(`${path}/lib/${libraryFileName("torch_cuda")}`) ? "cuda" : "cpu";
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

/** A file's text, or undefined if it cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    // Opening a FIFO would wait for ever.
    return Deno.statSync(path).isFile ? Deno.readTextFileSync(path) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}
