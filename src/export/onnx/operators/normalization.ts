/**
 * Norms.
 *
 * @module
 */

import { ones, zeros } from "../../../torch/mod.ts";
import type { Call, Translations } from "../call.ts";

/** The parameter at a place, or numbers that change nothing. */
function parameter(call: Call, at: number, size: number, one: boolean): string {
  if (!call.isNone(at)) return call.name(at);
  return call.graph.constant(
    `${one ? "ones" : "zeros"} ${size}`,
    () => (one ? ones : zeros)([size]),
  );
}

/** By the statistics of what is normalized, as weights of convolutions are standardized. */
function ownStatistics(call: Call): string {
  const { name, shape } = call.tensor(0);
  const axes = call.graph.ints(shape.map((_, i) => i).filter((i) => i !== 1));
  const mean = (of: string): string => call.add("ReduceMean", [of, axes], { keepdims: 1 });
  const distance = call.add("Sub", [name, mean(name)]);
  const variance = mean(call.add("Mul", [distance, distance]));
  const root = call.add("Sqrt", [call.add("Add", [variance, call.graph.scalar(call.number(7))])]);
  return scaled(call, call.add("Div", [distance, root]), 1, 2);
}

/** A scale and a shift of each channel, from the arguments at these places. */
function scaled(call: Call, name: string, scaleAt: number, shiftAt: number): string {
  const { shape } = call.tensor(0);
  const byChannel = (at: number): string =>
    call.reshape(call.name(at), [shape[1], ...shape.slice(2).map(() => 1)]);
  const long = call.isNone(scaleAt) ? name : call.add("Mul", [name, byChannel(scaleAt)]);
  return call.isNone(shiftAt) ? long : call.add("Add", [long, byChannel(shiftAt)]);
}

function batchNorm(call: Call): string {
  if (call.flag(5)) return ownStatistics(call);
  const channels = call.fixed(call.tensor(0).shape[1]);
  const inputs = [
    call.name(0),
    parameter(call, 1, channels, true),
    parameter(call, 2, channels, false),
    call.name(3),
    call.name(4),
  ];
  return call.add("BatchNormalization", inputs, { epsilon: { float: call.number(7) } });
}

function layerNorm(call: Call): string {
  const axes = call.numbers(1);
  const scale = call.isNone(2)
    ? call.graph.constant(`ones ${axes}`, () => ones(axes))
    : call.name(2);
  const inputs = [call.name(0), scale, ...(call.isNone(3) ? [] : [call.name(3)])];
  const attributes = { axis: -axes.length, epsilon: { float: call.number(4, 1e-5) } };
  return call.add("LayerNormalization", inputs, attributes);
}

function rmsNorm(call: Call): string {
  const { name, dtype } = call.tensor(0);
  const axes = call.graph.ints(call.numbers(1).map((_, i, all) => i - all.length));
  const squares = call.add("Mul", [name, name]);
  const mean = call.add("ReduceMean", [squares, axes], { keepdims: 1 });
  // PyTorch's default is the smallest step of float32 at 1.
  const epsilon = call.graph.scalar(call.number(3, 2 ** -23), dtype);
  const root = call.add("Sqrt", [call.add("Add", [mean, epsilon])]);
  const normed = call.add("Div", [name, root]);
  return call.isNone(2) ? normed : call.add("Mul", [normed, call.name(2)]);
}

function groupNorm(call: Call): string {
  const { name, shape } = call.tensor(0);
  const groups = call.number(1);
  const inGroup = shape.slice(1).reduce<number>((product, dim) => product * call.fixed(dim), 1) /
    groups;
  const grouped = call.reshape(name, [shape[0], groups, inGroup]);
  const normed = call.add("InstanceNormalization", [
    grouped,
    call.graph.constant(`ones ${groups}`, () => ones([groups])),
    call.graph.constant(`zeros ${groups}`, () => zeros([groups])),
  ], { epsilon: { float: call.number(4, 1e-5) } });
  return scaled(call, call.reshape(normed, shape), 2, 3);
}

function instanceNorm(call: Call): string {
  if (!call.flag(5)) throw call.untranslated("it uses statistics that were kept");
  const channels = call.fixed(call.tensor(0).shape[1]);
  const inputs = [
    call.name(0),
    parameter(call, 1, channels, true),
    parameter(call, 2, channels, false),
  ];
  return call.add("InstanceNormalization", inputs, { epsilon: { float: call.number(7) } });
}

/** Norms. */
export const NORMS: Translations = {
  batch_norm: batchNorm,
  layer_norm: layerNorm,
  rms_norm: rmsNorm,
  group_norm: groupNorm,
  instance_norm: instanceNorm,
};
