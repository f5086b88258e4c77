/**
 * From the native library's error codes to typed errors.
 *
 * @module
 */

import {
  type ApprenticeError,
  ArgumentError,
  DeviceError,
  DisposedError,
  DistributedError,
  DTypeError,
  IndexError,
  LibraryError,
  OutOfMemoryError,
  ShapeError,
  TorchError,
  VersionError,
} from "../src/base/errors.ts";
import { dtypeMessage } from "./dtype_error.ts";

type ErrorClass = new (message: string) => ApprenticeError;

/** By `enum ap_error` in `native/apprentice.h`. */
const byCode: Record<number, ErrorClass> = {
  2: IndexError,
  6: OutOfMemoryError,
  8: DisposedError,
  9: ArgumentError,
  10: ArgumentError,
  11: VersionError,
  12: LibraryError,
  13: DeviceError,
  14: ShapeError,
  15: DTypeError,
  16: DistributedError,
};

/** libtorch has one error for most mistakes; its words tell which mistake it was. */
const byWords: [RegExp, ErrorClass][] = [
  [/out of bounds|out of range|index .* is out/i, IndexError],
  [/out of memory|can't allocate memory/i, OutOfMemoryError],
  [
    /same device|on device|device type|CUDA error|is on cpu|not compiled with CUDA|without CUDA|'aten::[^']*' with arguments from the '(CUDA|XPU|MPS)/i,
    DeviceError,
  ],
  [
    /dtype|scalar type|same type|not implemented for '|can't be cast|data type|ScalarType|floating point|integer tensors/i,
    DTypeError,
  ],
  [
    /shape|size|dimension|must match|dims?\b|cannot be multiplied|broadcast|expanded|number of elements|\b[1-5]D\b|channels must be divisible/i,
    ShapeError,
  ],
];

/** What libtorch says where a device cannot be used at all. */
const noDevice =
  /not linked with support for|NVIDIA driver|No CUDA GPUs|no CUDA-capable device|invalid device ordinal|not compiled with CUDA/i;

/** What c10d's backends say when a process cannot be reached: their errors have no type of their own. */
const connection =
  /\bgloo\/transport\/|\[c10d\]|timeout caused pair closure|\bProcessGroup(Gloo|NCCL)\b.*(timed? ?out|abort)/is;

/**
 * What libtorch's checks say, without what they say to those who work on libtorch: where in its source a check stands,
 * and that it should be reported.
 */
function inWords(message: string): string {
  return message
    .replace(/\s*\(Could this error message be improved\?[^)]*\)/g, "")
    .replace(
      /^(.*?)\s*INTERNAL ASSERT FAILED at "[^"]*":\d+, please report a bug to PyTorch\.\s*/s,
      (_, check: string) =>
        `libtorch cannot work with these arguments${
          check === "" || check === "false" ? "" : ` (${check} does not hold)`
        }: `,
    )
    .replace(/^Expected (.+?) to be true, but got false\./s, "$1 has to hold, and does not.")
    .replace(/^unflatten got an unexpected error:\s*/, "unflatten: ")
    .replace(/\nException raised from [^\n]*(\nframe #[^\n]*)*\n?/, "")
    .replace(/: (\n|$)/, ".$1");
}

/** The typed error for a native error code and its message. */
export function nativeError(code: number, message: string): ApprenticeError {
  message = inWords(message);
  if (code === 12) {
    message = "This thread has no open context in the native library (a worker that has ended?).";
  }
  const exact = byCode[code];
  if (exact) return new exact(message);
  if (connection.test(message)) return new DistributedError(message);
  const missing = /Could not run '([^']*)' with arguments from the '(\w+)' backend/.exec(message);
  if (missing) {
    const call = message.lastIndexOf("\n  in ");
    message = `${missing[1]} cannot run on ${missing[2]} with this libtorch. ` +
      "`deno task doctor` tells which devices can be used and why others cannot." +
      (call < 0 ? "" : message.slice(call));
    return new DeviceError(message);
  }
  if (noDevice.test(message)) {
    const call = message.lastIndexOf("\n  in ");
    const sentence = call < 0 ? message : message.slice(0, call);
    message =
      `${sentence.split("\n")[0]}. \`deno task doctor\` tells which devices can be used and why ` +
      `others cannot.${call < 0 ? "" : message.slice(call)}`;
    return new DeviceError(message);
  }
  const dtypes = dtypeMessage(message);
  if (dtypes !== undefined) return new DTypeError(dtypes);
  // Only libtorch's own sentence is looked at, not the operator's name and arguments after it.
  const sentence = message.split("\n  in ")[0];
  for (const [words, type] of byWords) if (words.test(sentence)) return new type(message);
  return new TorchError(message);
}
