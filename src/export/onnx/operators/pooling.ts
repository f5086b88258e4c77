/**
 * Pooling.
 *
 * @module
 */

import { tensor } from "../../../torch/mod.ts";
import type { Call, Translations } from "../call.ts";
import { both, each } from "./directions.ts";

/** The windows of a pooling of `count` directions, whose arguments are kernel, stride, padding. */
function windows(call: Call, count: number): Record<string, number[]> {
  const kernel = each(call.numbers(1), count);
  const stride = call.isNone(2) ? [] : call.numbers(2);
  return {
    kernel_shape: kernel,
    strides: stride.length === 0 ? kernel : each(stride, count),
    pads: both(each(call.numbers(3), count)),
  };
}

/**
 * Whether rounding the number of windows up adds one, which begins inside of the image and its padding, as PyTorch demands
 * it; one that ONNX would add and PyTorch would not is refused.
 */
function ceiling(
  call: Call,
  at: number,
  { kernel_shape, strides, pads }: Record<string, number[]>,
): number {
  if (!call.flag(at)) return 0;
  const input = call.tensor(0).shape.slice(-kernel_shape.length).map((size) => call.fixed(size));
  const sizes = call.made[0].shape.slice(-kernel_shape.length);
  input.forEach((size, i) => {
    const whole = (size + 2 * pads[i] - kernel_shape[i]) / strides[i] + 1;
    if (Math.ceil(whole) === sizes[i]) return;
    throw call.untranslated(`a window begins beyond ${size} pixels and their padding`);
  });
  return 1;
}

/**
 * What is pooled. ONNX Runtime merges padding into a maximum that follows it, and then pads with minus infinity whatever the
 * padding's number was; a maximum with the least number in between keeps them apart.
 */
function unmerged(call: Call): string {
  const { name, dtype } = call.tensor(0);
  if (call.graph.operatorOf(name) !== "Pad") return name;
  return call.add("Max", [name, call.graph.scalar(-3.4028234663852886e38, dtype)]);
}

function maxPool(count: number): (call: Call) => string {
  return (call) => {
    const shared = windows(call, count);
    const dilations = each(call.numbers(4), count);
    const attributes = { ...shared, dilations, ceil_mode: ceiling(call, 5, shared) };
    return call.add("MaxPool", [unmerged(call)], attributes);
  };
}

function averagePool(count: number): (call: Call) => string {
  return (call) => {
    const shared = windows(call, count);
    if (!call.isNone(6)) throw call.untranslated("it has a divisor of its own");
    const ceil_mode = ceiling(call, 4, shared);
    const padded = call.flag(5) && shared.pads.some((pad) => pad > 0);
    return call.add("AveragePool", [call.name(0)], {
      ...shared,
      ceil_mode,
      count_include_pad: padded ? 1 : 0,
    });
  };
}

/** Means over parts of a dimension that overlap where it cannot be divided: a matrix (to, from). */
function means(from: number, to: number): number[][] {
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [Math.floor(i * from / to), Math.ceil((i + 1) * from / to)];
    return Array.from({ length: from }, (_, j) => j >= start && j < end ? 1 / (end - start) : 0);
  });
}

function adaptiveAverage(call: Call): string {
  const { name, shape } = call.tensor(0);
  const to = call.numbers(1);
  const from = shape.slice(-to.length).map((size) => call.fixed(size));
  if (to.every((size, i) => size === from[i])) return name;
  if (to.every((size) => size === 1)) return call.add("GlobalAveragePool", [name]);
  if (to.every((size, i) => from[i] % size === 0)) {
    const kernel = to.map((size, i) => from[i] / size);
    return call.add("AveragePool", [name], { kernel_shape: kernel, strides: kernel });
  }
  if (to.length !== 2) throw call.untranslated("its parts overlap in other than two directions");
  const matrix = (i: number, turned: boolean): string => {
    const rows = means(from[i], to[i]);
    const values = turned ? rows[0].map((_, j) => rows.map((row) => row[j])) : rows;
    return call.graph.constant(`means ${from[i]} ${to[i]} ${turned}`, () => tensor(values));
  };
  const tall = call.add("MatMul", [matrix(0, false), name]);
  return call.add("MatMul", [tall, matrix(1, true)]);
}

function adaptiveMax(call: Call): string {
  const { name, shape } = call.tensor(0);
  const to = call.numbers(1);
  const from = shape.slice(-to.length).map((size) => call.fixed(size));
  if (to.every((size) => size === 1)) return call.add("GlobalMaxPool", [name]);
  if (to.some((size, i) => from[i] % size !== 0)) {
    throw call.untranslated(`parts of ${from.join(" x ")} for ${to.join(" x ")} overlap`);
  }
  const kernel = to.map((size, i) => from[i] / size);
  return call.add("MaxPool", [name], { kernel_shape: kernel, strides: kernel });
}

/** Pooling. */
export const POOLING: Translations = {
  max_pool1d: maxPool(1),
  max_pool2d: maxPool(2),
  max_pool3d: maxPool(3),
  avg_pool1d: averagePool(1),
  avg_pool2d: averagePool(2),
  avg_pool3d: averagePool(3),
  adaptive_avg_pool1d: adaptiveAverage,
  adaptive_avg_pool2d: adaptiveAverage,
  adaptive_avg_pool3d: adaptiveAverage,
  adaptive_max_pool2d: (call) => [adaptiveMax(call), ""],
};
