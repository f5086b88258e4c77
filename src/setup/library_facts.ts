/**
 * What an opened library says of itself.
 *
 * @module
 */

import { check, context, native, open, readText } from "../../ffi/native.ts";
import type { Located } from "../../ffi/locate.ts";

/** What a library that was opened says. */
export interface LibraryFacts {
  /** The version of the C interface, on which the library and the TypeScript side agree. */
  abi: number;
  /** The version of libtorch that was loaded with it. */
  libtorch: string;
  /** Which instructions of the processor libtorch uses: `"AVX512"`. */
  cpu: string;
  /** How many threads libtorch uses. */
  threads: number;
  /** How many CUDA devices libtorch sees. */
  cudaDevices: number;
}

const CUDA = 1; // libtorch's number for this type of device

/**
 * Opens a library, unless one is open in this process already, and asks what it is.
 *
 * @param located Where it is; looked for by default.
 * @throws {LibraryError} If it cannot be opened.
 * @throws {VersionError} If it was built for another version of this package.
 */
export function libraryFacts(located?: Located): LibraryFacts {
  open(located);
  const { abi, libtorch, cpu } = JSON.parse(readText(check(native.ap_build_info(context))));
  return {
    abi,
    libtorch,
    cpu,
    threads: check(native.ap_threads(context, 0)),
    cudaDevices: check(native.ap_device_count(context, CUDA)),
  };
}
