/** What tests share that compare methods with a twin in PyTorch, step by step. */

import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import * as torch from "../../src/torch/mod.ts";
import { device } from "../helpers.ts";

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

/** The part of a state dict below a prefix, with keys renamed. */
export function part(all: Tensors, prefix: string, names: Record<string, string> = {}): Tensors {
  const picked = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(picked.map(([key, value]) => {
    const own = key.slice(prefix.length);
    const place = own.lastIndexOf(".");
    const [before, after] = [own.slice(0, Math.max(place, 0)), own.slice(place + 1)];
    const name = names[before] ?? before;
    return [name === "" ? after : `${name}.${after}`, value];
  }));
}

/** The modules at some places of a list side by side, as a bank has them. */
export function bank(
  all: Tensors,
  prefix: string,
  places: readonly number[],
  names: Record<string, string> = {},
): Tensors {
  const parts = places.map((place) => part(all, `${prefix}${place}.`, names));
  return Object.fromEntries(
    Object.keys(parts[0]).map((key) => [key, torch.stack(parts.map((own) => own[key]))]),
  );
}

/** Compares, says how far the losses are apart, and fails if that is more than rounding. */
export function compare(name: string, losses: number[], expected: number[]): void {
  const worst = Math.max(
    ...losses.map((l, i) => Math.abs(l - expected[i]) / Math.abs(expected[i])),
  );
  console.log(`${name}: largest relative difference over ${steps} steps ${worst.toExponential(2)}`);
  assert(losses.length === steps && expected.length === steps);
  assert(worst <= tolerance, `${worst} is more than ${tolerance}`);
}

/** Compares the losses of all steps and, one by one, their terms. */
export function compareAll(
  method: string,
  losses: readonly number[],
  terms: readonly number[][],
  names: readonly string[],
  expected: Tensors,
): void {
  compare(method, [...losses], expected.losses.toArray() as number[]);
  for (const [i, name] of names.entries()) {
    const own = (expected.terms.toArray() as number[][]).map((row) => row[i]);
    compare(`${method} ${name}`, terms.map((row) => row[i]), own);
  }
}
