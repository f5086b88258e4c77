/**
 * What a dialect is: the names that another publisher gives the parameters of a network.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** What a part of a name becomes; a name that becomes empty is left out. */
export type Rule = readonly [pattern: RegExp, replacement: string];

/** What a name becomes by all rules in order; null if it is left out. */
export function renamed(name: string, rules: readonly Rule[]): string | null {
  let result = name;
  for (const [pattern, replacement] of rules) result = result.replace(pattern, replacement);
  return result === "" ? null : result;
}

/**
 * Renames a state dict. Rules mark tensors that are one of ours together with `{name}` in the new name: `joins`
 * says which marks belong together, in order, and what is left in the name instead of them.
 */
export function translated(
  state: Readonly<Record<string, Tensor>>,
  rules: readonly Rule[],
  joins: Readonly<Record<string, readonly string[]>> = {},
): Record<string, Tensor> {
  const result: Record<string, Tensor> = {};
  for (const [key, tensor] of Object.entries(state)) {
    const name = renamed(key, rules);
    if (name !== null) result[name] = tensor;
  }
  for (const [joined, marks] of Object.entries(joins)) join(result, joined, marks);
  return result;
}

/** Joins tensors whose names differ in their marks only, along the first dimension. */
function join(state: Record<string, Tensor>, joined: string, marks: readonly string[]): void {
  for (const first of Object.keys(state).filter((name) => name.includes(marks[0]))) {
    const names = marks.map((mark) => first.replace(marks[0], mark));
    // One that lacks shows as missing later, by the name of the whole.
    if (!names.every((name) => Object.hasOwn(state, name))) continue;
    const parts = names.map((name) => state[name]);
    for (const name of names) delete state[name];
    state[first.replace(marks[0], joined)] = torch.noGrad(() => torch.cat(parts));
  }
}

/** Whether a key ends with each of `endings`, whatever prefix it has. */
export function hasEndings(keys: ReadonlySet<string>, ...endings: string[]): boolean {
  return endings.every((ending) => {
    for (const key of keys) if (key.endsWith(ending)) return true;
    return false;
  });
}
