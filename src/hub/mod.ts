/**
 * Models from a hub: `hf://org/name` as files on this machine, in the cache that Python's huggingface_hub has.
 *
 * @module
 */

export * from "./errors.ts";
export * from "./names.ts";
export * from "./resolve.ts";
export * from "./hub_snapshot.ts";
export * from "./verify.ts";
export * from "./settings.ts";
export * from "./push_files.ts";
