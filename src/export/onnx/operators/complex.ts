/**
 * Complex numbers, which ONNX has none of: a complex tensor is one of floating-point numbers with one dimension more, the
 * last, of real and imaginary part.
 *
 * @module
 */

import type { DType } from "../../../torch/dtype.ts";
import type { Call, Translations } from "../call.ts";

/** Whether a dtype is a complex one. */
export const isComplex = (dtype: DType): boolean => dtype.startsWith("complex");

/** Real and imaginary part, each with a last dimension of one. */
function parts(call: Call, at: number): [real: string, imaginary: string] {
  const { name, dtype } = call.tensor(at);
  if (!isComplex(dtype)) throw call.untranslated("it takes complex and real tensors");
  const attributes = { axis: -1, num_outputs: 2 };
  return call.graph.addSeveral("Split", [name], attributes, 2) as [string, string];
}

/** The product of two complex tensors. */
export function complexProduct(call: Call): string {
  const [[a, b], [c, d]] = [parts(call, 0), parts(call, 1)];
  const product = (x: string, y: string): string => call.add("Mul", [x, y]);
  const real = call.add("Sub", [product(a, c), product(b, d)]);
  const imaginary = call.add("Add", [product(a, d), product(b, c)]);
  return call.add("Concat", [real, imaginary], { axis: -1 });
}

function complex(call: Call): string {
  const pair = [0, 1].map((at) => call.add("Unsqueeze", [call.name(at), call.graph.ints([-1])]));
  return call.add("Concat", pair, { axis: -1 });
}

/** Operators that make complex tensors, or real ones of them. */
export const COMPLEX: Translations = {
  view_as_complex: (call) => call.name(0),
  view_as_real: (call) => call.name(0),
  complex,
};
