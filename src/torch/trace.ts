/**
 * Recording the operators that a computation calls, with libtorch's own tracer.
 *
 * @module
 */

import { check, context, frame, native, open, releaseOne, writeText } from "../../ffi/native.ts";
import { make } from "./core.ts";
import { dtypeFromCode } from "./dtype_codes.ts";
import type { DType } from "./dtype.ts";
import { HANDLE } from "./handle.ts";
import { takeOutput } from "./script_values.ts";
import type { ScriptOutput } from "./script_types.ts";
import type { Tensor } from "./tensor.ts";

/** A value of a trace: what an operator makes. */
export interface TracedValue {
  /** The value's number, by which operators name what they take. */
  readonly id: number;
  /** The dtype of a tensor; null for what is none. */
  readonly dtype: DType | null;
  /** The shape of a tensor, as it was while tracing; null for what is none. */
  readonly shape: readonly number[] | null;
}

/** An operator that was called, or a constant or parameter that one takes. */
export interface TracedNode {
  /** Such as `"aten::relu"`, `"prim::Constant"` or, for a parameter, `"prim::TracedAttr"`. */
  readonly kind: string;
  /** The dotted name of the innermost module that called it; empty for the outermost. */
  readonly module: string;
  /** The dotted name of the parameter or module that it stands for; null for all else. */
  readonly attribute: string | null;
  /** The numbers of the values that it takes. */
  readonly inputs: readonly number[];
  /** The values that it makes. */
  readonly outputs: readonly TracedValue[];
  /** What a constant is; null for all else. */
  readonly value: ScriptOutput;
}

/** What is traced, and what it consists of. */
export interface Traced {
  /** The name of the module's class. */
  readonly className: string;
  /** Parameters and buffers by dotted name. Tensors of other origin become constants. */
  readonly tensors: readonly (readonly [name: string, tensor: Tensor, isBuffer: boolean])[];
  /** The dotted names of all modules, each after those that it lies in, and the names of their classes. */
  readonly modules: readonly (readonly [name: string, className: string])[];
}

/** Tells the trace which module computes. */
export interface TracedModules {
  /** That a module's forward begins. */
  enter(name: string): void;
  /** That the forward that began last ends. */
  leave(): void;
}

const LEAVE = 0, ENTER = 1, DECLARE = 2;

/** What a computation consisted of. Its memory is native, freed by {@linkcode Trace.dispose}. */
export class Trace implements Disposable {
  /** The values that were given, in order. */
  readonly inputs: readonly TracedValue[];
  /** The numbers of the values that came out, in order. */
  readonly outputs: readonly number[];
  /** What was called, in order; tensors in it belong to the scope that was open. */
  readonly nodes: readonly TracedNode[];
  readonly #handle: number;

  /** Use {@linkcode trace}. @ignore */
  constructor(handle: number, count: number) {
    this.#handle = handle;
    const nodes = Array.from({ length: count + 1 }, (_, index) => nodeAt(handle, index));
    const whole = nodes.pop()!;
    this.nodes = nodes;
    this.inputs = whole.outputs;
    this.outputs = whole.inputs;
  }

  /** Makes the whole number that the constant at `index` is `factor` times the batch of the first input. */
  scale(index: number, factor: number): void {
    check(native.ap_trace_scale(context, this.#handle, index, factor));
  }

  /** The bytes of a TorchScript file of the computation; the trace cannot be used afterwards. */
  toScript(): Uint8Array<ArrayBuffer> {
    check(native.ap_trace_script(context, this.#handle));
    using bytes = make(frame[0]);
    return bytes.data() as Uint8Array<ArrayBuffer>;
  }

  /** Frees what the trace holds. */
  dispose(): void {
    releaseOne(context, this.#handle);
  }

  /** Same as {@linkcode Trace.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Records what `body` computes of `inputs`. The numbers of shapes are recorded as constants, and so is what depends on the
 * values of tensors: a trace is right for other inputs only as far as nothing depends on those.
 *
 * @returns The trace, which the caller disposes of.
 * @throws {ArgumentError} if a tensor that `body` returns was not computed in it.
 */
export function trace(
  inputs: readonly Tensor[],
  traced: Traced,
  body: (modules: TracedModules) => readonly Tensor[],
): Trace {
  open();
  const name = writeText(pythonName(traced.className));
  inputs.forEach((tensor, i) => frame[i] = tensor[HANDLE]);
  check(native.ap_trace_begin(context, inputs.length, name));
  const handle = frame[0];
  let running = true;
  try {
    const step = (step: number, name = ""): void => {
      check(native.ap_trace_module(context, handle, step, writeText(name)));
    };
    for (const [module, className] of traced.modules) {
      step(DECLARE, `${module}\n${pythonName(className)}`);
    }
    for (const [name, tensor, isBuffer] of traced.tensors) {
      const bytes = writeText(name);
      check(
        native.ap_trace_parameter(context, handle, tensor[HANDLE], isBuffer ? 1 : 0, bytes),
      );
    }
    const outputs = body({ enter: (name) => step(ENTER, name), leave: () => step(LEAVE) });
    outputs.forEach((tensor, i) => frame[i] = tensor[HANDLE]);
    running = false;
    const count = check(native.ap_trace_end(context, handle, outputs.length));
    return new Trace(handle, count);
  } catch (error) {
    if (running) native.ap_trace_end(context, handle, 0);
    releaseOne(context, handle);
    throw error;
  }
}

/** A name that Python can have for a class. */
function pythonName(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d|$)/, "_");
}

function nodeAt(handle: number, index: number): TracedNode {
  const slots = check(native.ap_trace_node(context, handle, index));
  const [kind, module, attribute, inputs, outputs, value] = takeOutput(slots) as [
    string,
    string,
    string | null,
    number[],
    [number, number | null, number[] | null][],
    ScriptOutput,
  ];
  return {
    kind,
    module,
    attribute,
    inputs,
    outputs: outputs.map(([id, code, shape]) => ({
      id,
      dtype: code === null ? null : dtypeFromCode(code),
      shape,
    })),
    value,
  };
}
