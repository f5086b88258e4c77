/**
 * What is asked of a TorchScript module in the native library.
 *
 * @module
 */

import { check, context, frame, native, readText } from "../../ffi/native.ts";
import { nativeError } from "../../ffi/native_error.ts";
import { type ApprenticeError, FormatError } from "../base/errors.ts";
import { make } from "./core.ts";
import { putInputs, takeOutput } from "./script_values.ts";
import type { ScriptInput, ScriptOutput } from "./script_types.ts";
import type { Tensor } from "./tensor.ts";

/** The part of the interpreter's message that says what went wrong, and the rest. */
const interpreterMessage =
  /^The following operation failed in the TorchScript interpreter\.\n(Traceback.*)\n([\w.]*(?:Error|Exception)\b.*)$/s;

/**
 * Runs a method of a module.
 *
 * @param index The method's number.
 * @param schema What messages say of it.
 */
export function runScript(
  handle: number,
  index: number,
  schema: string,
  inputs: readonly ScriptInput[],
  path: string,
): ScriptOutput {
  putInputs(inputs);
  const slots = native.ap_script_run(context, handle, index, inputs.length);
  if (slots < 0) throw runError(slots, schema, path);
  return takeOutput(slots);
}

function runError(status: number, schema: string, path: string): ApprenticeError {
  const said = readText(frame[0]).trimEnd();
  const [, trace, last] = interpreterMessage.exec(said) ?? [undefined, "", said];
  let where = `\n  in ${schema.slice(0, schema.indexOf("("))} of ${path}`;
  // A wrong argument: the signature says what is right.
  if (status === -9) where += `: ${schema}`;
  return nativeError(
    -status,
    last.replace(/^RuntimeError: /, "") + where + (trace && `\n${trace}`),
  );
}

/** The parameters and buffers of a module, by name. */
export function scriptTensors(
  handle: number,
  path: string,
): [name: string, tensor: Tensor, buffer: boolean][] {
  const all: [string, Tensor, boolean][] = [];
  let total = 1;
  while (all.length < total) {
    const count = check(native.ap_script_tensors(context, handle, all.length));
    total = frame[0];
    if (count === 0 && all.length < total) {
      throw new FormatError(`The names of the tensors of ${path} are too long.`);
    }
    const slots = frame.slice(1, 1 + 3 * count);
    let textAt = 0;
    for (let i = 0; i < count; i++) {
      const [tensor, buffer, bytes] = slots.subarray(3 * i, 3 * i + 3);
      const name = readText(bytes, textAt);
      textAt += bytes;
      all.push([name, make(tensor), buffer === 1]);
    }
  }
  return all;
}
