/**
 * Random numbers: the same seeds give the same numbers as in PyTorch.
 *
 * @module
 */

import { check, context, frame, native, open, releaseOne } from "../../ffi/native.ts";
import { ArgumentError } from "../base/errors.ts";
import { catchLater, handleOf, make } from "./core.ts";
import { HANDLE } from "./handle.ts";
import type { Device } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import type { Tensor } from "./tensor.ts";

function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ArgumentError(`A seed is a whole number from 0 to 2^53 - 1, got ${seed}.`);
  }
}

/**
 * Seeds the random numbers: those of this thread on the CPU, and those of every GPU. A worker has numbers of its own on
 * the CPU and is seeded by itself: what other threads draw at the same time changes nothing. A GPU's are the whole
 * process's; a {@linkcode Generator} for each worker keeps them apart.
 *
 * @throws {ArgumentError} if the seed is no whole number from 0 to 2^53 - 1.
 */
export function manualSeed(seed: number): void {
  checkSeed(seed);
  open();
  check(native.ap_seed(context, seed));
}

/**
 * The state of a device's random numbers, as a uint8 tensor; on the CPU that of this thread's.
 *
 * @throws {DeviceError} if there is no such device.
 */
export function getRngState(device: Device = "cpu"): Tensor {
  open();
  check(native.ap_rng_state(context, deviceCode(device)));
  return make(frame[0]);
}

/**
 * Puts back a state that {@linkcode getRngState} returned, in this thread or another.
 *
 * @throws {ApprenticeError} if it is no such state, or a damaged one.
 */
export function setRngState(state: Tensor, device: Device = "cpu"): void {
  check(native.ap_set_rng_state(context, deviceCode(device), handleOf(state)));
}

/**
 * Random numbers of their own: what uses it neither sees nor disturbs the others. It belongs to no scope: it is freed by
 * {@linkcode Generator.dispose}, at the end of the block of its `using`, or some time after nothing refers to it.
 */
export class Generator implements Disposable {
  /** The native handle; of no use outside this package. @ignore */
  readonly [HANDLE]: number;

  /** A generator that starts from `seed`. */
  constructor(seed: number, device: Device = "cpu") {
    checkSeed(seed);
    open();
    check(native.ap_generator(context, deviceCode(device), seed));
    this[HANDLE] = frame[0];
    check(native.ap_scope_keep(context, this[HANDLE]));
    catchLater(this);
  }

  /** Frees the generator. */
  dispose(): void {
    releaseOne(context, this[HANDLE]);
  }

  /** Same as {@linkcode Generator.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
