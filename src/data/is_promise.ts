/**
 * Telling what is there from what is yet to come.
 *
 * @module
 */

/** Whether a value has to be waited for. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise;
}
