/**
 * Calls random typed operators with well-typed arguments. Writes every call to a file before it is made, so that
 * who finds the process dead knows of which; prints how the calls ended, as JSON.
 *
 *     deno run -A tests/fuzz/operators.ts SEED CALLS FILE [PATTERN]
 *
 * @module
 */

import { ApprenticeError } from "../../src/errors.ts";
import { stringsOf } from "../../src/torch/codegen/arguments.ts";
import { argumentName, hidden } from "../../src/torch/codegen/arguments.ts";
import { functions } from "../../src/torch/codegen/curated_functions.ts";
import { methods } from "../../src/torch/codegen/curated_methods.ts";
import { parametersOf } from "../../src/torch/codegen/emit.ts";
import { type Entry, readEntries } from "../../src/torch/codegen/entries.ts";
import { open } from "../../ffi/native.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Argument, Schema } from "../../src/torch/schema.ts";
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

function show(values: readonly unknown[]): string {
  return values.map((v) =>
    v instanceof torch.Tensor
      ? `${v.dtype}[${v.shape}]`
      : Array.isArray(v)
      ? `[${show(v)}]`
      : typeof v === "bigint"
      ? `${v}n`
      : v !== null && typeof v === "object" && !(v instanceof torch.Float)
      ? `{${Object.entries(v).map(([k, x]) => `${k}: ${show([x])}`).join(", ")}}`
      : typeof v === "string"
      ? JSON.stringify(v)
      : Object.is(v, -0)
      ? "-0"
      : String(v)
  ).join(", ");
}

const log = Deno.openSync(path, { write: true, create: true, truncate: true });
const encoder = new TextEncoder();
const outcome = { worked: 0, refused: 0, bare: {} as Record<string, [number, string]> };
for (let i = 0; i < Number(calls); i++) {
  if (i % 200 === 0) {
    pool.forEach((tensor) => tensor.dispose());
    pool = torch.scope(() => tensors(draw).map((tensor) => torch.keep(tensor)));
  }
  const { entry, method } = draw.one(targets);
  const s = draw.one(entry.overloads);
  torch.scope(() => {
    const self = draw.one(pool);
    const given = argumentsOf(s, entry, method);
    const text = `${i} ${entry.name}(${show(method ? [self, ...given] : given)})`;
    log.seekSync(0, Deno.SeekMode.Start);
    const line = encoder.encode(text.slice(0, 2000));
    log.writeSync(line);
    log.truncateSync(line.length);
    try {
      // deno-lint-ignore no-explicit-any -- every operator in turn
      const owner: any = method ? self : torch;
      backward(owner[entry.name](...given));
      outcome.worked++;
    } catch (error) {
      outcome.refused++;
      const message = error instanceof Error ? error.message : String(error);
      const clean = error instanceof ApprenticeError &&
        !/INTERNAL ASSERT|please report a bug|c10::\w+\b.*expected|vector::|basic_string/i.test(
          message,
        );
      if (clean) return;
      const key = `${entry.name}: ${(error as Error).name}: ${message.split("\n")[0].slice(0, 90)}`;
      outcome.bare[key] ??= [0, text.slice(0, 400)];
      outcome.bare[key][0]++;
    }
  });
}
pool.forEach((tensor) => tensor.dispose());
console.log(JSON.stringify({ ...outcome, left: torch.memory().tensors }));
