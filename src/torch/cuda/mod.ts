/**
 * NVIDIA's GPUs; `deno task doctor` says what is missing where none can be used. Every function opens libtorch at its
 * first use; without a GPU those that need one throw a `DeviceError`.
 *
 * @module
 */

export * from "./devices.ts";
export * from "./graph.ts";
export * from "./streams.ts";
export * from "./sync_debug.ts";
