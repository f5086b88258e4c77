/**
 * Where and as what something is moved: what the methods called `to` take.
 *
 * @module
 */

import { dtypes } from "../base/dtypes.ts";
import { ArgumentError, DeviceError } from "../base/errors.ts";
import { isNameOf } from "../base/lookup.ts";
import type { Device } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import type { DType } from "./dtype.ts";
import { dtypeCode } from "./dtype_codes.ts";

/**
 * The options that a dtype, a device or options stand for.
 *
 * @throws {ArgumentError} if it is none of them.
 * @throws {DTypeError} if there is no such dtype.
 * @throws {DeviceError} if there is no such device.
 */
export function targetOptions<O extends { dtype?: DType; device?: Device }>(
  target: DType | Device | O,
): O {
  let options: O;
  if (typeof target === "string") {
    if (isNameOf(dtypes, target)) return { dtype: target } as O;
    if (!/^(cpu|cuda)/.test(target)) {
      throw new DeviceError(
        `There is no device and no dtype "${target}"; devices are "cpu", "cuda" and "cuda:n", dtypes ${
          Object.keys(dtypes).join(", ")
        }.`,
      );
    }
    options = { device: target } as O;
  } else if (typeof target === "object" && target !== null) {
    options = target;
  } else {
    throw new ArgumentError(
      `A dtype such as "float32", a device such as "cpu" or an object of options is expected, got ${
        target === null ? "null" : typeof target
      }.`,
    );
  }
  if (options.dtype !== undefined) dtypeCode(options.dtype);
  if (options.device !== undefined) deviceCode(options.device);
  return options;
}
