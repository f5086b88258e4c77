/**
 * Values that are well typed and unusual, drawn by seed.
 *
 * @module
 */

import * as torch from "../../src/torch/mod.ts";

/** Where tensors lie; what is not computed as on the processor is as unusual there. */
const device = (Deno.env.get("APPRENTICE_TEST_DEVICE") || "cpu") as torch.Device;

/** Random numbers of its own: libtorch's are among what is called. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 2654435761) >>> 0 || 1;
  }

  /** A whole number from 0 up to, not including, `n`. */
  below(n: number): number {
    // Marsaglia's xorshift: its low bits are as good as its high ones.
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % n;
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}

const shapes = [[], [1], [3], [0], [2, 3], [3, 3], [4, 4], [2, 0, 3], [2, 3, 4], [1, 2, 4, 4], [
  2,
  2,
  5,
  5,
], [1, 2, 3, 4, 4]];
const dtypes: torch.DType[] = [
  "float32",
  "float32",
  "float32",
  "float64",
  "int64",
  "int32",
  "bool",
  "float16",
  "bfloat16",
  "uint8",
];

/** Tensors of many shapes, dtypes and layouts in memory, some with NaN, some that want gradients. */
export function tensors(draw: Draw): torch.Tensor[] {
  const list: torch.Tensor[] = [];
  for (const shape of shapes) {
    for (const dtype of dtypes) {
      const floats = dtype.includes("float");
      let x = torch.randint(-2, 5, shape).to(floats ? "float64" : dtype);
      if (floats) x = x.add(torch.randn(shape, { dtype: "float64" }).mul(0.3)).to(dtype);
      if (device !== "cpu") x = x.to(device);
      const kind = draw.below(8);
      if (kind === 0 && floats && x.numel > 0) x.flatten().index(0).fill_(NaN);
      if (kind === 1 && floats && x.numel > 0) x = x.mul(Infinity);
      if (kind === 2 && x.ndim > 1) x = x.transpose(0, -1);
      if (kind === 3 && x.ndim > 0) x = x.index(torch.slice(0, 1)).expand(...shape);
      if (kind === 4 && floats) x = x.detach().requiresGrad_();
      list.push(x);
    }
  }
  // A gradient of libtorch's that has no memory.
  const leaf = torch.ones([2, 3], { requiresGrad: true });
  leaf.sgn().sum().backward();
  list.push(leaf.grad!, torch.tensor([0, 2, 3], { dtype: "int64" }));
  return list;
}

const whole = [
  -(2 ** 63),
  -(2 ** 53),
  -(2 ** 31),
  -65536,
  -7,
  -3,
  -2,
  -1,
  0,
  1,
  2,
  3,
  4,
  5,
  17,
  1000,
  2 ** 31 - 1,
  2 ** 31,
  1e12,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
];
const broken = [NaN, Infinity, -Infinity, 0.5, -0, 1e300, 5e-324];

/** A whole number, mostly small. */
export function integer(draw: Draw): number {
  const kind = draw.below(16);
  if (kind < 12) return draw.below(5) - 1;
  return kind < 15 ? draw.one(whole) : draw.one(broken);
}

/** A number, mostly small. */
export function float(draw: Draw): number {
  const kind = draw.below(8);
  if (kind < 4) return draw.below(40) / 8 - 1;
  return kind < 6 ? draw.one(broken) : draw.one(whole);
}

/** What may stand beside a tensor. */
export function scalar(draw: Draw): torch.Scalar {
  const kind = draw.below(12);
  if (kind === 0) return draw.one([0n, 1n, -1n, 2n ** 60n, -(2n ** 63n), 2n ** 63n, 2n ** 64n]);
  if (kind === 1) return torch.float(float(draw));
  return kind < 6 ? integer(draw) : float(draw);
}
