/**
 * The layers of a model, from its first to its head.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { Classifier } from "../nn/classifier.ts";
import type { Module } from "../nn/module.ts";
import type { Tensor } from "../torch/mod.ts";
import type { NamesLayers } from "./names_layers.ts";

/** What a parameter lies in: a block of a numbered list, a numbered list of plain layers, or neither. */
interface Unit {
  readonly kind: "block" | "link" | "loose";
  readonly name: string;
}

/**
 * The layer of every parameter by its name, from 0: the stem, each block, the head.
 *
 * Blocks are the parts that come in numbered lists and have parts of their own (`layer1.0`, `blocks.3`,
 * `features.1.0`). What comes before the first one is the stem. A numbered list of plain layers (`features.2`) belongs
 * to the block after it; everything else, such as a last norm, to the block before it. The head of a
 * {@linkcode Classifier} is the last layer. A model without blocks has a layer for each numbered list or module with a
 * weight of at least two dimensions. These are timm's groups for its architectures.
 *
 * @param given The layers, if they are not to be found: for each what the names of its parameters begin with.
 * @throws {ArgumentError} if a layer that is given has no parameters.
 */
export function layersOf(
  model: Module,
  given?: readonly (readonly string[])[],
): Map<string, number> {
  const parameters = model.namedParameters();
  const head = new Set<Tensor>(model instanceof Classifier ? model.head.parameters() : []);
  const trunk = parameters.filter(([, parameter]) => !head.has(parameter));
  const named = given ?? (namesLayers(model) ? model.layerNames() : undefined);
  const layers = named === undefined
    ? byModules(model, trunk)
    : byNames(trunk.map(([name]) => name), named);
  const last = Math.max(-1, ...layers.values());
  for (const [name, parameter] of parameters) if (head.has(parameter)) layers.set(name, last + 1);
  return layers;
}

function namesLayers(model: object): model is NamesLayers {
  return typeof (model as Partial<NamesLayers>).layerNames === "function";
}

/** Layers by what names begin with; a name of none goes with the one before it. */
function byNames(
  names: readonly string[],
  given: readonly (readonly string[])[],
): Map<string, number> {
  const layers = new Map<string, number>();
  let now = 0;
  for (const name of names) {
    const own = given.findIndex((layer) =>
      layer.some((start) => name === start || name.startsWith(`${start}.`))
    );
    if (own >= 0) now = own;
    layers.set(name, now);
  }
  const used = new Set(layers.values());
  const empty = given.findIndex((_, i) => !used.has(i));
  if (empty < 0) return layers;
  throw new ArgumentError(
    `Layer ${empty} (${
      given[empty].join(", ")
    }) has no parameters; give what their names begin with.`,
  );
}

function byModules(
  model: Module,
  trunk: readonly (readonly [string, Tensor])[],
): Map<string, number> {
  const modules = new Map(model.namedModules());
  const units = trunk.map(([name]): Unit => unitOf(name, modules));
  if (!units.some(({ kind }) => kind === "block")) return byWeights(trunk, units);
  const layers = new Map<string, number>();
  const first = units.findIndex(({ kind }) => kind === "block");
  let now = first > 0 ? 0 : -1;
  let open = "";
  let waiting: string[] = [];
  units.forEach(({ kind, name: unit }, i) => {
    const name = trunk[i][0];
    if (kind === "block") {
      if (unit !== open) now++;
      open = unit;
      for (const one of waiting) layers.set(one, now);
      waiting = [];
    }
    if (kind !== "block" && i > first && (kind === "link" || waiting.length > 0)) {
      waiting.push(name);
    } else layers.set(name, now);
  });
  for (const one of waiting) layers.set(one, now);
  return layers;
}

/** Layers of a model without blocks: what has only vectors, such as a norm, goes with the layer before it. */
function byWeights(
  trunk: readonly (readonly [string, Tensor])[],
  units: readonly Unit[],
): Map<string, number> {
  const hasWeight = new Set(
    units.filter((_, i) => trunk[i][1].ndim >= 2).map(({ name }) => name),
  );
  const numbers = new Map<string, number>();
  let now = 0;
  return new Map(trunk.map(([name], i) => {
    const unit = units[i].name;
    if (!hasWeight.has(unit)) return [name, now];
    if (!numbers.has(unit)) numbers.set(unit, numbers.size);
    now = numbers.get(unit)!;
    return [name, now];
  }));
}

/** The outermost numbered module that a parameter is in, of lists of modules with parts the one within them. */
function unitOf(name: string, modules: ReadonlyMap<string, Module>): Unit {
  const parts = name.split(".");
  for (let i = 1; i < parts.length; i++) {
    const prefix = parts.slice(0, i).join(".");
    const module = modules.get(prefix);
    if (module === undefined || !/^\d+$/.test(parts[i - 1])) continue;
    const children = module.namedChildren();
    if (children.length === 0) break;
    if (!children.every(([child]) => /^\d+$/.test(child))) return { kind: "block", name: prefix };
    const plain = children.every(([, child]) => child.children().length === 0);
    if (plain) return { kind: "link", name: prefix };
  }
  return { kind: "loose", name: parts.slice(0, -1).join(".") };
}
