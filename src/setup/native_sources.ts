/**
 * The files of `native/` that the native library is built from. A package that is imported over HTTP has
 * no folder to list, so they are named here; a test compares this with the folder.
 *
 * @module
 */

/** The names of the source files and headers, in order of the alphabet. */
export const NATIVE_SOURCES: readonly string[] = [
  "allocator.cpp",
  "allocator.h",
  "apprentice.h",
  "autograd.cpp",
  "context.cpp",
  "context.h",
  "cuda_symbols.h",
  "devices.h",
  "gathering.cpp",
  "gloo/algorithm.h",
  "gloo/common/error.h",
  "gloo/context.h",
  "gloo/rendezvous/store.h",
  "gloo/transport/device.h",
  "graphs.cpp",
  "guards.cpp",
  "guards.h",
  "joint_batch_norm.cpp",
  "libtorch_settings.cpp",
  "libtorch_settings.h",
  "nccl_backend.cpp",
  "nccl_backend.h",
  "operators.cpp",
  "operators.h",
  "portable.h",
  "process_groups.cpp",
  "process_groups.h",
  "random.cpp",
  "random.h",
  "reducer.cpp",
  "runtime.cpp",
  "script.cpp",
  "script_recording.cpp",
  "script_recording.h",
  "script_values.h",
  "streams.cpp",
  "streams.h",
  "tensors.cpp",
  "trace.cpp",
  "unboxed.cpp",
  "values.cpp",
  "values.h",
  "warnings.cpp",
  "warnings.h",
];
