/**
 * What goes into a TorchScript method and comes out of it, in the argument frame.
 *
 * @module
 */

import { frame, readText, writeText } from "../../ffi/native.ts";
import { frameSlots } from "../../ffi/symbols.ts";
import { ArgumentError } from "../base/errors.ts";
import { describeValue, make } from "./core.ts";
import { HANDLE } from "./handle.ts";
import { TensorCore } from "./tensor_core.ts";
import type { ScriptInput, ScriptOutput } from "./script_types.ts";

/** `enum ap_value` of `native/apprentice.h`. */
const NONE = 0, BOOL = 1, NUMBER = 2, TENSOR = 3, STRING = 4, LIST = 5, RECORD = 6, ABSENT = 7;

const deepest = 64;

/** Writes arguments into the frame. */
export function putInputs(inputs: readonly ScriptInput[]): void {
  let at = 0;
  let textAt = 0;
  const put = (...values: number[]): void => {
    if (at + values.length > frameSlots) {
      throw new ArgumentError("The arguments have too many parts for the argument frame.");
    }
    for (const value of values) frame[at++] = value;
  };
  const text = (value: string): number => {
    const bytes = writeText(value, textAt);
    textAt += bytes;
    return bytes;
  };
  const one = (value: ScriptInput, depth: number): void => {
    if (depth > deepest) throw new ArgumentError("An argument is nested too deeply.");
    if (value === undefined) return put(ABSENT);
    if (value === null) return put(NONE);
    if (typeof value === "boolean") return put(BOOL, value ? 1 : 0);
    if (typeof value === "number") return put(NUMBER, value);
    if (typeof value === "string") return put(STRING, text(value));
    if (value instanceof TensorCore) return put(TENSOR, value[HANDLE]);
    if (Array.isArray(value)) {
      put(LIST, value.length);
      return value.forEach((item) => one(item, depth + 1));
    }
    if (typeof value !== "object" || !isPlain(value)) {
      throw new ArgumentError(
        "TorchScript takes tensors, numbers, booleans, strings, null, arrays and plain objects, got " +
          describeValue(value) + ".",
      );
    }
    const entries = Object.entries(value);
    put(RECORD, entries.length);
    for (const [key, item] of entries) {
      put(text(key));
      one(item, depth + 1);
    }
  };
  for (const input of inputs) one(input, 0);
}

function isPlain(value: object): value is { readonly [key: string]: ScriptInput } {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Reads a result that takes `slots` slots of the frame. */
export function takeOutput(slots: number): ScriptOutput {
  const values = frame.slice(0, slots);
  let at = 0;
  let textAt = 0;
  const text = (): string => {
    const bytes = values[at++];
    textAt += bytes;
    return readText(bytes, textAt - bytes);
  };
  const one = (): ScriptOutput => {
    const kind = values[at++];
    switch (kind) {
      case BOOL:
        return values[at++] !== 0;
      case NUMBER:
        return values[at++];
      case TENSOR:
        return make(values[at++]);
      case STRING:
        return text();
      case LIST:
        return Array.from({ length: values[at++] }, one);
      case RECORD: {
        const count = values[at++];
        const record: [string, ScriptOutput][] = [];
        for (let i = 0; i < count; i++) record.push([text(), one()]);
        return Object.fromEntries(record);
      }
      default:
        return null;
    }
  };
  return one();
}
