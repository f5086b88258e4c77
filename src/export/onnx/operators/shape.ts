/**
 * The same numbers in another order or shape.
 *
 * @module
 */

import { isComplex } from "./complex.ts";
import type { Call, Translation, Translations } from "../call.ts";
import type { Dim } from "../../symbolic.ts";

/** The shape that the graph has for what is made: a complex tensor has its two parts as well. */
function shapeInGraph(call: Call, made = call.made[0]): readonly Dim[] {
  return isComplex(made.dtype) ? [...made.shape, 2] : made.shape;
}

/** Whatever the arguments say, the result's shape is known. */
function reshaped(call: Call): string {
  return call.reshape(call.name(0), shapeInGraph(call));
}

const unchanged: Translation = (call) => call.name(0);

/** Dimensions in an order; those of a complex tensor's parts stay last. */
function permuted(call: Call, perm: readonly number[]): string {
  const rank = call.tensor(0).shape.length;
  const whole = perm.map((axis) => axis < 0 ? axis + rank : axis);
  if (isComplex(call.tensor(0).dtype)) whole.push(rank);
  return call.add("Transpose", [call.name(0)], { perm: whole });
}

function swapped(call: Call, a: number, b: number): string {
  const perm = call.tensor(0).shape.map((_, i) => i);
  [perm[a], perm[b]] = [perm[b], perm[a]];
  return permuted(call, perm);
}

function moved(call: Call): string {
  const rank = call.tensor(0).shape.length;
  const [from, to] = [1, 2].map((at) => call.numbers(at).map((axis) => (axis + rank) % rank));
  const perm: number[] = Array(rank).fill(-1);
  from.forEach((axis, i) => perm[to[i]] = axis);
  const rest = perm.map((_, i) => i).filter((axis) => !from.includes(axis));
  return permuted(call, perm.map((axis) => axis < 0 ? rest.shift()! : axis));
}

/** Dimensions of one, repeated without copying. */
function expanded(call: Call): string {
  const { name, shape } = call.tensor(0);
  const target = shapeInGraph(call);
  const before = target.length - shape.length;
  // Where a dimension stays, 1 says so; the batch need not be known.
  const sizes = target.map((dim, i) => i >= before && same(shape[i - before], dim) ? 1 : dim);
  return sizes.every((dim) => dim === 1) && before === 0
    ? name
    : call.add("Expand", [name, call.graph.sizes(sizes)]);
}

/** Whether two sizes are one. */
function same(a: Dim | undefined, b: Dim): boolean {
  return typeof a === "object" && typeof b === "object" ? a.batches === b.batches : a === b;
}

function repeated(call: Call): string {
  const { name, shape } = call.tensor(0);
  const given = call.dims(1);
  // `tile` takes fewer numbers than there are dimensions, for the last ones.
  const times = [...Array(Math.max(0, shape.length - given.length)).fill(1), ...given];
  const before = times.length - shape.length;
  const whole = before === 0 ? name : call.reshape(name, [...Array(before).fill(1), ...shape]);
  return call.add("Tile", [whole, call.graph.sizes(times)]);
}

/** Each element several times: one dimension more, and back. */
function repeatedEach(call: Call): string {
  const { name, shape } = call.tensor(0);
  const times = call.number(1);
  if (call.isNone(2)) throw call.untranslated("it flattens what it repeats");
  const axis = call.axis(2);
  const wide = [...shape.slice(0, axis + 1), times, ...shape.slice(axis + 1)];
  const column = call.add("Unsqueeze", [name, call.graph.ints([axis + 1])]);
  const sizes = wide.map((_, i) => i === axis + 1 ? times : 1);
  const all = call.add("Expand", [column, call.graph.ints(sizes)]);
  return call.reshape(all, call.made[0].shape);
}

function concatenated(call: Call): string {
  const { dtype, shape } = call.made[0];
  const items = call.list(0).filter((item) => item.kind === "tensor");
  const names = items.map((item) => call.cast(item.name, item.dtype, dtype));
  const axis = call.axis(1, shape.length);
  return names.length === 1 ? names[0] : call.add("Concat", names, { axis });
}

function stacked(call: Call): string {
  const axis = call.axis(1, call.made[0].shape.length);
  const columns = call.list(0).map((item) =>
    call.add("Unsqueeze", [(item as { name: string }).name, call.graph.ints([axis])])
  );
  return call.add("Concat", columns, { axis });
}

/** Pixels of `factor` squared channels beside each other. */
const shuffled = (operator: string, attributes = {}): Translation => (call) =>
  call.add(operator, [call.name(0)], { blocksize: call.number(1), ...attributes });

/** The channels of pixels in the order of PyTorch: ONNX's has the place in the block first. */
function unshuffled(call: Call): string {
  const [batch, channels, height, width] = call.tensor(0).shape;
  const factor = call.number(1);
  const [rows, columns] = [height, width].map((size) => call.fixed(size) / factor);
  const blocks = call.reshape(call.name(0), [batch, channels, rows, factor, columns, factor]);
  const perm = [0, 1, 3, 5, 2, 4];
  return call.reshape(call.add("Transpose", [blocks], { perm }), call.made[0].shape);
}

function channelShuffled(call: Call): string {
  const [batch, channels, ...rest] = call.tensor(0).shape;
  const groups = call.number(1);
  const inGroup = call.fixed(channels) / groups;
  const grouped = call.reshape(call.name(0), [batch, groups, inGroup, ...rest]);
  const perm = [0, 2, 1, ...rest.map((_, i) => i + 3)];
  return call.reshape(call.add("Transpose", [grouped], { perm }), call.made[0].shape);
}

/** The same numbers in another order or shape. */
export const SHAPES: Translations = {
  reshape: reshaped,
  view: reshaped,
  _unsafe_view: reshaped,
  flatten: reshaped,
  unflatten: reshaped,
  squeeze: reshaped,
  unsqueeze: reshaped,
  view_as: reshaped,
  contiguous: unchanged,
  clone: unchanged,
  detach: unchanged,
  alias: unchanged,
  dropout: (call) => {
    if (call.flag(2)) throw call.untranslated("it drops at random");
    return call.name(0);
  },
  permute: (call) => permuted(call, call.numbers(1)),
  transpose: (call) => swapped(call, call.axis(1), call.axis(2)),
  swapaxes: (call) => swapped(call, call.axis(1), call.axis(2)),
  t: (call) => swapped(call, 0, call.tensor(0).shape.length - 1),
  movedim: moved,
  expand: expanded,
  expand_as: expanded,
  repeat: repeated,
  tile: repeated,
  repeat_interleave: repeatedEach,
  cat: concatenated,
  concat: concatenated,
  stack: stacked,
  pixel_shuffle: shuffled("DepthToSpace", { mode: "CRD" }),
  pixel_unshuffle: unshuffled,
  channel_shuffle: channelShuffled,
};
