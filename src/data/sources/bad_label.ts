/**
 * Finding a label that names no class.
 *
 * @module
 */

/** Where the first label lies that is not below `classes`, or -1. */
export function findBadLabel(labels: Uint8Array | Int32Array, classes: number): number {
  return labels.findIndex((label) => label < 0 || label >= classes);
}
