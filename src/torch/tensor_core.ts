/**
 * The part of a tensor that the generated operators build on.
 *
 * @module
 */

import { HANDLE } from "./handle.ts";

/** The part of a tensor that the generated operators build on: its handle. */
export abstract class TensorCore {
  /** The native handle; of no use outside this package. @ignore */
  readonly [HANDLE]: number;

  /** Wraps a native handle. @ignore */
  constructor(handle: number) {
    this[HANDLE] = handle;
  }
}
