/**
 * Convolutions.
 *
 * @module
 */

import type { Call, Translations } from "../call.ts";
import { both, each } from "./directions.ts";

function convolution(call: Call): string {
  const weight = call.tensor(1);
  const kernel = weight.shape.slice(2).map((size) => call.fixed(size));
  const { length } = kernel;
  const [strides, padding, dilations] = [3, 4, 5].map((at) => each(call.numbers(at), length));
  const inputs = [call.name(0), weight.name, ...(call.isNone(2) ? [] : [call.name(2)])];
  const shared = {
    kernel_shape: kernel,
    strides,
    pads: both(padding),
    dilations,
    group: call.number(8),
  };
  if (!call.flag(6)) return call.add("Conv", inputs, shared);
  const output_padding = each(call.numbers(7), length);
  return call.add("ConvTranspose", inputs, { ...shared, output_padding });
}

/** Convolutions. */
export const CONVOLUTIONS: Translations = {
  _convolution: convolution,
  convolution,
};
