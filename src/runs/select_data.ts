/**
 * The images of a data set that a recipe selects.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Batch, Dataset } from "../data/mod.ts";
import { ImageFiles } from "../data/images/image_files.ts";
import { selectListed } from "../data/selection/select_listed.ts";
import type { Corruption } from "../data/transforms/corrupt.ts";
import type { DividingRecipe, SelectionRecipe } from "./selection_recipe.ts";

/** A data set, and what it says of its classes. */
export type OpenedData = Dataset<Batch> & {
  readonly classNames?: readonly string[];
  readonly imageShape?: readonly [number, number, number];
};

/** What data sets can do of what a recipe selects by. */
export interface Selectable {
  readonly length?: number;
  take?(count: number): OpenedData;
  subset?(indices: Int32Array): OpenedData;
  split?(sizes: readonly number[], options: { seed?: number }): OpenedData[];
  balancedSubset?(perClass: number, seed: number): OpenedData;
  balancedSplit?(perClass: number, seed: number): OpenedData[];
  stratifiedSubset?(fraction: number, seed: number): OpenedData;
  stratifiedSplit?(fraction: number, seed: number): OpenedData[];
  ofClasses?(
    classes: readonly (string | number)[],
    options: { relabel?: boolean; name?: string },
  ): OpenedData;
  coarse?(
    groups: Readonly<Record<string, readonly (string | number)[]>>,
    options: { name?: string },
  ): OpenedData;
  mislabelled?(share: number, options: { seed?: number; to?: "random" | "next" }): OpenedData;
  corrupted?(what: Corruption, options: { severity?: number; seed?: number }): OpenedData;
  unlabelled?(options: { seed?: number }): OpenedData;
}

/**
 * What a selection chooses; undefined if the data set cannot be selected from in this way.
 *
 * @throws {ArgumentError} if it does not fit the data set.
 */
export function selectData(from: Selectable, selection: SelectionRecipe): OpenedData | undefined {
  if ("take" in selection) return from.take?.(selection.take);
  if ("split" in selection) {
    const { split, part, seed } = selection;
    if (part >= split.length) {
      throw new ArgumentError(`There is no part ${part} of ${split.length}; the first is 0.`);
    }
    return oneOf(from.split?.(split, { seed }), part);
  }
  if ("perClass" in selection) {
    return from.balancedSubset?.(selection.perClass, selection.seed ?? 0);
  }
  if ("fraction" in selection) {
    return from.stratifiedSubset?.(selection.fraction, selection.seed ?? 0);
  }
  if ("listed" in selection) return oneOf(divide(from, selection), 0);
  if ("rest" in selection) return oneOf(divide(from, selection.rest), 1);
  if ("repeat" in selection) {
    const length = from.length ?? 0;
    return from.subset?.(
      Int32Array.from({ length: selection.repeat * length }, (_, i) => i % length),
    );
  }
  if ("classes" in selection) {
    const { classes, relabel, name } = selection;
    return from.ofClasses?.(classes, { relabel, ...(name && { name }) });
  }
  if ("coarse" in selection) {
    const { coarse, name } = selection;
    // What stands for a recipe knows no order of an object's entries, and labels are numbers of groups.
    const groups = Object.entries(coarse).sort(([a], [b]) => a < b ? -1 : 1);
    return from.coarse?.(Object.fromEntries(groups), { ...(name && { name }) });
  }
  if ("mislabel" in selection) {
    const { mislabel, seed, to } = selection;
    return from.mislabelled?.(mislabel, { seed, to });
  }
  if ("corrupt" in selection) {
    const { corrupt, severity, seed } = selection;
    return from.corrupted?.(corrupt, { severity, seed });
  }
  return from.unlabelled?.({ seed: selection.seed });
}

/** The images chosen, and the rest. */
function divide(from: Selectable, selection: DividingRecipe): readonly OpenedData[] | undefined {
  if ("perClass" in selection) return from.balancedSplit?.(selection.perClass, selection.seed ?? 0);
  if ("fraction" in selection) {
    return from.stratifiedSplit?.(selection.fraction, selection.seed ?? 0);
  }
  if (!(from instanceof ImageFiles)) return undefined;
  const { listed, rest } = selectListed(from, selection.listed);
  return [listed, rest];
}

/** One of several data sets; the others are not wanted. */
function oneOf(parts: readonly OpenedData[] | undefined, place: number): OpenedData | undefined {
  parts?.forEach((other, i) => i !== place && (other as Partial<Disposable>)[Symbol.dispose]?.());
  return parts?.[place];
}
