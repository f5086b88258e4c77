/**
 * Choosing images from any data set, and making one data set of several.
 *
 * @module
 */

export * from "./concatenate.ts";
export * from "./join.ts";
export * from "./options.ts";
export * from "./select_listed.ts";
