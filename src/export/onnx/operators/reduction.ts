/**
 * Many numbers to one.
 *
 * @module
 */

import type { Call, Translation, Translations } from "../call.ts";

/** An operator that takes dimensions and whether they stay, at these places; all of them if there is no such argument. */
const reduction = (operator: string, axesAt = 1, keepAt = 2): Translation => (call) => {
  const whole = call.made[0].shape.length === 0 && call.value(axesAt).kind !== "list";
  const axes = call.graph.ints(whole ? call.axes(99) : call.axes(axesAt));
  const keepdims = !whole && call.flag(keepAt) ? 1 : 0;
  return call.add(operator, [call.as(0, call.made[0].dtype), axes], { keepdims });
};

/** The largest or least along one dimension, and where it is. */
const extreme = (operator: string, arg: string): Translation => (call) => {
  if (call.isNone(1)) return reduction(operator, 99)(call);
  const axis = call.axis(1);
  const keepdims = call.flag(2) ? 1 : 0;
  const value = call.add(operator, [call.name(0), call.graph.ints([axis])], { keepdims });
  return [value, call.add(arg, [call.name(0)], { axis, keepdims })];
};

/** The variance; var(x, unbiased), (x, dims, unbiased, keepdim) or (x, dims, correction, keepdim). */
function variance(call: Call): string {
  const { name, dtype, shape } = call.tensor(0);
  const short = call.value(1).kind === "constant" &&
    typeof (call.value(1) as { value: unknown }).value === "boolean";
  const axes = short ? call.axes(99) : call.axes(1);
  const keepdims = !short && call.flag(3) ? 1 : 0;
  const given = call.value(short ? 1 : 2);
  const correction = given.kind === "constant" ? Number(given.value ?? 1) : 1;
  const count = axes.reduce((product, axis) => product * call.fixed(shape[axis]), 1);
  const list = call.graph.ints(axes);
  const mean = call.add("ReduceMean", [name, list], { keepdims: 1 });
  const distance = call.add("Sub", [name, mean]);
  const squares = call.add("Mul", [distance, distance]);
  const biased = call.add("ReduceMean", [squares, list], { keepdims });
  if (correction === 0) return biased;
  return call.add("Mul", [biased, call.graph.scalar(count / (count - correction), dtype)]);
}

/** The length of vectors: `ord` 1 or 2. */
function vectorNorm(call: Call): string {
  const operator = { 1: "ReduceL1", 2: "ReduceL2" }[call.number(1, 2)];
  if (operator === undefined) throw call.untranslated(`ord is ${call.number(1)}`);
  return reduction(operator, 2, 3)(call) as string;
}

function accumulated(call: Call): string {
  return call.add("CumSum", [
    call.as(0, call.made[0].dtype),
    call.graph.scalar(call.axis(1), "int64"),
  ]);
}

/** Many numbers to one. */
export const REDUCTIONS: Translations = {
  mean: reduction("ReduceMean"),
  sum: reduction("ReduceSum"),
  amax: reduction("ReduceMax"),
  amin: reduction("ReduceMin"),
  prod: reduction("ReduceProd"),
  logsumexp: reduction("ReduceLogSumExp"),
  max: extreme("ReduceMax", "ArgMax"),
  min: extreme("ReduceMin", "ArgMin"),
  argmax: (call) =>
    call.add("ArgMax", [call.name(0)], { axis: call.axis(1), keepdims: call.flag(2) ? 1 : 0 }),
  var: variance,
  std: (call) => call.add("Sqrt", [variance(call)]),
  linalg_vector_norm: vectorNorm,
  norm: vectorNorm,
  cumsum: accumulated,
};
