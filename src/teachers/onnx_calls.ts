/**
 * Modules of PyTorch that were called more than once, in an ONNX model.
 *
 * @module
 */

import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";
import type { OnnxScopes } from "./onnx_scopes.ts";

/** The older exporter numbers the calls of a module after its first: `relu_1`. A module with weights of its own is none. */
export function callsOf(
  all: ReadonlySet<string>,
  module: string,
  graph: OnnxGraph,
): string[] {
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
export function isCalledAgain(
  graph: OnnxGraph,
  { around, makers }: OnnxScopes,
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
  const given = ({ inputs }: OnnxNode): string[] =>
    inputs.filter((input) => input !== "" && !makers.has(input));
  const uses = new Map<string, number>();
  for (const node of nodes) {
    // Layers with equal weights may share them, without being called again.
    const part = around.get(node)!.at(-1)!.replace(/_\d+$/, "");
    for (const weight of given(node)) {
      if (!weight.startsWith(`${module}.`)) continue;
      const use = `${part}\n${weight}`;
      uses.set(use, (uses.get(use) ?? 0) + 1);
    }
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
