/**
 * Maps in another size.
 *
 * @module
 */

import { call as callOperator, eye, scope, type Tensor } from "../../../torch/mod.ts";
import type { Call, Translation, Translations } from "../call.ts";

/** The sizes that directions have before and after. */
function sizes(call: Call): { from: number[]; to: number[] } {
  const of = (shape: Call["made"][0]["shape"]): number[] =>
    shape.slice(2).map((size) => call.fixed(size));
  return { from: of(call.tensor(0).shape), to: of(call.made[0].shape) };
}

/** How one direction of `from` places becomes one of `to`: a matrix (from, to) that libtorch's operator makes of an identity. */
function weights(
  operator: string,
  [from, to]: readonly [number, number],
  align: boolean,
  scale: number,
): Tensor {
  // Two columns that stay as they are: of one column libtorch's smoothing operators make another's.
  const columns = operator.endsWith("1d") ? [] : [2];
  const unit = eye(from).reshape([1, from, from, ...columns.map(() => 1)])
    .expand([1, from, from, ...columns]).contiguous();
  const scales = [scale === 0 ? null : scale, ...columns.map(() => null)];
  const resized = callOperator(`aten::${operator}`, unit, [to, ...columns], align, ...scales);
  const all = (resized as Tensor).reshape([from, to, -1]);
  return all.select(2, 0);
}

/**
 * Resizing is linear, and one direction is resized after the other: products with matrices. So the result is PyTorch's for
 * every way of resizing, which ONNX's operator has others of.
 */
const linear = (operator: string): Translation => (call) => {
  const { from, to } = sizes(call);
  const align = call.flag(2);
  const matrix = (i: number, turned: boolean): string => {
    const scale = call.number(3 + i, 0);
    const key = `${operator} ${from[i]} ${to[i]} ${align} ${scale} ${turned}`;
    return call.graph.constant(key, () =>
      scope(() => {
        const made = weights(operator, [from[i], to[i]], align, scale);
        return (turned ? made.t() : made).contiguous();
      }));
  };
  let name = call.name(0);
  const last = from.length - 1;
  if (last === 1 && from[0] !== to[0]) name = call.add("MatMul", [matrix(0, true), name]);
  if (from[last] !== to[last]) name = call.add("MatMul", [name, matrix(last, false)]);
  return name;
};

/** The nearest pixel: those of a list of places for rows, and for columns. */
function nearest(call: Call): string {
  const { from, to } = sizes(call);
  const scales = from.map((_, i) => call.number(2 + i, 0));
  return from.reduce((name, size, i) => {
    const ratio = Math.fround(scales[i] === 0 ? size / to[i] : 1 / scales[i]);
    const places = Array.from(
      { length: to[i] },
      (_, j) => Math.min(Math.floor(Math.fround(j * ratio)), size - 1),
    );
    return call.add("Gather", [name, call.graph.ints(places)], { axis: i + 2 });
  }, call.name(0));
}

/** Values between pixels, at places that are computed. */
function sampled(call: Call): string {
  const mode = ["bilinear", "nearest", "bicubic"][call.number(2)];
  const padding_mode = ["zeros", "border", "reflection"][call.number(3)];
  const align_corners = call.flag(4) ? 1 : 0;
  return call.add("GridSample", [call.name(0), call.name(1)], {
    mode,
    padding_mode,
    align_corners,
  });
}

/** Maps in another size. */
export const RESIZING: Translations = {
  grid_sampler: sampled,
  upsample_linear1d: linear("upsample_linear1d"),
  upsample_bilinear2d: linear("upsample_bilinear2d"),
  upsample_bicubic2d: linear("upsample_bicubic2d"),
  _upsample_bilinear2d_aa: linear("_upsample_bilinear2d_aa"),
  _upsample_bicubic2d_aa: linear("_upsample_bicubic2d_aa"),
  upsample_nearest1d: nearest,
  upsample_nearest2d: nearest,
};
