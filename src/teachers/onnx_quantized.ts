/**
 * Tensors of an ONNX model that are another one, made whole numbers and floats again.
 *
 * @module
 */

import type { OnnxNode } from "./onnx_names.ts";
import type { OnnxScopes } from "./onnx_scopes.ts";

/** What only changes how numbers are written. */
const passing = new Set([
  "QuantizeLinear",
  "DequantizeLinear",
  "DynamicQuantizeLinear",
  "Cast",
]);

/** Whether an operation only changes how numbers are written. */
export function isPassing(node: OnnxNode): boolean {
  return passing.has(node.operation);
}

/** The operations that take a tensor, or what it is after it was quantized. */
export function usersBehind({ users }: OnnxScopes, tensor: string): OnnxNode[] {
  const found = new Set<OnnxNode>();
  const seen = new Set([tensor]);
  for (const name of seen) {
    for (const node of users.get(name) ?? []) {
      if (isPassing(node) && node.inputs[0] === name) seen.add(node.outputs[0]);
      else found.add(node);
    }
  }
  return [...found];
}

/** The tensor that became this one when it was quantized, or the tensor itself. */
export function before({ makers }: OnnxScopes, tensor: string): string {
  let name = tensor;
  const seen = new Set<string>();
  for (let node = makers.get(name); node !== undefined && isPassing(node);) {
    if (seen.has(name)) break;
    seen.add(name);
    name = node.inputs[0];
    node = makers.get(name);
  }
  return name;
}

/**
 * What a tensor is to all that take it: where all take it quantized, the floats that it is then; and of whole numbers
 * that are made floats again, those.
 */
export function asTakenByAll(scopes: OnnxScopes, tensor: string): string {
  const { users, makers } = scopes;
  if (/^Q(Linear|Gemm)/.test(makers.get(tensor)?.operation ?? "")) {
    return floatsOf(scopes, tensor) ?? tensor;
  }
  const [only, ...others] = users.get(tensor) ?? [];
  if (only?.operation !== "QuantizeLinear" || others.length > 0) return tensor;
  return floatsOf(scopes, only.outputs[0]) ?? tensor;
}

/** The floats that whole numbers are made. */
function floatsOf({ users }: OnnxScopes, tensor: string): string | undefined {
  return users.get(tensor)?.find(({ operation }) => operation === "DequantizeLinear")?.outputs[0];
}
