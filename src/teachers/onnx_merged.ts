/**
 * Operations of an ONNX model that were several ones of PyTorch: what lay between those is in the file no more.
 *
 * @module
 */

import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";
import type { OnnxScopes } from "./onnx_scopes.ts";

/** Rules of the newer exporter's optimizer that make one change of shape of two, which may be of two modules. */
const shapesMerged = /ReshapeReshape|TransposeTranspose|UnsqueezeUnsqueeze|SqueezeReshape|Flatten/;

/**
 * The convolutions that were made one with a batch norm and lie, in the newer exporter's files, where that did: by the
 * names of their own modules, which their weights still have.
 */
export function mergedConvolutions(
  graph: OnnxGraph,
  { around }: OnnxScopes,
): Map<string, OnnxNode> {
  const merged = new Map<string, OnnxNode>();
  const all = new Set([...around.values()].flat());
  for (const node of graph.nodes) {
    if (node.scopes === undefined || !node.operation.startsWith("Conv")) continue;
    const own = /^(.*)\.weight(?:_\w+)?$/s.exec(node.inputs[1] ?? "")?.[1];
    // Equal weights of several layers may have been made one, and have the name of another one.
    if (own !== undefined && !all.has(own)) merged.set(own, node);
  }
  return merged;
}

/**
 * Why the result of an operation may be none of a module's own.
 *
 * @param maker The operation, in the module.
 * @param module The module's name.
 * @param users What takes the result outside.
 * @returns The reason, or undefined.
 */
export function mergedWhat(
  maker: OnnxNode,
  module: string,
  users: readonly OnnxNode[],
  { around, unnamed }: OnnxScopes,
): string | undefined {
  const own = around.get(maker)!.at(-1);
  // The older exporter: weights have a new name where a batch norm's were multiplied into them.
  const isMerged = maker.scopes === undefined && /^Conv/.test(maker.operation) &&
    /^onnx::Conv/.test(maker.inputs[1] ?? "");
  if (isMerged && own === module) {
    return "it was merged with what follows it, as a convolution is with its batch norm";
  }
  // Its last part, of a Sequential: the batch norm may be the next one, or follow all of it.
  if (isMerged && own?.slice(0, own.lastIndexOf(".")) === module && /\.\d+$/.test(own)) {
    return "its last convolution was merged with a batch norm, which may be in it or follow it";
  }
  const follows = users.find((node) => unnamed.has(node) && node.operation !== "Split");
  if (follows !== undefined) {
    return `${follows.operation} follows, of which the file does not say what module it belongs to`;
  }
  if (users.some(({ rules }) => rules !== undefined && shapesMerged.test(rules))) {
    return "a change of its shape may have been merged with the next one";
  }
  return undefined;
}
