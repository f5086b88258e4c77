/**
 * Parts that autocast keeps its hands off.
 *
 * @module
 */

import { autocast } from "./backward.ts";
import type { Device } from "./device.ts";

/** Runs `body` without autocast: for products of matrices whose rounding would be larger than what they are for. */
export function inFullPrecision<R>(device: Device, body: () => R): R {
  return autocast(body, { device, enabled: false });
}
