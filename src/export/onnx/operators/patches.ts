/**
 * Patches of images.
 *
 * @module
 */

import { eye, scope } from "../../../torch/mod.ts";
import type { Call, Translations } from "../call.ts";
import { both, each } from "./directions.ts";

/**
 * The patches of images beside each other, or put back and added: a convolution, or its transpose, each channel by itself,
 * whose kernels take one place of a window each. Arguments from `at` on are kernel, dilation, padding, stride.
 */
function patches(
  call: Call,
  at: number,
): { weight: string; shared: Record<string, number | number[]> } {
  const [kernel, dilations, padding, strides] = [0, 1, 2, 3].map((i) =>
    each(call.numbers(at + i), 2)
  );
  const places = kernel[0] * kernel[1];
  const all = at === 1
    ? call.fixed(call.tensor(0).shape[1])
    : call.fixed(call.tensor(0).shape[1]) / places;
  const weight = call.graph.constant(
    `places ${all} ${kernel}`,
    () => scope(() => eye(places).reshape([places, 1, ...kernel]).repeat(all, 1, 1, 1)),
  );
  return {
    weight,
    shared: { kernel_shape: kernel, dilations, pads: both(padding), strides, group: all },
  };
}

function unfolded(call: Call): string {
  const { weight, shared } = patches(call, 1);
  const maps = call.add("Conv", [call.name(0), weight], shared);
  return call.reshape(maps, call.made[0].shape);
}

function folded(call: Call): string {
  const { weight, shared } = patches(call, 2);
  const { name, shape } = call.tensor(0);
  const sizes = call.numbers(1);
  const [kernel, dilations, pads, strides] = ["kernel_shape", "dilations", "pads", "strides"]
    .map((key) => shared[key] as number[]);
  const counts = sizes.map((size, i) =>
    Math.floor((size + 2 * pads[i] - dilations[i] * (kernel[i] - 1) - 1) / strides[i]) + 1
  );
  // Pixels that no window reaches.
  const output_padding = sizes.map((size, i) =>
    size + 2 * pads[i] - ((counts[i] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1)
  );
  const maps = call.reshape(name, [...shape.slice(0, 2), ...counts]);
  return call.add("ConvTranspose", [maps, weight], { ...shared, output_padding });
}

/** Patches of images. */
export const PATCHES: Translations = { im2col: unfolded, col2im: folded };
