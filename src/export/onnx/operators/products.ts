/**
 * Products of matrices, and attention.
 *
 * @module
 */

import type { Call, Translations } from "../call.ts";

/** The last two dimensions turned around. */
function turned(call: Call, name: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return call.add("Transpose", [name], { perm });
}

function linear(call: Call): string {
  const input = call.tensor(0);
  const weight = call.name(1);
  if (input.shape.length === 2) {
    const bias = call.isNone(2) ? [] : [call.name(2)];
    return call.add("Gemm", [input.name, weight, ...bias], { transB: 1 });
  }
  const product = call.add("MatMul", [input.name, turned(call, weight, 2)]);
  return call.isNone(2) ? product : call.add("Add", [product, call.name(2)]);
}

/** `beta` times a tensor and `alpha` times a product. */
function addedProduct(call: Call): string {
  const product = call.add("MatMul", [call.name(1), call.name(2)]);
  const times = (name: string, factor: number): string =>
    factor === 1 ? name : call.add("Mul", [name, call.graph.scalar(factor, call.made[0].dtype)]);
  return call.add("Add", [
    times(product, call.number(4, 1)),
    times(call.name(0), call.number(3, 1)),
  ]);
}

/** Attention as PyTorch computes it: the scale's root on both sides. */
function attention(call: Call): string {
  const [query, key, value] = [0, 1, 2].map((at) => call.tensor(at));
  const rank = query.shape.length;
  if (call.number(4, 0) !== 0) throw call.untranslated("it drops at random");
  if (call.flag(5)) throw call.untranslated("it looks at what came before only (is_causal)");
  if (call.flag(7)) throw call.untranslated("its heads share keys (enable_gqa)");
  const width = call.fixed(query.shape[rank - 1]);
  const scale = call.graph.scalar(Math.sqrt(call.number(6, 1 / Math.sqrt(width))));
  const scaled = (name: string): string => call.add("Mul", [name, scale]);
  let scores = call.add("MatMul", [scaled(query.name), scaled(turned(call, key.name, rank))]);
  if (!call.isNone(3)) scores = call.add("Add", [scores, mask(call)]);
  return call.add("MatMul", [call.add("Softmax", [scores], { axis: -1 }), value.name]);
}

/** What is added to scores: of a mask that says who is looked at, nothing or minus infinity. */
function mask(call: Call): string {
  const { name, dtype } = call.tensor(3);
  if (dtype !== "bool") return name;
  return call.add("Where", [name, call.graph.scalar(0), call.graph.scalar(-Infinity)]);
}

const product = (call: Call): string => call.add("MatMul", [call.name(0), call.name(1)]);

function outer(call: Call): string {
  const [rows, columns] = [0, 1].map((at) => call.tensor(at));
  return call.add("Mul", [
    call.reshape(rows.name, [...rows.shape, 1]),
    call.reshape(columns.name, [1, ...columns.shape]),
  ]);
}

/** A sum of products by a formula, which ONNX has with the same letters. */
function einsum(call: Call): string {
  const names = call.list(1).map((item) => (item as { name: string }).name);
  return call.add("Einsum", names, { equation: call.text(0) });
}

/** The cosine of the angle between vectors along a dimension, lengths no less than `eps`. */
function cosine(call: Call): string {
  const axes = call.graph.ints([call.axis(2)]);
  const { dtype } = call.made[0];
  const epsilon = call.graph.scalar(call.number(3, 1e-8), dtype);
  const units = [0, 1].map((at) => {
    const length = call.add("ReduceL2", [call.name(at), axes], { keepdims: 1 });
    return call.add("Div", [call.name(at), call.add("Max", [length, epsilon])]);
  });
  return call.add("ReduceSum", [call.add("Mul", units), axes], { keepdims: 0 });
}

/** Products of matrices, and attention. */
export const PRODUCTS: Translations = {
  linear,
  matmul: product,
  mm: product,
  bmm: product,
  mv: product,
  dot: product,
  addmm: addedProduct,
  baddbmm: addedProduct,
  addmv: addedProduct,
  outer,
  einsum,
  cosine_similarity: cosine,
  scaled_dot_product_attention: attention,
};
