/**
 * Which calls wait for the GPU: each takes time in which the GPU has nothing to do.
 *
 * @module
 */

import { check, context, frame, native, open } from "../../../ffi/native.ts";
import { ArgumentError } from "../../base/errors.ts";

/** What is done about a call that waits for the GPU. */
export type SyncDebugMode = "default" | "warn" | "error";

const names: readonly SyncDebugMode[] = ["default", "warn", "error"];

/**
 * Sets what is done about a call that waits for the GPU, in all threads: nothing, count it ({@linkcode syncWarnings}), or
 * throw a `DeviceError` whose stack says where it is. Such calls are `item()`, `toArray()`, `nonzero()`, copies to the CPU
 * that are not `nonBlocking`, and others; {@linkcode synchronize} itself is none of them.
 *
 * @throws {DeviceError} if this libtorch is one without CUDA, unless the mode is `"default"`.
 */
export function setSyncDebugMode(mode: SyncDebugMode): void {
  const number = names.indexOf(mode);
  if (number < 0) {
    throw new ArgumentError(`The mode is one of ${names.join(", ")}, got ${mode}.`);
  }
  open();
  check(native.ap_sync_debug(context, number));
}

/** What is done about a call that waits for the GPU. */
export function getSyncDebugMode(): SyncDebugMode {
  open();
  return names[check(native.ap_sync_debug(context, -1))];
}

/** How many calls have waited for the GPU while the mode was `"warn"`, since the process began. */
export function syncWarnings(): number {
  open();
  check(native.ap_sync_debug(context, -1));
  return frame[0];
}
