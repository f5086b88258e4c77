/**
 * Patterns of names.
 *
 * @module
 */

/** A name, in which `*` stands for anything, dots included (`"blocks.*.norm1"`); or a regular expression. */
export type NamePattern = string | RegExp;
