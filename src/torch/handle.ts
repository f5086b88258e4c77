/**
 * Where a tensor or generator keeps its native handle.
 *
 * @module
 */

/**
 * The name of a tensor's or generator's native handle. A symbol of this copy of the package's own: what only looks
 * like a tensor (a structured clone, another copy's, an object made by hand) has nothing under it.
 * @ignore
 */
export const HANDLE: unique symbol = Symbol("handle");
