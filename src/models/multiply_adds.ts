/**
 * How many multiply-adds an operator takes.
 *
 * @module
 */

import type { Tensor } from "../torch/mod.ts";

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/**
 * The multiply-adds of a product: one for every term of every sum. A bias, a mask and a softmax count nothing, and
 * attention counts all its scores, masked ones too.
 *
 * @param operator One of `products` of `../torch/products.ts`.
 * @param operands Its tensors, lists and texts in order.
 */
export function multiplyAdds(
  operator: string,
  result: Tensor,
  operands: readonly unknown[],
): number {
  const shape = (at: number): number[] => (operands[at] as Tensor).shape;
  const name = operator.slice("aten::".length).split(".")[0].replace(/_$/, "");
  switch (name) {
    case "conv1d":
    case "conv2d":
    case "conv3d":
      return result.numel * product(shape(1).slice(1));
    case "conv_transpose1d":
    case "conv_transpose2d":
    case "conv_transpose3d":
      return product(shape(0)) * product(shape(1).slice(1));
    case "linear":
      return result.numel * shape(1).at(-1)!;
    case "addmm":
    case "addmv":
    case "baddbmm":
      return result.numel * shape(1).at(-1)!;
    case "addbmm":
      return result.numel * shape(1)[0] * shape(1)[2];
    case "bilinear":
      return result.numel * product(shape(2).slice(1));
    case "scaled_dot_product_attention":
      return attention(shape(0), shape(1), shape(2));
    case "tensordot":
      return result.numel * product((operands[2] as number[]).map((dim) => shape(0).at(dim)!));
    case "einsum":
      return einsum(operands[0] as string, operands[1] as Tensor[]);
    default:
      // matmul, mm, bmm, mv, dot and their like sum over the first one's last dimension.
      return result.numel * shape(0).at(-1)!;
  }
}

/** The scores q kᵀ, then their product with v. */
function attention(q: readonly number[], k: readonly number[], v: readonly number[]): number {
  return product(q.slice(0, -1)) * k.at(-2)! * (q.at(-1)! + v.at(-1)!);
}

/** All combinations of all indices, for every tensor after the first. */
function einsum(equation: string, tensors: readonly Tensor[]): number {
  const sizes = new Map<string, number>();
  equation.split("->")[0].split(",").forEach((part, i) => {
    const shape = tensors[i].shape;
    const [before, after] = part.replaceAll(" ", "").split("...");
    [...before].forEach((index, at) =>
      sizes.set(index, Math.max(sizes.get(index) ?? 1, shape[at]))
    );
    if (after === undefined) return;
    const end = shape.length - after.length;
    [...after].forEach((index, at) =>
      sizes.set(index, Math.max(sizes.get(index) ?? 1, shape[end + at]))
    );
    // Places of what the dots stand for count from the last.
    shape.slice(before.length, end).reverse().forEach((size, at) =>
      sizes.set(`.${at}`, Math.max(sizes.get(`.${at}`) ?? 1, size))
    );
  });
  return product([...sizes.values()]) * (tensors.length - 1);
}
