/**
 * Which tensor of an ONNX model is what a module of PyTorch returned. Both of PyTorch's exporters leave the modules' names
 * in the file: the older one in the names of operations (`/layer1/layer1.0/conv1/Conv`), the newer one beside them, in a
 * list of all modules around an operation.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { findModule } from "./module_names.ts";
import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";

/** The names of the modules that an operation lies in, from the outermost on. */
export function modulesAround(node: OnnxNode): string[] {
  if (node.scopes !== undefined) return node.scopes.slice(0, -1).filter((name) => name !== "");
  if (!node.name.startsWith("/")) return [];
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

/** Activations that PyTorch often computes in the place of what they are given. */
const inPlace = new Set(
  ["Relu", "Clip", "LeakyRelu", "Elu", "Selu", "Celu", "HardSigmoid", "HardSwish", "Mish"],
);

/**
 * The tensor that a module returned, or undefined if there is no module of this name.
 *
 * @param graph The model.
 * @param name The module's name, as in `named_modules()`; the end of it is enough if only one module's ends so.
 * @param path The model's file, for messages.
 * @throws {ArgumentError} if it cannot be told which tensor that is.
 */
export function moduleOutput(graph: OnnxGraph, name: string, path: string): string | undefined {
  const around = new Map(graph.nodes.map((node) => [node, modulesAround(node)]));
  const all = new Set([...around.values()].flat());
  const module = findModule(all, name, path);
  if (module === undefined) return undefined;
  const isInside = (node: OnnxNode): boolean => around.get(node)!.includes(module);
  const unclear = (why: string, tensors: readonly string[]): never => {
    throw new ArgumentError(
      `It cannot be told which tensor of ${path} is what the module "${module}" returned: ${why}. ` +
        `Give the name of the tensor, such as ${
          tensors.slice(0, 4).map((one) => `"${one}"`).join(", ")
        }.`,
    );
  };
  const calls = callsOf(all, module, graph);
  const escaping = escapingFrom(graph, isInside);
  if (calls.length > 0) {
    const others = calls.flatMap((call) =>
      escapingFrom(graph, (node) => around.get(node)!.includes(call))
    );
    unclear(
      `there ${calls.length === 1 ? "is" : "are"} ${
        calls.join(", ")
      } too, which may be it, called again`,
      [...escaping, ...others],
    );
  }
  if (escaping.length === 0) {
    unclear("nothing of what is computed in it is used outside", [
      ...graph.nodes.filter(isInside).flatMap(({ outputs }) => outputs),
    ]);
  }
  if (escaping.length > 1) {
    unclear(`${escaping.length} of its tensors are used outside`, escaping);
  }
  if (isCalledAgain(graph, around, module)) {
    unclear(
      "everything in it comes several times, as if it was called again",
      graph.nodes.filter(isInside).flatMap(({ outputs }) => outputs).reverse(),
    );
  }
  const [tensor] = escaping;
  const maker = graph.nodes.find(({ outputs }) => outputs.includes(tensor))!;
  if (isMerged(maker, around.get(maker)!.at(-1), module)) {
    unclear("it was merged with what follows it, as a convolution is with its batch norm", [
      tensor,
    ]);
  }
  const users = graph.nodes.filter(({ inputs }) => inputs.includes(tensor));
  // The name of a layer means its own operation; that of a part of a network means what came out of it in the end.
  const isLayer = around.get(maker)!.at(-1) === module && graph.nodes.filter(isInside).length === 1;
  if (!isLayer && users.length === 1 && inPlace.has(users[0].operation) && !isInside(users[0])) {
    const changed = users[0].outputs[0];
    unclear(`${users[0].operation} follows, which may change it in place`, [tensor, changed]);
  }
  return tensor;
}

/** Whether a tensor goes into a norm over the last dimension or comes out of one: its channels are in there, as tokens' are. */
export function isNormedLast(graph: OnnxGraph, tensor: string): boolean {
  const goesIn = graph.nodes.some(({ operation, inputs }) =>
    operation === "LayerNormalization" && inputs[0] === tensor
  );
  if (goesIn) return true;
  const maker = graph.nodes.find(({ outputs }) => outputs[0] === tensor);
  if (maker === undefined) return false;
  if (maker.operation === "LayerNormalization") return true;
  // Before version 17 of the format it takes several operations.
  const module = modulesAround(maker).at(-1);
  if (module === undefined || maker.operation !== "Add") return false;
  const inside = graph.nodes.filter((node) => modulesAround(node).at(-1) === module)
    .map(({ operation }) => operation).filter((operation) => operation !== "Constant");
  return inside.join() === "ReduceMean,Sub,Pow,ReduceMean,Add,Sqrt,Div,Mul,Add";
}

/** The older exporter numbers the calls of a module after its first: `relu_1`. A module with weights of its own is none. */
function callsOf(all: ReadonlySet<string>, module: string, graph: OnnxGraph): string[] {
  const isCall = (name: string): boolean =>
    name.startsWith(`${module}_`) && /^\d+$/.test(name.slice(module.length + 1));
  return [...all].filter((name) =>
    isCall(name) &&
    !graph.nodes.some(({ inputs }) => inputs.some((input) => input.startsWith(`${name}.`)))
  );
}

/**
 * Whether all of a module is there several times: its result is not what came out of the last call alone. The older
 * exporter does not number the calls of a Sequential but those of its parts, the newer one none at all.
 */
function isCalledAgain(
  graph: OnnxGraph,
  around: ReadonlyMap<OnnxNode, readonly string[]>,
  module: string,
): boolean {
  const nodes = graph.nodes.filter((node) => around.get(node)!.includes(module));
  const all = new Set(nodes.flatMap((node) => around.get(node)!));
  const partsRepeat = (name: string): boolean => {
    // A part lies in it without another one between.
    const parts = new Set(nodes.map((node) => {
      const modules = around.get(node)!;
      return modules.includes(name) ? modules[modules.indexOf(name) + 1] : undefined;
    }));
    const repeats = (part: string | undefined): boolean =>
      part === undefined || callsOf(all, part, graph).length > 0 || partsRepeat(part) ||
      [...all].some((other) =>
        part.startsWith(`${other}_`) && callsOf(all, other, graph).includes(part)
      );
    return [...parts].some((part) => part !== undefined) && [...parts].every(repeats);
  };
  if (partsRepeat(module)) return true;
  const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const given = ({ inputs }: OnnxNode): string[] =>
    inputs.filter((input) => input !== "" && !computed.has(input));
  const uses = new Map<string, number>();
  for (const weight of nodes.flatMap(given).filter((input) => input.startsWith(`${module}.`))) {
    uses.set(weight, (uses.get(weight) ?? 0) + 1);
  }
  if (uses.size > 0 && [...uses.values()].every((count) => count > 1)) return true;
  if (nodes.some(({ scopes }) => scopes === undefined)) return false;
  return isRepetition(
    nodes.filter(({ operation }) => operation !== "Constant").map((node) =>
      [node.operation, ...around.get(node)!, ...given(node)].join("\n")
    ),
  );
}

/** Whether a list is a shorter one, several times. */
function isRepetition(list: readonly string[]): boolean {
  for (let period = 1; period <= list.length / 2; period++) {
    if (list.length % period === 0 && list.every((one, i) => one === list[i % period])) return true;
  }
  return false;
}

/** The tensors that some operations compute and others use, or that are the model's results; sizes are left out. */
function escapingFrom(graph: OnnxGraph, isInside: (node: OnnxNode) => boolean): string[] {
  const sizes = new Set<string>();
  const used = new Set(graph.outputs);
  for (const node of graph.nodes) {
    const isSize = ["Constant", "Shape", "Size"].includes(node.operation) ||
      (node.inputs.length > 0 && node.inputs.every((input) => input === "" || sizes.has(input)));
    if (isSize) node.outputs.forEach((output) => sizes.add(output));
    if (!isInside(node)) node.inputs.forEach((input) => used.add(input));
  }
  return graph.nodes.filter(isInside).flatMap(({ outputs }) => outputs)
    .filter((output) => output !== "" && used.has(output) && !sizes.has(output));
}

/** Whether a convolution has other weights than its module's: those of a batch norm were multiplied into them. */
function isMerged(node: OnnxNode, own: string | undefined, module: string): boolean {
  return own === module && node.scopes === undefined && /^Conv/.test(node.operation) &&
    /^onnx::Conv/.test(node.inputs[1] ?? "");
}
