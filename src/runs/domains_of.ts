/**
 * Which of the data sets that were put behind each other an image comes from.
 *
 * @module
 */

import type { Domains } from "../evaluation/mod.ts";

const KNOWN: WeakMap<object, Domains> = new WeakMap();

/** Keeps in mind of what parts, in order, a data set was made; parts of one name are one domain. */
export function rememberDomains<D extends object>(
  dataset: D,
  parts: readonly { readonly name: string; readonly length: number }[],
): D {
  const names = [...new Set(parts.map(({ name }) => name))];
  if (names.length < 2) return dataset;
  const of = parts.flatMap(({ name, length }) => Array<number>(length).fill(names.indexOf(name)));
  KNOWN.set(dataset, { names, of });
  return dataset;
}

/**
 * The domain of each image; undefined where there is one domain only, or images were chosen from those of several (they
 * have to be chosen from each).
 */
export function domainsOf(dataset: object): Domains | undefined {
  return KNOWN.get(dataset);
}
