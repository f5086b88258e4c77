/**
 * How a tensor prints.
 *
 * @module
 */

import { ApprenticeError } from "../base/errors.ts";
import { call } from "./call.ts";
import { slice } from "./slice.ts";
import { nest } from "./data_transfer.ts";
import type { NestedArray } from "./nested_array.ts";
import type { Tensor } from "./tensor.ts";

const edge = 3;
const most = 1000;

/** A tensor in short, such as `Tensor float32[2, 3] cpu`. */
export function describe(tensor: Tensor): string {
  try {
    return `Tensor ${tensor.dtype}[${tensor.shape.join(", ")}] ${tensor.device}`;
  } catch (error) {
    if (!(error instanceof ApprenticeError)) throw error;
    return "Tensor";
  }
}

/** The values, shortened to their edges if there are many, then shape, dtype and device. */
export function format(tensor: Tensor): string {
  if (tensor.isDisposed) return "Tensor(disposed)";
  try {
    return formatValues(tensor);
  } catch (error) {
    // Printing says what there is to say, of every tensor: what has no values here too.
    if (!(error instanceof ApprenticeError)) throw error;
    return `Tensor(${error.message.split("\n")[0]})`;
  }
}

function formatValues(tensor: Tensor): string {
  const shape = tensor.shape;
  const short = tensor.numel > most;
  const values = short ? edges(tensor) : exactValues(tensor);
  const text = numberFormat(values);
  const body = render(values, shape, 0, text, short);
  const grad = tensor.requiresGrad ? ", requiresGrad" : "";
  return `Tensor(${body}, shape [${shape.join(", ")}], ${tensor.dtype}, ${tensor.device}${grad})`;
}

function exactValues(tensor: Tensor): NestedArray {
  return nest(tensor.data(), tensor.shape, tensor.dtype, true);
}

/** The first and last elements of every dimension. */
function edges(tensor: Tensor): NestedArray {
  let part: Tensor = tensor.detach();
  const made = [part];
  try {
    // A sparse tensor has no parts to take.
    if (part.strides.includes(-1)) made.push(part = call("aten::to_dense", part) as Tensor);
    tensor.shape.forEach((size, dim) => {
      if (size <= 2 * edge) return;
      const before = Array.from({ length: dim }, () => slice());
      const all = [0, 1, 2, size - 3, size - 2, size - 1];
      part = part.index(...before, all);
      made.push(part);
    });
    return exactValues(part);
  } finally {
    for (const t of made) t.dispose();
  }
}

function render(
  value: NestedArray,
  shape: readonly number[],
  dim: number,
  text: (v: number | boolean | bigint) => string,
  short: boolean,
): string {
  // Two parts of a complex number lie below the last dimension.
  if (dim === shape.length && Array.isArray(value)) {
    const [real, imaginary] = value as number[];
    const below = imaginary < 0 || Object.is(imaginary, -0);
    return `${text(real)}${below ? "-" : "+"}${text(Math.abs(imaginary)).trim()}i`;
  }
  if (!Array.isArray(value)) return text(value as number);
  const parts = value.map((item) => render(item, shape, dim + 1, text, short));
  if (short && shape[dim] > 2 * edge) parts.splice(edge, 0, "…");
  const last = dim === shape.length - 1;
  return `[${parts.join(last ? ", " : `,\n${" ".repeat(dim + 8)}`)}]`;
}

/** One format for all values: enough digits to tell them apart, columns that line up. */
function numberFormat(values: NestedArray): (v: number | boolean | bigint) => string {
  const flat = [values].flat(Infinity as 1) as (number | boolean | bigint)[];
  const numbers = flat.filter((v): v is number => typeof v === "number" && Number.isFinite(v));
  const whole = numbers.every(Number.isInteger);
  const sizes = numbers.filter((v) => v !== 0).map(Math.abs);
  const large = Math.max(0, ...sizes);
  const small = Math.min(Infinity, ...sizes);
  const scientific = !whole && (large >= 1e8 || small < 1e-4 || large / small > 1e6);
  const one = (v: number | boolean | bigint) =>
    typeof v !== "number" || whole || !Number.isFinite(v)
      ? String(v)
      : scientific
      ? v.toExponential(4)
      : v.toFixed(4);
  const width = Math.max(0, ...flat.map((v) => one(v).length));
  return (v) => one(v).padStart(width);
}
