/**
 * Random numbers: the same seeds give the same numbers as in PyTorch.
 *
 * @module
 */

import { check, context, frame, native, open, releaseOne } from "../../ffi/native.ts";
import { ArgumentError } from "../errors.ts";
import { make } from "./core.ts";
import { type Device, deviceCode } from "./device.ts";
import type { Tensor } from "./tensor.ts";

function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ArgumentError(`A seed is a whole number from 0 to 2^53 - 1, got ${seed}.`);
  }
}

/** Seeds the random numbers of every device. */
export function manualSeed(seed: number): void {
  checkSeed(seed);
  open();
  check(native.ap_seed(context, seed));
}

/** The state of a device's random numbers, as a uint8 tensor. */
export function getRngState(device: Device = "cpu"): Tensor {
  open();
  check(native.ap_rng_state(context, deviceCode(device)));
  return make(frame[0]);
}

/** Puts back a state that {@linkcode getRngState} returned. */
export function setRngState(state: Tensor, device: Device = "cpu"): void {
  check(native.ap_set_rng_state(context, deviceCode(device), state.handle));
}

/** Random numbers of their own: what uses it neither sees nor disturbs the others. */
export class Generator implements Disposable {
  /** The native handle. @ignore */
  readonly handle: number;

  /** A generator that starts from `seed`. */
  constructor(seed: number, device: Device = "cpu") {
    checkSeed(seed);
    open();
    check(native.ap_generator(context, deviceCode(device), seed));
    this.handle = frame[0];
    check(native.ap_scope_keep(context, this.handle));
  }

  /** Frees the generator. */
  dispose(): void {
    releaseOne(context, this.handle);
  }

  /** Same as {@linkcode Generator.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
