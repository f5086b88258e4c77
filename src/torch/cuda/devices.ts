/**
 * Which GPUs there are, and which one `"cuda"` means.
 *
 * @module
 */

import { check, context, native, open } from "../../../ffi/native.ts";
import { ArgumentError } from "../../base/errors.ts";
import type { Device } from "../device.ts";
import { deviceCode } from "../device_codes.ts";
import { waiting } from "../waits.ts";

/** Whether a CUDA device can be used: a CUDA libtorch, a driver and a card. `deno task doctor` says what is missing. */
export function isAvailable(): boolean {
  return deviceCount() > 0;
}

/** The number of CUDA devices. */
export function deviceCount(): number {
  open();
  return check(native.ap_device_count(context, 1));
}

/** The index of the device that `"cuda"` means for this thread; 0 if there is none. */
export function currentDevice(): number {
  open();
  return check(native.ap_current_device(context, -1));
}

/**
 * Sets the device that `"cuda"` means for this thread. One process for each GPU sets its own by its local rank.
 *
 * @throws {ArgumentError} if the index is no whole number from 0 on.
 * @throws {DeviceError} if there is no such device.
 */
export function setDevice(index: number): void {
  if (!Number.isInteger(index) || index < 0 || index > 254) {
    throw new ArgumentError(`A device's index is a whole number from 0 to 254, got ${index}.`);
  }
  open();
  check(native.ap_current_device(context, index));
}

/**
 * Waits until everything asked of a device is done.
 *
 * @throws {DeviceError} if there is no such device.
 */
export function synchronize(device: Device = "cuda"): void {
  open();
  if (waiting !== null && device !== "cpu") waiting("synchronize", []);
  check(native.ap_synchronize(context, deviceCode(device)));
}
