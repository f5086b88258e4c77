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

/** Activations that quantizers make part of the rounding after them. */
const rounded = /(^|\/)(relu6?|clip|clamp|hardtanh)(_\w+)?$/i;

/**
 * Whether a quantizer made an activation part of the rounding after it: the tensor is called after that, and another
 * operation computes it.
 */
export function isRounded(maker: OnnxNode, tensor: string): boolean {
  return rounded.test(tensor) && !/^(Relu|Clip)$/.test(maker.operation);
}

/** Which input of a convolution its weights are. */
const weightInputs: Readonly<Record<string, number>> = {
  Conv: 1,
  ConvTranspose: 1,
  ConvInteger: 1,
  QLinearConv: 3,
};

/** Whether an operation is a convolution whose weights have a new name, as those have that were made of several. */
function hasNewWeights({ operation, inputs, scopes }: OnnxNode): boolean {
  return scopes === undefined && Object.hasOwn(weightInputs, operation) &&
    /^onnx::Conv/.test(inputs[weightInputs[operation]] ?? "");
}

/**
 * Why the result of a module may not be there.
 *
 * @param own The innermost module of the operation that its result seems to be that of.
 * @param module The module's name.
 * @param users What takes the result outside.
 * @returns The reason, or undefined.
 */
export function mergedWhat(
  own: string | undefined,
  module: string,
  users: readonly OnnxNode[],
  graph: OnnxGraph,
  { around, unnamed }: OnnxScopes,
): string | undefined {
  // The older exporter multiplies a batch norm's weights into those before it.
  const isMerged = graph.nodes.some((node) =>
    around.get(node)!.at(-1) === own && hasNewWeights(node)
  );
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
