/**
 * libtorch's numbers for devices.
 *
 * @module
 */

import { DeviceError } from "../base/errors.ts";
import type { Device } from "./device.ts";

const codes = new Map<string, number>([["cpu", 0]]);

/** The frame's number for a device: libtorch's type number * 256 + index + 1. */
export function deviceCode(device: Device): number {
  const known = codes.get(device);
  if (known !== undefined) return known;
  const match = /^cuda(?::(\d{1,2}))?$/.exec(device);
  if (!match) {
    throw new DeviceError(
      `There is no device "${device}"; a device is "cpu", "cuda" or "cuda:n" with n the card's number.`,
    );
  }
  const code = 256 + (match[1] === undefined ? 0 : Number(match[1]) + 1);
  codes.set(device, code);
  return code;
}

/** The name of the device with libtorch's type number and index. */
export function deviceName(type: number, index: number): Device {
  if (type === 0) return "cpu";
  if (type === 1) return index < 0 ? "cuda" : `cuda:${index}`;
  throw new DeviceError(`libtorch's device type ${type} is not one this package knows.`);
}
