/**
 * What a network wants of pixels, as a part of its ONNX graph.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { partOf } from "../../data/view_part.ts";
import type { View } from "../../data/view.ts";
import { tensor } from "../../torch/mod.ts";
import { type GraphBuilder, ONNX_DTYPES } from "./graph.ts";

/**
 * Adds what `predict` does to a photograph: the shorter side resized with antialiasing, the middle cut out, the values
 * normalized.
 *
 * @param pixels The name of RGB pixels, uint8 (B, H, W, 3), of any size.
 * @returns The name of the images, float32 (B, C, height, width).
 * @throws {ArgumentError} if the view is of other than one or three channels.
 */
export function addView(graph: GraphBuilder, pixels: string, view: View): string {
  const planes = graph.add("Transpose", [pixels], { perm: [0, 3, 1, 2] });
  const middle = cutMiddle(graph, resized(graph, planes, view), view);
  const values = graph.add("Cast", [middle], { to: ONNX_DTYPES.float32! });
  const seen = view.mean.length === 3 ? values : gray(graph, values, view);
  const byChannel = (key: string, numbers: readonly number[]): string =>
    graph.constant(`view ${key}`, () => tensor(numbers, { shape: [1, numbers.length, 1, 1] }));
  const unit = graph.add("Div", [seen, graph.scalar(255)]);
  const centered = graph.add("Sub", [unit, byChannel("mean", view.mean)]);
  return graph.add("Div", [centered, byChannel("std", view.std)]);
}

/** Rows and columns of images (B, C, H, W), each a list of one. */
function sides(graph: GraphBuilder, planes: string): [rows: string, columns: string] {
  const side = (at: number): string => graph.add("Shape", [planes], { start: at, end: at + 1 });
  return [side(2), side(3)];
}

/** The shorter side brought to the length that the view cuts from. */
function resized(graph: GraphBuilder, planes: string, view: View): string {
  const { resize, interpolation = "bilinear" } = partOf(view);
  const lengths = sides(graph, planes);
  const shorter = graph.add("Min", lengths);
  // Division of whole numbers rounds down, as it has to.
  const target = lengths.map((length) =>
    graph.add("Div", [graph.add("Mul", [length, graph.ints([resize!])]), shorter])
  );
  const sizes = graph.add("Concat", [graph.batches(1), graph.ints([3]), ...target], { axis: 0 });
  const cubic = interpolation === "bicubic";
  return graph.add("Resize", [planes, "", "", sizes], {
    mode: cubic ? "cubic" : "linear",
    antialias: 1,
    coordinate_transformation_mode: "half_pixel",
    ...(cubic && { cubic_coeff_a: { float: -0.5 } }),
  });
}

/** The middle of images, halves of pixels rounded to the even one. */
function cutMiddle(graph: GraphBuilder, planes: string, { size }: View): string {
  const two = graph.ints([2]);
  const starts = sides(graph, planes).map((length, i) => {
    const rest = graph.add("Sub", [length, graph.ints([size[i]])]);
    const half = graph.add("Div", [rest, two]);
    const up = graph.add("Mul", [graph.add("Mod", [rest, two]), graph.add("Mod", [half, two])]);
    return graph.add("Add", [half, up]);
  });
  const start = graph.add("Concat", starts, { axis: 0 });
  const end = graph.add("Add", [start, graph.ints(size)]);
  return graph.add("Slice", [planes, start, end, graph.ints([2, 3])]);
}

/** Colors weighted as in ITU-R BT.601, rounded to whole numbers as bytes are. */
function gray(graph: GraphBuilder, values: string, { mean }: View): string {
  if (mean.length !== 1) {
    throw new ArgumentError(
      `Pixels have three channels, and the model's view ${mean.length}: export without the view (view: false).`,
    );
  }
  const weights = graph.constant(
    "luma",
    () => tensor([0.299, 0.587, 0.114], { shape: [1, 3, 1, 1] }),
  );
  const sum = graph.add("ReduceSum", [graph.add("Mul", [values, weights]), graph.ints([1])], {
    keepdims: 1,
  });
  return graph.add("Round", [sum]);
}
