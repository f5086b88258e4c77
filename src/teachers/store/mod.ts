/**
 * What frozen teachers said, stored: they are run once for each variant of an image.
 *
 * @module
 */

export * from "./types.ts";
export * from "./store.ts";
export * from "./entry.ts";
export * from "./describe.ts";
export * from "./fill_options.ts";
export * from "./fill.ts";
export * from "./estimate_fill.ts";
export * from "./check_entry.ts";
export * from "./find_entries.ts";
export * from "./status.ts";
export * from "./merge_types.ts";
export * from "./merge.ts";
