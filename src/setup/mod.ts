/**
 * Getting ready: libtorch, the native library, and finding out why something is not there.
 *
 * @module
 */

export { setup, type SetupOptions, type SetupResult } from "./setup.ts";
export { doctor, type DoctorReport } from "./doctor.ts";
export type { CudaReport } from "./cuda.ts";
export type { CudaLibrary } from "../../ffi/cuda_libraries.ts";
export type { LibraryFacts } from "./library_facts.ts";
export type { SetupProgress } from "./report.ts";
export type { BuildRecord } from "../../ffi/locate.ts";
export type { Libtorch } from "../../ffi/libtorch.ts";
export type { LibraryFile } from "../../ffi/library_files.ts";
