/**
 * Numbers by numbers.
 *
 * @module
 */

import type { DType } from "../../../torch/dtype.ts";
import type { Call, Translation, Translations } from "../call.ts";
import { complexProduct, isComplex } from "./complex.ts";

/** An operator of one tensor that ONNX has as well. */
const unary = (operator: string): Translation => (call) =>
  call.add(operator, [call.as(0, call.made[0].dtype)]);

/** An operator of two, in the dtype of the result. */
const binary = (operator: string): Translation => (call) => {
  const { dtype } = call.made[0];
  return call.add(operator, [call.as(0, dtype), call.as(1, dtype)]);
};

/** A sum with `alpha` times the second. */
const sum = (operator: string, turned = false): Translation => (call) => {
  const { dtype } = call.made[0];
  const alpha = call.number(2, 1);
  const other = call.as(1, dtype);
  const scaled = alpha === 1 ? other : call.add("Mul", [other, call.graph.scalar(alpha, dtype)]);
  const operands = [call.as(0, dtype), scaled];
  return call.add(operator, turned ? operands.reverse() : operands);
};

function quotient(call: Call): string {
  const { dtype } = call.made[0];
  const ratio = call.add("Div", [call.as(0, dtype), call.as(1, dtype)]);
  if (call.isNone(2)) return ratio;
  const mode = call.text(2);
  if (!/^float|^bfloat/.test(dtype)) throw call.untranslated(`it rounds whole numbers (${mode})`);
  if (mode === "floor") return call.add("Floor", [ratio]);
  // Towards zero.
  return call.add("Mul", [
    call.add("Sign", [ratio]),
    call.add("Floor", [call.add("Abs", [ratio])]),
  ]);
}

function product(call: Call): string {
  return isComplex(call.made[0].dtype) ? complexProduct(call) : binary("Mul")(call) as string;
}

/** A tensor and `value` times the product or quotient of two. */
const added = (operator: string): Translation => (call) => {
  const { dtype } = call.made[0];
  const value = call.number(3, 1);
  const combined = call.add(operator, [call.as(1, dtype), call.as(2, dtype)]);
  const scaled = value === 1
    ? combined
    : call.add("Mul", [combined, call.graph.scalar(value, dtype)]);
  return call.add("Add", [call.as(0, dtype), scaled]);
};

/** The dtype that two arguments are compared in: that of a tensor. */
function common(call: Call): DType {
  const [a, b] = [call.value(0), call.value(1)];
  if (a.kind === "tensor" && b.kind === "tensor" && a.dtype !== b.dtype) {
    return [a, b].find(({ dtype }) => /float/.test(dtype))?.dtype ?? "int64";
  }
  return a.kind === "tensor" ? a.dtype : call.tensor(1).dtype;
}

const comparison = (operator: string): Translation => (call) => {
  const dtype = common(call);
  return call.add(operator, [call.as(0, dtype), call.as(1, dtype)]);
};

function where(call: Call): string {
  const { dtype } = call.made[0];
  return call.add("Where", [call.name(0), call.as(1, dtype), call.as(2, dtype)]);
}

function maskedFill(call: Call): string {
  const { dtype } = call.made[0];
  return call.add("Where", [call.name(1), call.as(2, dtype), call.as(0, dtype)]);
}

/** What is on one side of a diagonal; the rest is 0. */
function triangle(call: Call, upper: 0 | 1): string {
  return call.add("Trilu", [call.name(0), call.graph.scalar(call.number(1, 0), "int64")], {
    upper,
  });
}

/** Another dtype, or the same tensor. */
function changed(call: Call): string {
  return call.as(0, call.made[0].dtype);
}

function lerp(call: Call): string {
  const { dtype } = call.made[0];
  const distance = call.add("Sub", [call.as(1, dtype), call.as(0, dtype)]);
  return call.add("Add", [call.as(0, dtype), call.add("Mul", [call.as(2, dtype), distance])]);
}

/** Numbers by numbers. */
export const ARITHMETIC: Translations = {
  add: sum("Add"),
  sub: sum("Sub"),
  rsub: sum("Sub", true),
  mul: product,
  div: quotient,
  addcmul: added("Mul"),
  addcdiv: added("Div"),
  lerp,
  pow: binary("Pow"),
  maximum: binary("Max"),
  minimum: binary("Min"),
  eq: comparison("Equal"),
  ne: (call) => call.add("Not", [comparison("Equal")(call) as string]),
  gt: comparison("Greater"),
  ge: comparison("GreaterOrEqual"),
  lt: comparison("Less"),
  le: comparison("LessOrEqual"),
  logical_not: (call) => call.add("Not", [call.as(0, "bool")]),
  logical_and: (call) => call.add("And", [call.as(0, "bool"), call.as(1, "bool")]),
  logical_or: (call) => call.add("Or", [call.as(0, "bool"), call.as(1, "bool")]),
  tril: (call) => triangle(call, 0),
  triu: (call) => triangle(call, 1),
  where,
  masked_fill: maskedFill,
  neg: unary("Neg"),
  abs: unary("Abs"),
  sign: unary("Sign"),
  exp: unary("Exp"),
  log: unary("Log"),
  log1p: (call) => call.add("Log", [call.add("Add", [call.name(0), call.graph.scalar(1)])]),
  sqrt: unary("Sqrt"),
  rsqrt: (call) => call.add("Reciprocal", [call.add("Sqrt", [call.name(0)])]),
  square: (call) => call.add("Mul", [call.name(0), call.name(0)]),
  reciprocal: unary("Reciprocal"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  tan: unary("Tan"),
  asin: unary("Asin"),
  acos: unary("Acos"),
  atan: unary("Atan"),
  sinh: unary("Sinh"),
  cosh: unary("Cosh"),
  erf: unary("Erf"),
  floor: unary("Floor"),
  ceil: unary("Ceil"),
  round: unary("Round"),
  to: changed,
  type_as: changed,
  _to_copy: changed,
  float: changed,
};
