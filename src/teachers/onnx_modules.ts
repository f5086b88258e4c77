/**
 * Which tensor of an ONNX model is what a module of PyTorch returned.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { findModule } from "./module_names.ts";
import { callsOf, isCalledAgain } from "./onnx_calls.ts";
import { isRounded, mergedConvolutions, mergedWhat } from "./onnx_merged.ts";
import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";
import { asTakenByAll, before, isPassing, usersBehind } from "./onnx_quantized.ts";
import { modulesAround, type OnnxScopes, scopesOf } from "./onnx_scopes.ts";

/** Activations that PyTorch often computes in the place of what they are given. */
const inPlace = new Set(
  ["Relu", "Clip", "LeakyRelu", "Elu", "Selu", "Celu", "HardSigmoid", "HardSwish", "Mish"],
);

/** The names of the modules in which something is computed. */
export function modulesOf(graph: OnnxGraph): Set<string> {
  return new Set([...scopesOf(graph).around.values()].flat());
}

/**
 * The tensor that a module returned, or undefined if there is no module of this name.
 *
 * @param graph The model.
 * @param name The module's name, as in `named_modules()`.
 * @param path The model's file, for messages.
 * @throws {ArgumentError} if it cannot be told which tensor that is.
 */
export function moduleOutput(graph: OnnxGraph, name: string, path: string): string | undefined {
  const scopes = scopesOf(graph);
  const { around } = scopes;
  const all = modulesOf(graph);
  const merged = mergedConvolutions(graph, scopes);
  const module = findModule(new Set([...all, ...merged.keys()]), name) ?? inDict(graph, all, name);
  if (module === undefined) return undefined;
  const isInside = (node: OnnxNode): boolean => around.get(node)!.includes(module);
  const inside = graph.nodes.filter(isInside);
  const unclear = (why: string, tensors: readonly string[]): never => {
    throw new ArgumentError(
      `It cannot be told which tensor of ${path} is what the module "${module}" returned: ${why}. ` +
        `Give the name of the tensor, such as ${
          tensors.slice(0, 4).map((one) => `"${one}"`).join(", ")
        }.`,
    );
  };
  for (const [own, node] of merged) {
    if (own !== module && !own.startsWith(`${module}.`) || isInside(node)) continue;
    unclear(
      `its convolution was merged with the batch norm that follows it${
        around.get(node)!.length === 0 ? "" : `, "${around.get(node)!.at(-1)}"`
      }`,
      node.outputs,
    );
  }
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
      ...inside.flatMap(({ outputs }) => outputs),
    ]);
  }
  if (escaping.length > 1) {
    unclear(`${escaping.length} of its tensors are used outside`, escaping);
  }
  if (isCalledAgain(graph, scopes, module)) {
    unclear(
      "everything in it comes several times, as if it was called again",
      inside.flatMap(({ outputs }) => outputs).reverse(),
    );
  }
  const [tensor] = escaping;
  const maker = scopes.makers.get(before(scopes, tensor)) ?? scopes.makers.get(tensor)!;
  const own = around.get(maker)!.at(-1);
  const users = usersBehind(scopes, tensor).filter((node) => !isInside(node));
  const why = mergedWhat(own, module, users, graph, scopes);
  if (why !== undefined) unclear(why, [tensor, ...users.flatMap(({ outputs }) => outputs)]);
  // The name of a layer means its own operation; that of a part of a network means what came out of it in the end.
  const isLayer = own === module &&
    inside.filter((node) => !isPassing(node) && !isConstant(node, scopes)).length === 1;
  const taken = asTakenByAll(scopes, tensor);
  if (taken !== tensor && isRounded(maker, tensor)) {
    // A batch norm may have its activation in it; and the older exporter calls a tensor after the activation's module.
    const named = modulesAround({ name: tensor, operation: "", inputs: [], outputs: [] });
    const isOutside = named !== undefined && !named.includes(module);
    if (isLayer ? merged.values().some((node) => node === maker) : isOutside) {
      unclear("an activation was made part of the rounding that follows", [tensor, taken]);
    }
  }
  if (isLayer && !/^Q(Linear|Gemm)/.test(maker.operation)) return tensor;
  if (users.length === 1 && inPlace.has(users[0].operation)) {
    const changed = users[0].outputs[0];
    unclear(`${users[0].operation} follows, which may change it in place`, [tensor, changed]);
  }
  return taken;
}

/**
 * What lies in a ModuleDict has its own name alone in the older exporter's files, and the whole one in those of its weights.
 */
function inDict(graph: OnnxGraph, all: ReadonlySet<string>, name: string): string | undefined {
  const { around, constants } = scopesOf(graph);
  const parts = name.split(".");
  for (let from = 1; from < parts.length; from++) {
    const end = parts.slice(from).join(".");
    const isIt = all.has(end) && graph.nodes.some((node) =>
      around.get(node)!.includes(end) &&
      node.inputs.some((input) => constants.has(input) && input.startsWith(`${name}.`))
    );
    if (isIt) return end;
  }
  return undefined;
}

/** Whether a tensor goes into a norm over the last dimension or comes out of one: its channels are in there, as tokens' are. */
export function isNormedLast(graph: OnnxGraph, tensor: string): boolean {
  const scopes = scopesOf(graph);
  const own = before(scopes, tensor);
  const isNorm = ({ operation }: OnnxNode): boolean => operation === "LayerNormalization";
  if (usersBehind(scopes, own).some((node) => isNorm(node) && node.inputs.length > 0)) return true;
  const maker = scopes.makers.get(own);
  if (maker === undefined) return false;
  if (isNorm(maker)) return true;
  // Before version 17 of the format it takes several operations.
  const module = scopes.around.get(maker)!.at(-1);
  if (module === undefined || maker.operation !== "Add") return false;
  const operations = graph.nodes.filter((node) => scopes.around.get(node)!.at(-1) === module)
    .map(({ operation }) => operation).filter((operation) => operation !== "Constant");
  return operations.join() === "ReduceMean,Sub,Pow,ReduceMean,Add,Sqrt,Div,Mul,Add";
}

function isConstant({ outputs }: OnnxNode, { constants }: OnnxScopes): boolean {
  return outputs.every((output) => constants.has(output));
}

/** The tensors that some operations compute and others use, or that are the model's results; constants are left out. */
function escapingFrom(graph: OnnxGraph, isInside: (node: OnnxNode) => boolean): string[] {
  const { constants, users } = scopesOf(graph);
  const results = new Set(graph.outputs);
  return graph.nodes.filter(isInside).flatMap(({ outputs }) => outputs).filter((output) =>
    output !== "" && !constants.has(output) &&
    (results.has(output) || users.get(output)?.some((node) => !isInside(node)))
  );
}
