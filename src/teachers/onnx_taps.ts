/**
 * Which tensor of an ONNX model a name means.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { moduleOutput, modulesOf } from "./onnx_modules.ts";
import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";
import { before } from "./onnx_quantized.ts";
import { type OnnxScopes, scopesOf } from "./onnx_scopes.ts";

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

/** Linear layers; quantized ones take whole numbers. */
const layers = new Set([
  ...["Gemm", "MatMul", "Conv"],
  ...["MatMulInteger", "ConvInteger", "QGemm", "QLinearMatMul", "QLinearConv"],
]);

/**
 * The tensor that goes into the last linear layer before `logits`, or undefined if that cannot be told, or it is of
 * whole numbers.
 */
export function penultimate(graph: OnnxGraph, logits: string): string | undefined {
  const scopes = scopesOf(graph);
  const computed = (name: string | undefined): name is string =>
    name !== undefined && scopes.makers.has(name) && !scopes.constants.has(name);
  let name: string | undefined = logits;
  for (let step = 0; step < 12 && name !== undefined; step++) {
    const node: OnnxNode | undefined = scopes.makers.get(name);
    if (node === undefined) return undefined;
    if (layers.has(node.operation)) return floatsInto(node, scopes, computed);
    // A bias on its own, and what whole numbers are multiplied with.
    if (["Add", "Mul"].includes(node.operation)) {
      const parts: string[] = node.inputs.filter(computed);
      name = parts.length === 1 || node.operation === "Add" ? parts[0] : scaled(parts, scopes);
    } else if (passing.has(node.operation)) name = node.inputs[0];
    else return undefined;
  }
  return undefined;
}

/** Finds the one of two factors that a layer of whole numbers computed; the other one is its scale. */
function scaled(parts: readonly string[], { makers }: OnnxScopes): string | undefined {
  return parts.find((part) => {
    const cast = makers.get(part);
    return cast?.operation === "Cast" &&
      /Integer$/.test(makers.get(cast.inputs[0])?.operation ?? "");
  });
}

/** What goes into a layer, before it was made whole numbers. */
function floatsInto(
  node: OnnxNode,
  scopes: OnnxScopes,
  computed: (name: string | undefined) => name is string,
): string | undefined {
  const [input] = node.inputs;
  if (!computed(input)) return undefined;
  if (["Gemm", "MatMul", "Conv"].includes(node.operation)) return input;
  const floats = before(scopes, input);
  return computed(floats) && !/^Q(Linear|Gemm)/.test(scopes.makers.get(floats)!.operation)
    ? floats
    : undefined;
}
