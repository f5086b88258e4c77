/**
 * `torch.call`: any operator of libtorch, by its full name.
 *
 * @module
 */

import {
  check,
  context,
  fail,
  frame,
  native,
  opCall,
  readText,
  writeText,
} from "../../ffi/native.ts";
import { ArgumentError } from "../base/errors.ts";
import { parseSchema, type Schema } from "./schema.ts";
import { describeValue, findOperator, make, makeOptional } from "./core.ts";
import { HANDLE } from "./handle.ts";
import { TensorCore } from "./tensor_core.ts";
import type { Device } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import type { DType } from "./dtype.ts";
import { dtypeCode, dtypeFromCode } from "./dtype_codes.ts";
import { memoryFormatCode, putLength } from "./frame_arguments.ts";
import type { MemoryFormat } from "./argument_types.ts";
import { Stream } from "./cuda/streams.ts";
import { isOperand, products, watcher } from "./products.ts";
import { Generator } from "./random.ts";
import type { Scalar } from "./scalar.ts";
import { isScalar, scalarSlot } from "./scalar_slots.ts";
import type { Tensor } from "./tensor.ts";
import { waiting, waitingOperators } from "./waits.ts";

/** What an operator takes: tensors, generators, streams, numbers, booleans, strings, lists of them, or nothing. */
export type Argument =
  | Tensor
  | Generator
  | Stream
  | Scalar
  | boolean
  | string
  | null
  | undefined
  | readonly (Tensor | null | Scalar | boolean)[];

/** Arguments by libtorch's own names. */
export type NamedArguments = { readonly [name: string]: Argument };

/** What an operator returns: a value, several in an array, or nothing. */
export type Result =
  | Tensor
  | number
  | boolean
  | DType
  | undefined
  | readonly Result[];

const known = new Map<string, { id: number; schema: Schema }>();

function lookUp(name: string): { id: number; schema: Schema } {
  let found = known.get(name);
  if (found === undefined) {
    const id = findOperator(name);
    const [text, kinds] = readText(check(native.ap_op_schema(context, id))).split("\n");
    found = { id, schema: parseSchema(text, kinds) };
    known.set(name, found);
  }
  return found;
}

/**
 * Calls any operator that libtorch has, by the name in its schema, such as `aten::add.Tensor`.
 * Arguments go in order; a plain object at the end gives some by name. What is left out takes the schema's default.
 * Operators with several results return an array; those that write to an argument return that argument.
 *
 * Names that begin with an underscore or end in `_backward` are libtorch's inner parts: they trust what they are given,
 * and wrong arguments may end the process.
 *
 * @throws {ArgumentError} if there is no such operator, or an argument is missing or of the wrong
 * type.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * const a = torch.ones([2]);
 * torch.call("aten::add.Tensor", a, a, { alpha: 2 }); // [3, 3]
 * torch.call("aten::topk", a, 1); // [values, indices]
 * ```
 */
export function call(name: string, ...given: (Argument | NamedArguments)[]): Result {
  const { id, schema } = lookUp(name);
  const last = given.at(-1);
  const named = isNamed(last) ? last : undefined;
  const ordered = (named ? given.slice(0, -1) : given) as Argument[];
  if (ordered.length > schema.arguments.length) {
    throw new ArgumentError(
      `${name} takes ${schema.arguments.length} arguments, got ${ordered.length}.`,
    );
  }
  for (const key of Object.keys(named ?? {})) {
    const place = schema.arguments.findIndex((a) => a.name === key);
    if (place < 0) {
      throw new ArgumentError(
        `${name} has no argument "${key}"; it has ${
          schema.arguments.map((a) => a.name).join(", ")
        }.`,
      );
    }
    if (place < ordered.length) {
      throw new ArgumentError(`Argument ${key} of ${name} is given twice, in order and by name.`);
    }
  }
  const values = schema.arguments.map((a, i) => i < ordered.length ? ordered[i] : named?.[a.name]);
  let count = values.length;
  while (
    count > 0 && values[count - 1] === undefined &&
    schema.arguments[count - 1].fallback !== undefined
  ) count--;
  let at = 0;
  textAt = 0;
  for (let i = 0; i < count; i++) {
    const a = schema.arguments[i];
    const value = values[i] === undefined ? fallback(a.kind, a.fallback) : values[i];
    at = put(at, a.kind, value, `${a.name} of ${name}`, a.length);
  }
  const returned = opCall(context, id, count);
  if (returned < 0) fail(returned);
  const result = results(schema, values, frame.slice(0, returned));
  if (waiting !== null && waitingOperators.has(name)) {
    const flag = schema.arguments.findIndex((a) => a.name === "non_blocking");
    waiting(name, values.filter((value) => value instanceof TensorCore), values[flag] === true);
  }
  if (watcher !== null && products.has(name)) {
    watcher(name, result as Tensor, values.filter((_, i) => isOperand(schema.arguments[i].kind)));
  }
  return result;
}

