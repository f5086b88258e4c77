/**
 * Parts of tensors.
 *
 * @module
 */

import type { Call, Translation, Translations } from "../call.ts";
import type { Dim } from "../../symbolic.ts";
import { isComplex } from "./complex.ts";

/** From `start` on to before `end` along a dimension. */
function sliced(call: Call, axis: number, start: Dim, end: Dim, step = 1): string {
  const lists = [[start], [end], [axis], [step]] as Dim[][];
  return call.add("Slice", [call.name(0), ...lists.map((list) => call.graph.sizes(list))]);
}

/** The place that a call names along a dimension of a size, counted from its first. */
function placeAt(call: Call, at: number, size: Dim): Dim {
  const place = call.dim(at);
  return typeof place === "number" && place < 0 && typeof size === "number" ? place + size : place;
}

/** The most that an int64 holds, as far as a number can say: "to the end". */
const END = 2 ** 53;

function slice(call: Call): string {
  const axis = call.isNone(1) ? 0 : call.axis(1);
  const size = call.tensor(0).shape[axis];
  const start = call.isNone(2) ? 0 : placeAt(call, 2, size);
  const given = call.isNone(3) ? END : placeAt(call, 3, size);
  const end = typeof given === "number" ? Math.min(given, END) : given;
  const step = call.number(4, 1);
  if (start === 0 && step === 1 && typeof end === "number" && (end === END || end === size)) {
    return call.name(0);
  }
  return sliced(call, axis, start, end, step);
}

function narrow(call: Call): string {
  const axis = call.axis(1);
  const size = call.tensor(0).shape[axis];
  const start = placeAt(call, 2, size);
  const length = call.made[0].shape[axis];
  if (start === 0 && length === size) return call.name(0);
  if (typeof start !== "number" || typeof length !== "number") {
    if (start === 0) return sliced(call, axis, 0, length);
    throw call.untranslated("it begins at a place that follows the batch");
  }
  return sliced(call, axis, start, start + length);
}

function select(call: Call): string {
  const axis = call.axis(1);
  const place = placeAt(call, 2, call.tensor(0).shape[axis]);
  if (typeof place !== "number") throw call.untranslated("its place follows the batch");
  return call.add("Gather", [call.name(0), call.graph.scalar(place, "int64")], { axis });
}

/** Parts along a dimension, in the sizes that they were seen to have. */
const split = (axisAt: number): Translation => (call) => {
  const axis = call.isNone(axisAt) ? 0 : call.axis(axisAt);
  const sizes = call.made.map(({ shape }) => shape[axis]);
  if (sizes.length === 1) return [call.name(0)];
  const inputs = [call.name(0), call.graph.sizes(sizes)];
  return call.graph.addSeveral("Split", inputs, { axis }, sizes.length);
};

function unbind(call: Call): string[] {
  const axis = call.isNone(1) ? 0 : call.axis(1);
  const { length } = call.made;
  if (length === 1) return [call.add("Squeeze", [call.name(0), call.graph.ints([axis])])];
  const ones = call.graph.ints(Array(length).fill(1));
  return call.graph.addSeveral("Split", [call.name(0), ones], { axis }, length)
    .map((part) => call.add("Squeeze", [part, call.graph.ints([axis])]));
}

function indexSelect(call: Call): string {
  return call.add("Gather", [call.name(0), call.name(2)], { axis: call.axis(1) });
}

function gather(call: Call): string {
  return call.add("GatherElements", [call.name(0), call.name(2)], { axis: call.axis(1) });
}

/** `x[:, index]`: one list of places along one dimension. */
function index(call: Call): string {
  const given = call.list(1);
  const places = given.map((item, axis) => ({ item, axis }))
    .filter(({ item }) => item.kind === "tensor");
  if (places.length !== 1) throw call.untranslated("it takes places along several dimensions");
  const [{ item, axis }] = places;
  if (item.kind !== "tensor" || item.dtype === "bool") throw call.untranslated("it takes a mask");
  return call.add("Gather", [call.name(0), item.name], { axis });
}

/** The end of a dimension put before its beginning. */
function roll(call: Call): string {
  const { shape } = call.tensor(0);
  const shifts = call.numbers(1);
  let name = call.name(0);
  call.axes(2).forEach((axis, i) => {
    const size = call.fixed(shape[axis]);
    const shift = ((shifts[i] % size) + size) % size;
    if (shift === 0) return;
    const sizes = call.graph.ints([size - shift, shift]);
    const [first, last] = call.graph.addSeveral("Split", [name, sizes], { axis }, 2);
    name = call.add("Concat", [last, first], { axis });
  });
  return name;
}

function flip(call: Call): string {
  const axes = call.axes(1);
  const lists = [axes.map(() => -1), axes.map(() => -END), axes, axes.map(() => -1)];
  return call.add("Slice", [call.name(0), ...lists.map((list) => call.graph.ints(list))]);
}

/** Padding from the last dimension on, before and after each; `mode` and `value` at these places. */
function pad(call: Call, mode: string, valueAt: number): string {
  const { name, dtype, shape } = call.tensor(0);
  const given = call.numbers(1);
  const before = Array<number>(shape.length).fill(0);
  const after = [...before];
  for (let i = 0; i < given.length / 2; i++) {
    before[shape.length - 1 - i] = given[2 * i];
    after[shape.length - 1 - i] = given[2 * i + 1];
  }
  if (isComplex(dtype)) [before, after].forEach((list) => list.push(0));
  const modes: Record<string, string> = {
    constant: "constant",
    reflect: "reflect",
    replicate: "edge",
    circular: "wrap",
  };
  if (!Object.hasOwn(modes, mode)) throw call.untranslated(`its mode is ${mode}`);
  if (mode === "circular") throw call.untranslated("it pads with the other side (circular)");
  const inputs = [name, call.graph.ints([...before, ...after])];
  const value = call.isNone(valueAt) ? 0 : call.number(valueAt);
  if (mode === "constant") inputs.push(call.graph.scalar(value, dtype));
  return call.add("Pad", inputs, { mode: modes[mode] });
}

/** Parts of tensors. */
export const INDEXING: Translations = {
  slice,
  narrow,
  select,
  split: split(2),
  split_with_sizes: split(2),
  tensor_split: split(2),
  chunk: split(2),
  unbind,
  index_select: indexSelect,
  gather,
  index,
  embedding: (call) => call.add("Gather", [call.name(0), call.name(1)], { axis: 0 }),
  roll,
  flip,
  pad: (call) => pad(call, call.text(2), 3),
  constant_pad_nd: (call) => pad(call, "constant", 2),
  reflection_pad2d: (call) => pad(call, "reflect", 99),
  replication_pad2d: (call) => pad(call, "replicate", 99),
};
