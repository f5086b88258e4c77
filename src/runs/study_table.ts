/**
 * The declaration of studies: what one may have, with defaults, checks and help.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { byName, list, nullable } from "../base/option_parts.ts";
import { number, text, whole } from "../base/option_values.ts";
import {
  isPlainObject,
  type Option,
  type OptionTable,
  readTable,
  type Resolved,
  unknownName,
  wrong,
} from "../base/options.ts";
import type { Recipe } from "./recipe.ts";
import { RECIPE_TABLE } from "./recipe_table.ts";
import type { SearchSpace } from "./search_space.ts";
import type { Study, Variant } from "./study.ts";

/** A variant, its entries of the recipe apart. */
export interface ResolvedVariant {
  /** What tables call it. */
  readonly title: string;
  /** Values to try. */
  readonly search: SearchSpace;
  /** The curve that it is a point of. */
  readonly curve: string | null;
  /** Where on the curve it is. */
  readonly x: number | null;
  /** Entries of the recipe in the place of the study's own. */
  readonly recipe: Partial<Recipe>;
}

/** A study with all that was left out filled in. */
export interface ResolvedStudy extends Omit<Resolved<Study>, "variants" | "x"> {
  /** What is compared. */
  readonly variants: readonly ResolvedVariant[];
  /** What runs along the horizontal axis of curves. */
  readonly x: string | null;
}

const any: Option<unknown> = {
  help: "a value of the recipe",
  default: undefined,
  wants: "a value",
  schema: {},
  read: (value) => value,
};

const search = byName(list(any, { least: 1 }), {
  default: {},
  help: "values to try, by the entry of the recipe",
});

/** What a variant has beside entries of the recipe. */
const OWN: OptionTable<Pick<Variant, "title" | "search" | "curve" | "x">> = {
  title: text({ pattern: /\S/, wants: "a name for tables", help: "what tables call it" }),
  search: search as Option<SearchSpace>,
  curve: nullable(text({ help: "the curve that it is a point of" })) as Option<string>,
  x: nullable(number({ help: "where on the curve it is" })) as Option<number>,
};

/** Entries that the study itself says. */
const SAID = ["$schema", "name", "title", "seed"];

const VARIANT: Option<ResolvedVariant> = {
  help: "what is compared",
  default: undefined,
  wants: "an object with a title and entries of the recipe",
  schema: {},
  read(value, at) {
    if (!isPlainObject(value)) throw wrong(at, VARIANT.wants, value);
    const isOwn = (name: string) => Object.hasOwn(OWN, name);
    const entries = Object.entries(value);
    const own = Object.fromEntries(entries.filter(([name]) => isOwn(name)));
    const recipe = Object.fromEntries(entries.filter(([name]) => !isOwn(name)));
    const names = Object.keys(RECIPE_TABLE).filter((name) => !SAID.includes(name));
    for (const name of Object.keys(recipe)) {
      if (!names.includes(name)) {
        throw unknownName(at, "entry", name, [...Object.keys(OWN), ...names]);
      }
    }
    return { ...readTable(OWN, own, at), recipe } as ResolvedVariant;
  },
};

const STUDY_TABLE: OptionTable<Omit<Study, "variants" | "x">> & {
  variants: Option<ResolvedVariant[]>;
  x: Option<string | null>;
} = {
  name: { ...RECIPE_TABLE.name, default: undefined },
  recipe: {
    help: "what all variants have in common",
    default: undefined,
    wants: "a recipe",
    schema: { $ref: "#" },
    read(value, at) {
      if (isPlainObject(value)) return value as unknown as Recipe;
      throw wrong(at, "a recipe", value);
    },
  },
  variants: list(VARIANT, { least: 1, help: "what is compared" }),
  search: search as Option<SearchSpace>,
  trials: whole({ default: 1, min: 1, help: "how many combinations of values each tries" }),
  seeds: whole({ default: 5, min: 1, help: "how many seeds each is then run with" }),
  trialSeed: whole({ default: 1000, min: 0, help: "the seed of the trials" }),
  x: nullable(text({ help: "what runs along the horizontal axis of curves" })),
};

/** Whether a value is meant as a study, whatever is wrong with it. */
export function isStudy(value: unknown): boolean {
  return isPlainObject(value) && "variants" in value && !("domains" in value);
}

/**
 * A study with all that was left out filled in. Its recipes are checked when they are made.
 *
 * @throws {ArgumentError} if it has no such entry, one cannot be used, or two variants have one title.
 */
export function resolveStudy(study: Study): ResolvedStudy {
  const resolved = readTable(STUDY_TABLE, study, "") as unknown as ResolvedStudy;
  const titles = resolved.variants.map(({ title }) => title);
  const twice = titles.find((title, i) => titles.indexOf(title) !== i);
  if (twice !== undefined) {
    throw new ArgumentError(`Two variants are called "${twice}"; give each a title of its own.`);
  }
  return resolved;
}
