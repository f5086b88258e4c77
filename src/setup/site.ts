/**
 * Where set-up works and what it depends on.
 *
 * @module
 */

import type { LibtorchOptions } from "./libtorch.ts";
import type { Driver } from "./nvidia_driver.ts";
import type { PrebuiltTable } from "./prebuilt.ts";
import type { Report } from "./report.ts";
import type { Wheel } from "./wheel.ts";

/** Everything of the surroundings that set-up depends on, so that tests can replace it. */
export interface SetupSurroundings
  extends
    Partial<Pick<LibtorchOptions, "wheel" | "pip" | "free" | "connectTimeout" | "idleTimeout">> {
  /** The files to fetch for CUDA (default: those for this system). */
  cudaWheel?: Wheel;
  /** The NVIDIA driver (default: what is found of one, unless `wheel` is given). */
  driver?: Driver;
  /** Reads an environment variable. */
  env?: (name: string) => string | undefined;
  /** The folder of the native source. */
  source?: URL;
  /** Ways to call the compiler, in order. */
  compilers?: string[][];
  /** The libraries that were compiled beforehand (default: those that came with this package). */
  prebuilt?: PrebuiltTable;
}

/** Where and for what set-up works. */
export interface Site {
  /** What set-up depends on. */
  readonly surroundings: SetupSurroundings;
  /** Reads an environment variable. */
  readonly env: (name: string) => string | undefined;
  /** The folder of the native source. */
  readonly source: URL;
  /** The folder of the cache. */
  readonly cache: string;
  /** Where to say what is being done. */
  readonly report: Report;
  /** Whether the library is compiled though one could be fetched. */
  readonly compile: boolean;
  /** What libtorch is taken from where `LIBTORCH` is not set. */
  readonly wheel?: Wheel;
  /** The wheel that will do instead, if the native library cannot be compiled for that one. */
  readonly instead?: Wheel;
}
