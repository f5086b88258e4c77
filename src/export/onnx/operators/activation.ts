/**
 * Activations.
 *
 * @module
 */

import type { Call, Translation, Translations } from "../call.ts";

/** An operator of ONNX that does the same. */
const same = (operator: string): Translation => (call) => call.add(operator, [call.name(0)]);

/** An operator of ONNX with one number, whose name there and default here are given. */
const withNumber = (operator: string, attribute: string, fallback: number): Translation => (call) =>
  call.add(operator, [call.name(0)], { [attribute]: { float: call.number(1, fallback) } });

function gelu(call: Call): string {
  const x = call.name(0);
  const { dtype } = call.tensor(0);
  const number = (value: number): string => call.graph.scalar(value, dtype);
  const half = call.add("Mul", [x, number(0.5)]);
  if (call.isNone(1) || call.text(1) === "none") {
    const erf = call.add("Erf", [call.add("Div", [x, number(Math.SQRT2)])]);
    return call.add("Mul", [half, call.add("Add", [erf, number(1)])]);
  }
  // Hendrycks and Gimpel 2016: with a hyperbolic tangent.
  const cube = call.add("Mul", [call.add("Mul", [x, x]), x]);
  const inner = call.add("Add", [x, call.add("Mul", [cube, number(0.044715)])]);
  const tanh = call.add("Tanh", [call.add("Mul", [inner, number(Math.sqrt(2 / Math.PI))])]);
  return call.add("Mul", [half, call.add("Add", [tanh, number(1)])]);
}

function silu(call: Call): string {
  return call.add("Mul", [call.name(0), call.add("Sigmoid", [call.name(0)])]);
}

function clip(call: Call, least: number | null, most: number | null): string {
  const { name, dtype } = call.tensor(0);
  const bound = (value: number | null): string =>
    value === null ? "" : call.graph.scalar(value, dtype);
  return call.add("Clip", [name, bound(least), bound(most)].slice(0, most === null ? 2 : 3));
}

/** A bound of clamping; null for none. */
function bound(call: Call, at: number): number | null {
  return call.isNone(at) ? null : call.number(at);
}

const softmax = (operator: string): Translation => (call) =>
  call.add(operator, [call.as(0, call.made[0].dtype)], { axis: call.axis(1) });

function prelu(call: Call): string {
  const { shape } = call.tensor(0);
  const slope = call.tensor(1);
  const rest = shape.slice(2).map(() => 1);
  const name = slope.shape[0] === 1
    ? slope.name
    : call.reshape(slope.name, [...slope.shape, ...rest]);
  return call.add("PRelu", [call.name(0), name]);
}

function elu(call: Call): string {
  const [alpha, scale, inputScale] = [1, 2, 3].map((at) => call.number(at, 1));
  if (scale !== 1 || inputScale !== 1) throw call.untranslated("it has scales");
  return call.add("Elu", [call.name(0)], { alpha: { float: alpha } });
}

function softplus(call: Call): string {
  if (call.number(1, 1) !== 1) throw call.untranslated("its beta is not 1");
  return call.add("Softplus", [call.name(0)]);
}

function glu(call: Call): string {
  const axis = call.axis(1);
  const [a, b] = call.graph.addSeveral("Split", [call.name(0)], { axis, num_outputs: 2 }, 2);
  return call.add("Mul", [a, call.add("Sigmoid", [b])]);
}

/** Activations. */
export const ACTIVATIONS: Translations = {
  relu: same("Relu"),
  relu6: (call) => clip(call, 0, 6),
  hardtanh: (call) => clip(call, call.number(1, -1), call.number(2, 1)),
  clamp: (call) => clip(call, bound(call, 1), bound(call, 2)),
  clamp_min: (call) => clip(call, call.number(1), null),
  clamp_max: (call) => clip(call, null, call.number(1)),
  sigmoid: same("Sigmoid"),
  tanh: same("Tanh"),
  gelu,
  silu,
  hardswish: same("HardSwish"),
  hardsigmoid: (call) =>
    call.add("HardSigmoid", [call.name(0)], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  mish: same("Mish"),
  softplus,
  softmax: softmax("Softmax"),
  log_softmax: softmax("LogSoftmax"),
  log_sigmoid: (call) => call.add("Log", [call.add("Sigmoid", [call.name(0)])]),
  leaky_relu: withNumber("LeakyRelu", "alpha", 0.01),
  elu,
  celu: withNumber("Celu", "alpha", 1),
  selu: same("Selu"),
  prelu,
  glu,
};
