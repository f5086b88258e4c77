/**
 * Finding a model's tensors in a file of weights: publishers nest the state dict (`state_dict`, `model`, `teacher`) and put
 * what wrapped the model in front of its names (`module.`, `backbone.`, `_orig_mod.`). Both are dotted beginnings of
 * the names, and the right one is that under which most of the model's own names are found.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import { ArgumentError } from "../base/errors.ts";
import { sameShape, type Shapes } from "./fit.ts";

/** How well the names under a prefix fit. */
export interface Score {
  /** How many of the model's names are there. */
  readonly names: number;
  /** How many of these have the model's shape. */
  readonly shapes: number;
}

/** Whether a score is better (above 0), worse or the same. */
export function compareScores(a: Score, b: Score): number {
  return a.names - b.names || a.shapes - b.shapes;
}

/** How well named shapes fit a model's. */
export function scoreOf(own: Shapes, given: Shapes): Score {
  let names = 0;
  let shapes = 0;
  for (const [name, shape] of own) {
    const other = given.get(name);
    if (other === undefined) continue;
    names++;
    if (sameShape(shape, other)) shapes++;
  }
  return { names, shapes };
}

/** The scores of all prefixes under which any of the model's names is found. */
export function scorePrefixes(own: Shapes, given: Shapes): Map<string, Score> {
  const scores = new Map<string, { names: number; shapes: number }>();
  for (const [name, shape] of given) {
    for (let at = 0; at >= 0;) {
      const wanted = own.get(name.slice(at));
      if (wanted !== undefined) {
        const prefix = name.slice(0, at);
        let score = scores.get(prefix);
        if (score === undefined) scores.set(prefix, score = { names: 0, shapes: 0 });
        score.names++;
        if (sameShape(wanted, shape)) score.shapes++;
      }
      const dot = name.indexOf(".", at);
      at = dot < 0 ? -1 : dot + 1;
    }
  }
  return scores;
}

/**
 * The best of several prefixes. Names as they stand are preferred to others that fit as well.
 *
 * @throws {ArgumentError} if several fit as well as each other.
 */
export function bestPrefix(
  path: string,
  model: string,
  scores: ReadonlyMap<string, Score>,
): string {
  let best: string[] = [];
  let top: Score = { names: 0, shapes: 0 };
  for (const [prefix, score] of scores) {
    const order = compareScores(score, top);
    if (order > 0) [top, best] = [score, [prefix]];
    else if (order === 0) best.push(prefix);
  }
  if (best.length <= 1 || best.includes("")) return best.length === 1 ? best[0] : "";
  const shown = best.slice(0, 8).map(quote).join(", ");
  throw new ArgumentError(
    `${path} has ${best.length} sets of tensors that fit this ${model} as well as each other, under the names ${shown}${
      best.length > 8 ? ", …" : ""
    }. Choose one, such as { prefix: ${quote(best[0])} }.`,
  );
}

/** What commonly stands before the names of a model: where it lay in a dict, or what wrapped it. */
const wrappers = new Set(
  ("module model state_dict model_state_dict model_state teacher student model_ema ema ema_model net network params " +
    "params_ema backbone encoder visual trunk base_model base_encoder _orig_mod target_encoder")
    .split(" "),
);

/** The prefixes that may stand before names of another publisher, which cannot be compared with the model's. */
export function wrapperPrefixes(names: Iterable<string>): string[] {
  const found = new Set([""]);
  for (const name of names) {
    const parts = name.split(".");
    let prefix = "";
    for (const part of parts.slice(0, 6)) {
      if (!wrappers.has(part) || found.size >= 64) break;
      prefix += `${part}.`;
      found.add(prefix);
    }
  }
  return [...found];
}
