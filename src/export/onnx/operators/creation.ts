/**
 * Tensors made of nothing.
 *
 * @module
 */

import { eye } from "../../../torch/mod.ts";
import type { Call, Translation, Translations } from "../call.ts";

/** A tensor of one number in the shape that was seen. */
function filled(call: Call, value: number): string {
  const { dtype, shape } = call.made[0];
  return call.add("Expand", [call.graph.scalar(value, dtype), call.graph.sizes(shape)]);
}

const fill = (value: number): Translation => (call) => filled(call, value);

/** arange(end, …), (start, end, …) or (start, end, step, …): whatever follows are dtype, layout, device and pinning. */
function arange(call: Call): string {
  const { dtype } = call.made[0];
  const given = call.count - 4;
  const numbers = Array.from({ length: given }, (_, at) => call.number(at));
  const [start, end, step] = given === 1 ? [0, numbers[0], 1] : [...numbers, 1];
  return call.add("Range", [start, end, step].map((value) => call.graph.scalar(value, dtype)));
}

/** Ones along the diagonal: eye(n, …), or eye(n, m, …), of which dtype, layout, device and pinning are the last. */
function unit(call: Call): string {
  const { dtype, shape } = call.made[0];
  const [rows, columns] = shape.map((size) => call.fixed(size));
  return call.graph.constant(
    `eye ${rows} ${columns} ${dtype}`,
    () => eye(rows, columns, { dtype }),
  );
}

/** Tensors made of nothing. */
export const CREATION: Translations = {
  zeros: fill(0),
  ones: fill(1),
  zeros_like: fill(0),
  ones_like: fill(1),
  new_zeros: fill(0),
  new_ones: fill(1),
  full: (call) => filled(call, call.number(1)),
  full_like: (call) => filled(call, call.number(1)),
  fill: (call) => filled(call, call.number(1)),
  zero: fill(0),
  arange,
  eye: unit,
};
