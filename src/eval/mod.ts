/**
 * Measuring what was learned.
 *
 * @module
 */

export * from "./accuracy.ts";