function isNamed(value: unknown): value is NamedArguments {
  return value !== null && typeof value === "object" &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/** Where the next string goes in the text buffer: they follow each other. */
let textAt = 0;

/** The schema's printed default as a value. */
function fallback(kind: string, text: string | undefined): Argument {
  if (text === undefined || text === "None" || text === "") return undefined;
  if (text === "True") return true;
  if (text === "False") return false;
  if (kind === "H") return text.replaceAll('"', "");
  if (text.startsWith("[")) return JSON.parse(text.toLowerCase());
  return text === "inf" ? Infinity : Number(text);
}

function wrong(where: string, wanted: string, value: unknown): never {
  throw new ArgumentError(
    `Argument ${where} must be ${wanted}, got ${describeValue(value)}.`,
  );
}

const elementKinds: Record<string, string> = {
  L: "T",
  J: "t",
  A: "I",
  X: "I",
  D: "F",
  C: "B",
  R: "S",
};

function put(at: number, kind: string, value: Argument, where: string, length?: number): number {
  if (kind === "t" || kind === "g") {
    if (value === null || value === undefined) {
      frame[at] = 0;
      return at + 1;
    }
    kind = kind.toUpperCase();
  } else if (kind !== kind.toUpperCase()) {
    if (value === null || value === undefined) {
      frame[at] = 0;
      return at + 1;
    }
    frame[at] = 1;
    return put(at + 1, kind.toUpperCase(), value, where, length);
  }
  switch (kind) {
    case "T":
      if (!(value instanceof TensorCore)) wrong(where, "a tensor", value);
      frame[at] = value[HANDLE];
      return at + 1;
    case "G":
      if (!(value instanceof Generator)) wrong(where, "a generator", value);
      frame[at] = value[HANDLE];
      return at + 1;
    case "Q":
      if (!(value instanceof Stream)) wrong(where, "a stream", value);
      frame[at] = value[HANDLE];
      return at + 1;
    case "B":
      if (typeof value !== "boolean") wrong(where, "a boolean", value);
      frame[at] = value ? 1 : 0;
      return at + 1;
    case "H":
      if (typeof value !== "string") wrong(where, "a string", value);
      frame[at] = writeText(value, textAt);
      textAt += frame[at];
      return at + 1;
    case "Y":
      frame[at] = typeof value === "number" ? value : dtypeCode(value as DType);
      return at + 1;
    case "V":
      frame[at] = deviceCode(value as Device);
      return at + 1;
    case "M":
      frame[at] = typeof value === "number" ? value : memoryFormatCode(value as MemoryFormat);
      return at + 1;
    case "S":
      if (typeof value === "boolean") value = value ? 1 : 0;
      if (!isScalar(value)) wrong(where, "a number, a BigInt or torch.float(…)", value);
      frame[at] = scalarSlot(at, value);
      return at + 1;
    case "I":
    case "N":
    case "F":
    case "O":
      if (typeof value === "boolean") value = value ? 1 : 0;
      if (typeof value !== "number") wrong(where, "a number", value);
      frame[at] = value;
      return at + 1;
    default: {
      const element = elementKinds[kind];
      if (element === undefined) wrong(where, `of a type that can be passed from here`, value);
      if (typeof value === "number" && length !== undefined) value = new Array(length).fill(value);
      if (!Array.isArray(value)) wrong(where, "an array", value);
      at = putLength(at, value, "elements");
      for (const item of value) at = put(at, element, item, where);
      return at;
    }
  }
}

function results(schema: Schema, values: readonly unknown[], slots: Float64Array): Result {
  if (schema.results.length === 0) return undefined;
  if (schema.results.every((kind) => kind === "!")) return written(schema, values);
  let at = 0;
  const one = (
    kind: string,
  ): Tensor | number | boolean | DType | (Tensor | number)[] | undefined => {
    if (kind === "L" || kind === "A" || kind === "X") {
      const items = Array.from(slots.subarray(at + 1, at + 1 + slots[at]));
      at += 1 + items.length;
      return kind === "L" ? items.map(make) : items;
    }
    const value = slots[at++];
    if (kind === "T" || kind === "t") return makeOptional(value);
    if (kind === "B") return value !== 0;
    if (kind === "Y") return dtypeFromCode(value);
    return value;
  };
  const list = schema.results.filter((kind) => kind !== "!").map(one);
  return list.length === 1 ? list[0] : list;
}

/** The argument that was written to: `self` of an in-place form, `out` of the others. */
function written(schema: Schema, values: readonly unknown[]): Result {
  const outs = values.filter((_, i) => schema.arguments[i].name.startsWith("out"));
  if (outs.length > 1) return outs as Tensor[];
  return (outs[0] ?? values[0]) as Tensor;
}
