/** What tests share that compare methods with a twin in PyTorch, step by step. */

import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type * as distill from "../../src/distill/mod.ts";
import type * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";
import { bankState } from "./banks.ts";

/** How many steps a twin takes. */
export const steps = 50;

/** The largest relative difference of a loss that is taken for rounding; the twins ran on a CPU. */
export const tolerance = device === "cpu" ? 1e-5 : 1e-2;

/** Tensors by name. */
export type Tensors = Record<string, torch.Tensor>;

/** What a twin wrote. */
export function load(name: string): Tensors {
  const path = fromFileUrl(new URL(`../golden/${name}`, import.meta.url));
  return torch.loadSafetensors(path, { device });
}

/** What is called otherwise in a twin: parts of keys, and what they are here. */
export type Renaming = readonly (readonly [RegExp, string])[];

/** A single layer of a twin. */
export const linear: Renaming = [[/(?=weight|bias)/, "output."]];

/** Layers of a `Sequential` in a twin, by their places. */
export const placed = (names: Record<number, string>): Renaming =>
  Object.entries(names).map(([place, name]) =>
    [new RegExp(`\\b${place}\\.(?=weight|bias)`), `${name}.`] as const
  );

/** Two layers with an activation between. */
export const mlp = placed({ 0: "hidden", 2: "output" });

/** The part of a state dict below a prefix, with keys renamed. */
export function part(all: Tensors, prefix: string, renaming: Renaming = []): Tensors {
  const picked = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(picked.map(([key, value]) => [
    renaming.reduce((name, [from, to]) => name.replace(from, to), key.slice(prefix.length)),
    value,
  ]));
}

/** The modules at some places of a list side by side, as a bank has them. */
export function bank(
  all: Tensors,
  prefix: string,
  places: readonly number[],
  renaming: Renaming = [],
): Tensors {
  return bankState(places.map((place) => part(all, `${prefix}${place}.`, renaming)));
}

/** Takes the twin's number of steps on batches by their step; the losses and the terms of these names. */
export function train<Batch extends distill.AnyBatch>(
  method: distill.Method<Batch>,
  optimizer: optim.Optimizer,
  batchOf: (step: number) => Batch,
  names: readonly string[],
): { losses: number[]; terms: number[][] } {
  const losses: number[] = [];
  const terms: number[][] = [];
  for (let step = 0; step < steps; step++) {
    using _ = torch.scope();
    const result = method.step(batchOf(step));
    optimizer.zeroGrad();
    result.loss.backward();
    optimizer.step();
    losses.push(result.loss.item());
    terms.push(names.map((name) => result.terms[name].item()));
  }
  return { losses, terms };
}

/** Compares, says how far the losses are apart, and fails if that is more than rounding. */
export function compare(name: string, losses: number[], expected: number[]): void {
  const worst = Math.max(
    ...losses.map((l, i) => Math.abs(l - expected[i]) / Math.abs(expected[i])),
  );
  const count = losses.length;
  console.log(`${name}: largest relative difference over ${count} steps ${worst.toExponential(2)}`);
  assert(count >= steps && expected.length === count);
  assert(worst <= tolerance, `${worst} is more than ${tolerance}`);
}

/** Compares the losses of all steps and, one by one, their terms. */
export function compareAll(
  method: string,
  { losses, terms }: { losses: number[]; terms: number[][] },
  names: readonly string[],
  expected: Tensors,
): void {
  compare(method, losses, expected.losses.toArray() as number[]);
  for (const [i, name] of names.entries()) {
    const own = (expected.terms.toArray() as number[][]).map((row) => row[i]);
    compare(`${method} ${name}`, terms.map((row) => row[i]), own);
  }
}
