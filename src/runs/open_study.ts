/**
 * The recipes of a study, by variant and seed.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { unknownName } from "../base/options.ts";
import type { Recipe } from "./recipe.ts";
import type { ResolvedRecipe } from "./recipe_table.ts";
import type { SearchSpace } from "./search_space.ts";
import { applySettings } from "./settings.ts";
import { slug } from "./slug.ts";
import type { Study, StudyChoices, StudySource } from "./study.ts";
import { type ResolvedStudy, type ResolvedVariant, resolveStudy } from "./study_table.ts";

/** A variant that can be run. */
export interface OpenVariant extends Pick<ResolvedVariant, "title" | "curve" | "x"> {
  /** Values to try, the study's among them. */
  readonly space: SearchSpace;
  /** How many of its first entries all variants try: the study's. */
  readonly shared: number;
  /** The recipe for a seed. */
  readonly recipe: (seed: number) => Promise<ResolvedRecipe>;
}

/** A study that can be run. */
export interface OpenStudy extends Pick<ResolvedStudy, "name" | "trials" | "trialSeed" | "x"> {
  /** What is compared. */
  readonly variants: readonly OpenVariant[];
  /** The seeds that each is run with. */
  readonly seeds: readonly number[];
}

/**
 * Checks a study and makes its recipes available.
 *
 * @throws {ArgumentError} if something in it or in the choices cannot be used.
 */
export async function openStudy(
  source: StudySource,
  choices: StudyChoices = {},
): Promise<OpenStudy> {
  const { only, set = [], ...counts } = choices;
  const make = async (seed: number) => {
    const study = typeof source === "function" ? await source({ seed }) : source;
    return resolveStudy({ ...study, ...given(counts) });
  };
  const made = new Map<number, Promise<ResolvedStudy>>();
  // Once for all variants: a function may look for weights on disk.
  const at = (seed: number) => {
    const study = made.get(seed) ?? make(seed);
    made.set(seed, study);
    return study;
  };
  const first = await at(0);
  const { name, trials, seeds, trialSeed, x } = first;
  const from = first.recipe.seed ?? 0;
  const numbers = Array.from({ length: seeds }, (_, i) => from + i);
  if (trials > 1 && numbers.includes(trialSeed)) {
    throw new ArgumentError(
      `trialSeed ${trialSeed} is one of the seeds ${from} to ${
        from + seeds - 1
      }: a setting would be chosen by one ` +
        `of the runs that it is judged by. Give another one.`,
    );
  }
  const variants = chosen(first.variants, only).map((
    { title, curve, x, search },
  ): OpenVariant => ({
    title,
    curve,
    x,
    space: { ...first.search, ...search },
    shared: Object.keys(first.search).length,
    recipe: async (seed) => {
      const { recipe, variants } = await at(seed);
      const own = variants.find((variant) => variant.title === title);
      if (own === undefined) {
        throw new ArgumentError(
          `The study has a variant "${title}" for seed 0 and none for ${seed}.`,
        );
      }
      const whole = { ...recipe, ...own.recipe, name: slug(title), title, seed };
      return applySettings(whole as Recipe, set);
    },
  }));
  return { name, trials, trialSeed, x, variants, seeds: numbers };
}

/** Numbers that are said. */
function given({ trials, seeds }: Pick<StudyChoices, "trials" | "seeds">): Partial<Study> {
  return { ...(trials !== undefined && { trials }), ...(seeds !== undefined && { seeds }) };
}

function chosen(
  variants: readonly ResolvedVariant[],
  only: readonly string[] | undefined,
): readonly ResolvedVariant[] {
  if (only === undefined || only.length === 0) return variants;
  for (const name of only) {
    if (variants.some(({ title, curve }) => title === name || curve === name)) continue;
    throw unknownName("only", "variant", name, variants.map(({ title }) => title));
  }
  return variants.filter(({ title, curve }) =>
    only.includes(title) || (curve !== null && only.includes(curve))
  );
}
