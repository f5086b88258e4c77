/**
 * Tensors by a model's names: as they are in a file of weights, or translated from another publisher's names.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import { Tensor } from "../torch/mod.ts";
import {
  bestPrefix,
  compareScores,
  type Score,
  scoreOf,
  scorePrefixes,
  wrapperPrefixes,
} from "./find_state.ts";
import type { Shapes } from "./fit.ts";
import { materialize, type StoredTensor } from "./stored_tensor.ts";
import type { WeightsDialect } from "./weights_dialect.ts";

/** Tensors by name; those that are passed on as they are stay unread. */
export type Values = Map<string, StoredTensor | Tensor>;

/** Tensors by the model's names, and how they were found. */
export interface Found {
  /** What the names in the file begin with. */
  readonly prefix: string;
  /** Whose names they had, if not the model's. */
  readonly dialect: string | null;
  /** The tensors. */
  readonly values: Values;
}

/** The shapes of named tensors. */
export function shapesOf(values: Values): Shapes {
  return new Map([...values].map(([name, { shape }]) => [name, shape]));
}

/** The tensors whose names begin with `prefix`, without it. */
function under(values: Values, prefix: string): Values {
  if (prefix === "") return values;
  const found: Values = new Map();
  for (const [name, value] of values) {
    if (name.startsWith(prefix)) found.set(name.slice(prefix.length), value);
  }
  return found;
}

/**
 * Finds the tensors that are the model's. Tensors that a dialect makes belong to the scope around.
 *
 * @param about The names of the file and the model, for messages.
 * @param own The model's shapes.
 * @param values All tensors of the file.
 * @param dialects Other names that the model's parameters may have.
 * @param given The prefix, if the user has chosen one.
 */
export function findState(
  about: { path: string; model: string },
  own: Shapes,
  values: Values,
  dialects: readonly WeightsDialect[],
  given?: string,
): Found {
  const shapes = shapesOf(values);
  const scores = scorePrefixes(own, shapes);
  const score = (prefix: string): Score => scores.get(prefix) ?? { names: 0, shapes: 0 };
  let top: Score = { names: 0, shapes: 0 };
  for (const one of scores.values()) if (compareScores(one, top) > 0) top = one;
  if (given !== undefined) top = score(given);
  if (top.names < own.size) {
    const translated = findTranslated(about, own, values, dialects, given);
    if (translated !== null && compareScores(translated.score, top) > 0) return translated.found;
  }
  const prefix = given ?? bestPrefix(about.path, about.model, scores);
  return { prefix, dialect: null, values: under(values, prefix) };
}

function findTranslated(
  about: { path: string; model: string },
  own: Shapes,
  values: Values,
  dialects: readonly WeightsDialect[],
  given?: string,
): { score: Score; found: Found } | null {
  const ownNames = new Set(own.keys());
  const candidates = new Map<string, { score: Score; found: Found }>();
  for (const prefix of given === undefined ? wrapperPrefixes(values.keys()) : [given]) {
    const part = under(values, prefix);
    const names = new Set(part.keys());
    for (const dialect of dialects) {
      if (!dialect.recognizes(names, ownNames)) continue;
      const made = throughTensors(part, (state) => dialect.translate(state));
      const score = scoreOf(own, shapesOf(made));
      const known = candidates.get(prefix);
      if (known === undefined || compareScores(score, known.score) > 0) {
        candidates.set(prefix, { score, found: { prefix, dialect: dialect.name, values: made } });
      }
    }
  }
  if (candidates.size === 0) return null;
  const scores = new Map([...candidates].map(([prefix, { score }]) => [prefix, score]));
  return candidates.get(given ?? bestPrefix(about.path, about.model, scores)) ?? null;
}

/** Applies a function of tensors to named values. What it passes on as it is stays unread. */
export function throughTensors(
  values: Values,
  change: (state: Record<string, Tensor>) => Record<string, Tensor>,
): Values {
  const origins = new Map<Tensor, StoredTensor>();
  const state = [...values].map(([name, value]): [string, Tensor] => {
    if (value instanceof Tensor) return [name, value];
    const tensor = materialize(value);
    origins.set(tensor, value);
    return [name, tensor];
  });
  const changed = torch.noGrad(() => change(Object.fromEntries(state)));
  const result: Values = new Map(
    Object.entries(changed).map(([name, tensor]) => [name, origins.get(tensor) ?? tensor]),
  );
  // Each keeps the whole file mapped.
  for (const tensor of origins.keys()) tensor.dispose();
  return result;
}
