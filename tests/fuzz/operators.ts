/**
 * Calls random typed operators with well-typed arguments, by their methods and functions and by `torch.call`. Writes every call to a file before it is made, so that
 * who finds the process dead knows of which; prints how the calls ended, as JSON.
 *
 *     deno run -A tests/fuzz/operators.ts SEED CALLS FILE [PATTERN]
 *
 * @module
 */

import { stringsOf } from "../../src/torch/codegen/arguments.ts";
import { argumentName, hidden } from "../../src/torch/codegen/arguments.ts";
import { functions } from "../../src/torch/codegen/curated_functions.ts";
import { methods } from "../../src/torch/codegen/curated_methods.ts";
import { parametersOf } from "../../src/torch/codegen/emit.ts";
import { type Entry, readEntries } from "../../src/torch/codegen/entries.ts";
import { open } from "../../ffi/native.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Argument, Schema } from "../../src/torch/schema.ts";
import { CallRecord, show } from "./record.ts";
import { Draw, float, integer, scalar, tensors } from "./values.ts";

const [seed, calls, path, pattern = ""] = Deno.args;
const draw = new Draw(Number(seed));
open();
torch.setNumThreads(1);
torch.manualSeed(Number(seed));

interface Target {
  entry: Entry;
  method: boolean;
}
const wanted = new RegExp(pattern);
const targets: Target[] = [
  ...readEntries(methods).map((entry) => ({ entry, method: true })),
  ...readEntries(functions).map((entry) => ({ entry, method: false })),
].filter(({ entry }) => wanted.test(entry.name));

let pool: torch.Tensor[] = [];

function list<T>(one: () => T, length?: number): T[] {
  const count = length !== undefined && draw.below(6) > 0 ? length : draw.below(5);
  return Array.from({ length: count }, one);
}

/** A well-typed value for an argument; undefined where it is left out. */
function value(a: Argument, operator: string): unknown {
  const optional = a.kind !== a.kind.toUpperCase();
  if (optional && draw.below(2) === 0) return draw.below(2) ? null : undefined;
  if (a.fallback !== undefined && draw.below(2) === 0) return undefined;
  if (a.name === "reduction") return draw.one(["none", "mean", "sum"]);
  switch (a.kind.toUpperCase()) {
    case "T":
      return draw.one(pool);
    case "G":
      return undefined;
    case "S":
      return scalar(draw);
    case "I":
    case "N":
      return integer(draw);
    case "F":
      return float(draw);
    case "B":
      return draw.below(2) === 1;
    case "Y":
      return draw.one(["float32", "float64", "int64", "int32", "bool", "float16", "uint8"]);
    case "V":
      return "cpu";
    case "M":
      return draw.one(["contiguous", "preserve", "channelsLast", "channelsLast3d"]);
    case "H":
      return draw.one(stringsOf(a, operator) ?? ["ij,jk->ik", "i->", "", "\0", "ünö\ud800"]);
    case "L":
      return list(() => draw.one(pool));
    case "J":
      return list(() => draw.below(3) ? draw.one(pool) : null);
    case "A":
    case "X":
      if (a.length !== undefined && draw.below(3) === 0) return integer(draw);
      return list(() => integer(draw), a.length);
    case "D":
      return list(() => float(draw), a.length);
    case "C":
      return list(() => draw.below(2) === 1, a.length);
    case "R":
      return list(() => scalar(draw));
    default:
      throw new Error(`no value for kind ${a.kind}`);
  }
}

/** The arguments of a call by the operator's own name, in order up to one that is left out, then by name. */
function direct(s: Schema, self: torch.Tensor | undefined): unknown[] {
  const values = s.arguments.map((a, i) => {
    if (self !== undefined && i === 0) return self;
    if (hidden.has(a.name)) return undefined;
    const given = value(a, s.name);
    return a.name === "reduction" && typeof given === "string"
      ? ["none", "mean", "sum"].indexOf(given)
      : given;
  });
  const ordered = draw.below(values.length + 1);
  const named = s.arguments.map((a, i) => [a.name, values[i]]).slice(ordered);
  return named.length > 0
    ? [...values.slice(0, ordered), Object.fromEntries(named)]
    : values.slice(0, ordered);
}

/** The arguments of a call: those in order, then the options. */
function argumentsOf(s: Schema, entry: Entry, method: boolean): unknown[] {
  const parameters = parametersOf(entry.overloads, method);
  const inOrder = new Set(parameters.map((p) => p.here.get(s)));
  const list = parameters.map((p) => {
    const a = p.here.get(s);
    return a === undefined ? undefined : value(a, s.name);
  });
  const options = s.arguments.slice(method ? 1 : 0)
    .filter((a) => !hidden.has(a.name) && !inOrder.has(a))
    .map((a) => [argumentName(a), value(a, s.name)]);
  return options.length > 0 ? [...list, Object.fromEntries(options)] : list;
}

/** Goes back through what a call recorded: its gradients read and write memory, too. */
function backward(result: unknown): void {
  const list = Array.isArray(result) ? result : [result];
  const one = list.find((it) => it instanceof torch.Tensor && it.requiresGrad);
  if (one === undefined || draw.below(2) === 0) return;
  one.mul(draw.one([1, 0, -2, NaN])).sum().backward();
}

const record = new CallRecord(path);
for (let i = 0; i < Number(calls); i++) {
  if (i % 200 === 0) {
    pool.forEach((tensor) => tensor.dispose());
    pool = torch.scope(() => tensors(draw).map((tensor) => torch.keep(tensor)));
  }
  const { entry, method } = draw.one(targets);
  const s = draw.one(entry.overloads);
  torch.scope(() => {
    const self = draw.one(pool);
    const byName = draw.below(4) === 0;
    const given = byName ? direct(s, method ? self : undefined) : argumentsOf(s, entry, method);
    const text = byName
      ? `${i} call(${s.name}, ${show(given)})`
      : `${i} ${entry.name}(${show(method ? [self, ...given] : given)})`;
    record.attempt(entry.name, text, () => {
      // deno-lint-ignore no-explicit-any -- every operator in turn
      const owner: any = method ? self : torch;
      backward(
        byName
          ? torch.call(s.name, ...given as Parameters<typeof torch.call>[1][])
          : owner[entry.name](...given),
      );
    });
  });
}
pool.forEach((tensor) => tensor.dispose());
record.print();
