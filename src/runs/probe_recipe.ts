/**
 * Linear classifiers on frozen features, in recipes.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { nullable, table } from "../base/option_parts.ts";
import { number } from "../base/option_values.ts";
import { shared } from "../base/option_variants.ts";
import type { Option, OptionTable } from "../base/options.ts";
import { DATA, type DataRecipe } from "./data_recipe.ts";

/** A linear classifier on the frozen features of a teacher. */
export interface ProbeRecipe {
  /** The labelled images that it learns from. */
  readonly data: DataRecipe;
  /** The penalty; chosen on a fifth of the images if null. */
  readonly l2?: number | null;
}

const TABLE: OptionTable<ProbeRecipe> = {
  data: shared(DATA, "data"),
  l2: nullable(number({ min: 0, help: "the penalty; chosen on a fifth of the images if null" })),
};

/** The declaration of {@linkcode ProbeRecipe}. */
export const PROBE: Option<ProbeRecipe | null> = nullable(
  table(TABLE, { help: "a linear classifier on its features, which makes it vote" }),
) as Option<ProbeRecipe | null>;

/** @throws {ArgumentError} if a teacher has a probe and does not vote. */
export function checkProbe(
  { kind, probe }: { readonly kind?: string; readonly probe?: ProbeRecipe | null },
  at: string,
): void {
  if (!probe || kind === "predictive") return;
  throw new ArgumentError(`${at}.probe makes a teacher vote: give it the kind "predictive".`);
}
