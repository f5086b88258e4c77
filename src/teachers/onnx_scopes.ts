/**
 * Which modules of PyTorch the operations of an ONNX model lie in. Both of PyTorch's exporters leave the modules' names in
 * the file: the older one in the names of operations (`/layer1/layer1.0/conv1/Conv`), the newer one beside them, in a list of
 * all modules around an operation. What was added later, by an optimizer or when the model was quantized, says nothing: it
 * lies in what everything around it lies in.
 *
 * @module
 */

import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";

/** Where the operations of a graph are. */
export interface OnnxScopes {
  /** The names of the modules that an operation lies in, from the outermost on. */
  readonly around: ReadonlyMap<OnnxNode, readonly string[]>;
  /** Operations of which the file says nothing. */
  readonly unnamed: ReadonlySet<OnnxNode>;
  /** Tensors that are the same for all images, and sizes of others. */
  readonly constants: ReadonlySet<string>;
  /** The operation that computes a tensor. */
  readonly makers: ReadonlyMap<string, OnnxNode>;
  /** The operations that take a tensor. */
  readonly users: ReadonlyMap<string, readonly OnnxNode[]>;
}

const known = new WeakMap<OnnxGraph, OnnxScopes>();

/** Where the operations of a graph are. */
export function scopesOf(graph: OnnxGraph): OnnxScopes {
  let scopes = known.get(graph);
  if (scopes === undefined) known.set(graph, scopes = findScopes(graph));
  return scopes;
}

/** What quantizers add, with names that are made of those of the tensors. */
const added = new Set(["QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"]);

/** The names of the modules that an operation lies in, as the file says; undefined if it says nothing. */
export function modulesAround(node: OnnxNode): string[] | undefined {
  if (added.has(node.operation)) return undefined;
  if (node.scopes !== undefined) return node.scopes.slice(0, -1).filter((name) => name !== "");
  if (!node.name.startsWith("/")) return undefined;
  const modules: string[] = [];
  let last: string | undefined;
  for (const part of node.name.split("/").slice(1, -1)) {
    const around = modules.at(-1);
    // What lies in a Sequential has its name before its own number; what lies in a ModuleList has the list's.
    modules.push(
      around === undefined
        ? part
        : part.startsWith(`${last}.`)
        ? around + part.slice(last!.length)
        : `${around}.${part}`,
    );
    last = part;
  }
  return modules;
}

function findScopes(graph: OnnxGraph): OnnxScopes {
  const makers = new Map<string, OnnxNode>();
  const users = new Map<string, OnnxNode[]>();
  const constants = new Set(graph.constants);
  for (const node of graph.nodes) {
    for (const output of node.outputs) if (output !== "") makers.set(output, node);
    for (const input of new Set(node.inputs)) {
      const list = users.get(input);
      if (list === undefined) users.set(input, [node]);
      else list.push(node);
    }
    const isConstant = ["Constant", "Shape", "Size"].includes(node.operation) ||
      (node.inputs.length > 0 &&
        node.inputs.every((input) => input === "" || constants.has(input)));
    if (isConstant) node.outputs.forEach((output) => constants.add(output));
  }
  const around = new Map<OnnxNode, readonly string[]>();
  const unnamed = new Set<OnnxNode>();
  for (const node of graph.nodes) {
    const modules = modulesAround(node);
    around.set(node, modules ?? []);
    if (modules === undefined) unnamed.add(node);
  }
  const scopes = { around, unnamed, constants, makers, users };
  if (unnamed.size < graph.nodes.length) placeUnnamed(scopes, around, new Set(graph.outputs));
  return scopes;
}

/** Places groups of neighboring operations of which nothing is said in the modules that all their neighbors lie in. */
function placeUnnamed(
  { unnamed, constants, makers, users }: OnnxScopes,
  around: Map<OnnxNode, readonly string[]>,
  outputs: ReadonlySet<string>,
): void {
  const isConstant = (node: OnnxNode): boolean =>
    node.outputs.every((output) => constants.has(output));
  const done = new Set<OnnxNode>();
  for (const first of unnamed) {
    if (done.has(first) || isConstant(first)) continue;
    const group = [first];
    done.add(first);
    let common: readonly string[] | undefined;
    const meet = (node: OnnxNode | undefined): void => {
      if (node !== undefined && unnamed.has(node)) {
        if (!done.has(node) && !isConstant(node)) group.push(node);
        done.add(node);
        return;
      }
      // The images come from outside, and what is returned goes there.
      const modules = node === undefined ? [] : around.get(node)!;
      const shared = common === undefined
        ? modules.length
        : common.findIndex((name, i) => name !== modules[i]);
      common = (common ?? modules).slice(0, shared < 0 ? undefined : shared);
    };
    for (const node of group) {
      for (const input of node.inputs) {
        if (input !== "" && !constants.has(input)) meet(makers.get(input));
      }
      for (const output of node.outputs) {
        users.get(output)?.forEach(meet);
        if (outputs.has(output)) meet(undefined);
      }
    }
    for (const node of group) around.set(node, common ?? []);
  }
}
