/**
 * From a study over domains to a study for each pair.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { isPlainObject, unknownName, wrong } from "../base/options.ts";
import type { AnyDomainStudy, DomainChoices, NamedDomain } from "./domain_study.ts";
import type { RecipeOptions } from "./recipe.ts";
import { RECIPE_TABLE } from "./recipe_table.ts";
import { slug } from "./slug.ts";
import type { Study, StudySource } from "./study.ts";

/** A pair of domains, and its study. */
export interface OpenPair {
  /** The domain with labels. */
  readonly source: string;
  /** The domain without. */
  readonly target: string;
  /** What tables call it: `Art → Clipart`. */
  readonly title: string;
  /** The name of its study and of its folder. */
  readonly name: string;
  /** Makes the pair's study for a seed. */
  readonly study: StudySource;
}

/** What a study over domains has beside what each pair's study has. */
const OWN = ["name", "domains", "pairs", "recipe", "variants"] as const;
/** What each pair's study has of it. */
const SHARED = ["search", "trials", "seeds", "trialSeed"] as const;

/** Whether a value is meant as a study over domains, whatever is wrong with it. */
export function isDomainStudy(value: unknown): value is AnyDomainStudy {
  return isPlainObject(value) && isPlainObject(value.domains);
}

/**
 * The pairs of a study over domains. What is in their recipes is checked when these are made.
 *
 * @throws {ArgumentError} if the study has no such entry, one cannot be used, or there is no such domain.
 */
export function openDomains(study: AnyDomainStudy, { pairs }: DomainChoices = {}): OpenPair[] {
  if (!isPlainObject(study)) throw wrong("", "a study over domains", study);
  for (const entry of Object.keys(study)) {
    const known: readonly string[] = [...OWN, ...SHARED];
    if (!known.includes(entry)) throw unknownName("", "entry", entry, known);
  }
  RECIPE_TABLE.name.read(study.name, "name");
  const names = isPlainObject(study.domains) ? Object.keys(study.domains) : [];
  if (names.length === 0) throw wrong("domains", "domains by their names", study.domains);
  if (typeof study.recipe !== "function") {
    throw wrong("recipe", "a function of source and target", study.recipe);
  }
  const found = pairsOf(pairs ?? study.pairs, names).map((pair) => openPair(study, pair));
  const twice = found.find(({ name }, i) => found.findIndex((one) => one.name === name) < i);
  if (twice === undefined) return found;
  throw new ArgumentError(
    `${twice.title} is one pair too many: another one has the folder ${twice.name} too. Give each pair once, and domains names ` +
      `that differ in letters or digits.`,
  );
}

function pairsOf(pairs: DomainChoices["pairs"], names: readonly string[]) {
  if (pairs === undefined) {
    const all = names.flatMap((source) =>
      names.filter((target) => target !== source).map((target) => [source, target] as const)
    );
    if (all.length > 0) return all;
    throw new ArgumentError(`There is one domain, ${names[0]}. Give another one, to go to.`);
  }
  if (!Array.isArray(pairs) || pairs.length === 0) {
    throw wrong("pairs", "a list of at least one pair of domains", pairs);
  }
  for (const [i, pair] of pairs.entries()) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw wrong(`pairs[${i}]`, "a source and a target", pair);
    }
    for (const name of pair) {
      if (!names.includes(name)) throw unknownName(`pairs[${i}]`, "domain", name, names);
    }
  }
  return pairs;
}

function openPair(
  study: AnyDomainStudy,
  [source, target]: readonly [string, string],
): OpenPair {
  const named = (name: string): NamedDomain<object> => ({ ...study.domains[name], name });
  const name = `${slug(source)}-to-${slug(target)}`;
  const shared = Object.fromEntries(
    SHARED.filter((entry) => study[entry] !== undefined).map((entry) => [entry, study[entry]]),
  );
  const make = async (options: RecipeOptions): Promise<Study> => ({
    ...shared,
    name,
    recipe: await study.recipe(named(source), named(target), options),
    variants: typeof study.variants === "function"
      ? await study.variants(named(source), named(target), options)
      : study.variants,
  });
  return { source, target, title: `${source} → ${target}`, name, study: make };
}
