/**
 * Which tensor of an ONNX model a name means.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { moduleOutput, modulesOf } from "./onnx_modules.ts";
import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";

/**
 * Finds the tensor that a tap means: one of this name; the result of the operation of this name; or what the module of
 * this name returned.
 *
 * @throws {ArgumentError} if there is none, with the nearest names, or if it may be several.
 */
export function findTap(graph: OnnxGraph, tap: string, path: string): string {
  const names = graph.nodes.flatMap(({ outputs }) => outputs);
  const node = graph.nodes.find(({ name }) => name === tap);
  const named = names.includes(tap) ? tap : node?.outputs[0] || undefined;
  // Tensors may have the names of other modules.
  const isModule = modulesOf(graph).has(tap);
  const returned = named === undefined || isModule ? moduleOutput(graph, tap, path) : undefined;
  if (named !== undefined && returned !== undefined && named !== returned) {
    throw new ArgumentError(
      `"${tap}" is a tensor of ${path} and a module, which returned another one, "${returned}". Give the name of the ` +
        `operation, "${
          graph.nodes.find(({ outputs }) => outputs.includes(named))?.name
        }" for the first; or "${returned}".`,
    );
  }
  const found = named ?? returned;
  if (found !== undefined) return found;
  const modules = [...modulesOf(graph)];
  const near = modules.length === 0
    ? ""
    : ` The nearest modules are ${nearest(tap, modules, 5).join(", ")}.`;
  throw new ArgumentError(
    `${path} computes no tensor "${tap}". The nearest names are ${
      nearest(tap, names, 5).join(", ")
    }; it has ${names.length}.${near}`,
  );
}

/** Operations that a classifier's last layer may be followed by, which leave its result in place. */
const passing = new Set([
  "Softmax",
  "LogSoftmax",
  "Sigmoid",
  "Identity",
  "Cast",
  "Flatten",
  "Reshape",
  "Squeeze",
  "DequantizeLinear",
  "QuantizeLinear",
]);

/** The tensor that goes into the last linear layer before `logits`, or undefined if that cannot be told. */
export function penultimate(graph: OnnxGraph, logits: string): string | undefined {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const computed = (name: string | undefined): string | undefined =>
    name !== undefined && makers.get(name) !== undefined &&
      makers.get(name)?.operation !== "Constant"
      ? name
      : undefined;
  let name: string | undefined = logits;
  for (let step = 0; step < 8 && name !== undefined; step++) {
    const node: OnnxNode | undefined = makers.get(name);
    if (node === undefined) return undefined;
    if (["Gemm", "MatMul", "Conv"].includes(node.operation)) return computed(node.inputs[0]);
    // A bias on its own.
    if (node.operation === "Add") name = node.inputs.find((input) => computed(input) !== undefined);
    else if (passing.has(node.operation)) name = node.inputs[0];
    else return undefined;
  }
  return undefined;
}
