/**
 * The order of the rooms: which room may import which. The one place where it is written down for machines;
 * the words are in the documentation of the architecture.
 *
 * @module
 */

/**
 * Rooms by floor, the ground first. A room is a folder of `src/`, or `ffi`, `recipes`, or `mod.ts`. A file imports from its own
 * room, from any floor below, and from a neighbor on its floor as long as no circle of rooms comes of it: `setup`
 * builds what `ffi` opens, `nn` names the `View` that `data` defines.
 */
export const FLOORS: readonly (readonly string[])[] = [
  ["base"],
  ["archive", "hub", "ffi", "setup", "launch"],
  ["torch"],
  ["nn", "optim", "data"],
  ["checkpoints", "evaluation"],
  ["models"],
  ["report"],
  ["teachers"],
  ["export"],
  ["distill"],
  ["train"],
  ["runs"],
  ["mod.ts"],
  ["recipes"],
  ["cli"],
];

/** Rooms that may import less than what is below them. */
export const ONLY: Readonly<Record<string, readonly string[]>> = {
  // Numbers and pages: whoever has numbers can show them.
  report: ["base", "torch"],
};

/**
 * Imports of types that may go round in a circle: operators take and give tensors, and a tensor's methods are the
 * operators.
 */
export const EXCEPTED: readonly { readonly from: string; readonly to: string }[] = [
  "backward",
  "call",
  "core",
  "creation",
  "data_transfer",
  "indexing",
  "operators.gen",
  "print",
  "random",
  "slice",
].map((name) => ({ from: `src/torch/${name}.ts`, to: "src/torch/tensor.ts" }));
