/**
 * What a model computes, as an ONNX graph.
 *
 * @module
 */

import { call, Tensor } from "../../torch/mod.ts";
import type { TracedNode, TracedValue } from "../../torch/trace.ts";
import type { TracedModel } from "../trace_model.ts";
import { checkAliases } from "./aliases.ts";
import { Call, type Made, UntranslatedError, type Value } from "./call.ts";
import type { GraphBuilder } from "./graph.ts";
import { neededNodes } from "./needed.ts";
import { isComplex } from "./operators/complex.ts";
import { TRANSLATIONS } from "./operators/all.ts";

/** What is converted. */
export interface Conversion {
  /** The computation. */
  readonly traced: TracedModel;
  /** The parameters and buffers of the model by name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The graph that it is added to. */
  readonly graph: GraphBuilder;
  /** The name of the images in the graph. */
  readonly images: string;
}

/**
 * Adds what a model computes to a graph.
 *
 * @returns The names of the outputs.
 * @throws {UntranslatedError} if an operator has no translation; the message names it and its module.
 */
export function convert({ traced, tensors, graph, images }: Conversion): string[] {
  const { trace, batch } = traced;
  const values = new Map<number, Value>();
  const made = ({ id, dtype }: TracedValue): Made => ({
    dtype: dtype!,
    shape: batch.shapes.get(id)!,
  });
  const [input] = trace.inputs;
  values.set(input.id, { kind: "tensor", name: images, ...made(input) });
  const needed = neededNodes(trace);
  // Also of nodes that nothing seems to need: what is written in place is needed by whoever shares the memory.
  checkAliases(trace.nodes);
  const unpacked = new Map(
    trace.nodes.filter(({ kind }) => kind === "prim::ListUnpack")
      .map(({ inputs, outputs }) => [inputs[0], outputs]),
  );
  for (const [index, node] of trace.nodes.entries()) {
    if (!needed.has(index)) continue;
    const args = node.inputs.map((id) => values.get(id)!);
    const [output] = node.outputs;
    if (node.kind === "prim::Constant") {
      values.set(output.id, constant(graph, node, batch.multiples.get(index)));
    } else if (node.kind === "prim::TracedAttr") {
      const tensor = tensors.get(node.attribute!);
      if (tensor === undefined) continue;
      values.set(output.id, kept(graph, node.attribute!, tensor));
    } else if (node.kind === "prim::ListConstruct") {
      values.set(output.id, { kind: "list", items: args });
    } else if (node.kind === "prim::ListUnpack") {
      const { items } = args[0] as { items: readonly Value[] };
      node.outputs.forEach(({ id }, i) => values.set(id, items[i]));
    } else {
      graph.scope = scopeOf(node.module);
      const parts = unpacked.get(output.id);
      const wanted = (parts ?? node.outputs).map(made);
      const results = translate(node, new Call(graph, args, wanted));
      const items = wanted.map((one, i): Value => ({ kind: "tensor", name: results[i], ...one }));
      if (parts !== undefined) values.set(output.id, { kind: "list", items });
      else node.outputs.forEach(({ id }, i) => values.set(id, items[i]));
    }
  }
  graph.scope = [];
  return trace.outputs.map((id) => (values.get(id) as { name: string }).name);
}

function constant(graph: GraphBuilder, node: TracedNode, batches: number | undefined): Value {
  if (batches !== undefined) return { kind: "batches", batches };
  const { value } = node;
  if (!(value instanceof Tensor)) return { kind: "constant", value };
  return kept(graph, `constant_of_${node.outputs[0].id}`, value);
}

/** A tensor in the file. */
function kept(graph: GraphBuilder, name: string, tensor: Tensor): Value {
  const { dtype, shape } = tensor;
  const parts = isComplex(dtype) ? call("aten::view_as_real", tensor) as Tensor : tensor;
  return { kind: "tensor", name: graph.initializer(name, parts), dtype, shape };
}

function translate(node: TracedNode, called: Call): readonly string[] {
  const own = node.kind.replace(/^aten::/, "");
  const name = Object.hasOwn(TRANSLATIONS, own) ? own : own.replace(/_$/, "");
  try {
    if (!Object.hasOwn(TRANSLATIONS, name)) {
      throw called.untranslated("this package knows no operators of ONNX that do the same");
    }
    const result = TRANSLATIONS[name](called);
    return typeof result === "string" ? [result] : result;
  } catch (error) {
    if (!(error instanceof UntranslatedError)) throw error;
    const place = node.module === "" ? "the model itself" : `its module ${node.module}`;
    throw new UntranslatedError(
      `The model cannot be exported to ONNX: ${node.kind} in ${place} has no translation, as ${error.message}. ` +
        `Export it as "torchscript", or change that module.`,
    );
  }
}

/** The modules around one, as PyTorch's exporter has them in the names of operations: `layer1`, `layer1.0`, `conv1`. */
function scopeOf(module: string): string[] {
  if (module === "") return [];
  const scope: string[] = [];
  const parts = module.split(".");
  for (const [i, part] of parts.entries()) {
    const previous = parts[i - 1];
    scope.push(/^\d+$/.test(part) && previous !== undefined ? `${previous}.${part}` : part);
  }
  return scope;
}
