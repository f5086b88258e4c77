/**
 * A study over pairs of domains, as data.
 *
 * @module
 */

import type { DataRecipe } from "./data_recipe.ts";
import type { Recipe, RecipeOptions } from "./recipe.ts";
import type { Study, StudyChoices, Variant } from "./study.ts";

/** What is known of a domain: the images to learn from, with labels where it is the source, and those to measure on. */
export interface DomainData {
  /** What is learned from: with labels where the domain is the source, without where it is the target. */
  train: DataRecipe;
  /** What settings are chosen and learning curves drawn by. */
  validation?: DataRecipe;
  /** What a student is measured on where the domain is the target. */
  test: DataRecipe;
}

/** A domain with the name that tables have. */
export type NamedDomain<D> = D & { readonly name: string };

/** Makes something for a pair of domains and a seed. */
export type ForPair<D, T> = (
  source: NamedDomain<D>,
  target: NamedDomain<D>,
  options: RecipeOptions,
) => T | Promise<T>;

/**
 * What several methods come to when they learn labels in one domain and images without labels in another, on whose test
 * images they are measured: every variant for every pair of source and target, with the same seeds.
 *
 * It is a study for each pair, and its `search`, `trials`, `seeds` and `trialSeed` are those of each: settings are chosen anew for
 * every pair. A recipe that is made of the pair alone has the same teachers and data for all seeds.
 */
export interface DomainStudy<D extends object = DomainData>
  extends Omit<Study, "recipe" | "variants" | "x"> {
  /** The domains by their names in tables. */
  domains: Readonly<Record<string, D>>;
  /** Which pairs of source and target; each with each other one by default. */
  pairs?: readonly (readonly [source: string, target: string])[];
  /** What all variants of a pair have in common. */
  recipe: ForPair<D, Recipe>;
  /** What is compared, the same titles for all pairs; the first is what the others are tested against. */
  variants: readonly Variant[] | ForPair<D, readonly Variant[]>;
}

/** A study over any kind of domains. */
// deno-lint-ignore no-explicit-any -- a study's functions alone look into its domains
export type AnyDomainStudy = DomainStudy<any>;

/** What of a study over domains may be said anew. */
export interface DomainChoices extends StudyChoices {
  /** Only these pairs of source and target. */
  pairs?: readonly (readonly [source: string, target: string])[];
}

/**
 * A study over domains, as it is: what a `.ts` file of one exports, so that editors and TypeScript check it.
 *
 * @example
 * ```ts
 * import { runs } from "@apprentice/distill";
 *
 * const office = (domain: string): runs.DomainData => {
 *   const images = { domains: "OfficeHome", domain };
 *   const test = { fraction: 0.2 };
 *   return {
 *     train: { ...images, select: [{ rest: test }] },
 *     test: { ...images, select: [test] },
 *   };
 * };
 *
 * export default runs.domains({
 *   name: "office_home",
 *   domains: { Art: office("Art"), Clipart: office("Clipart"), Product: office("Product") },
 *   recipe: (source, target) => ({
 *     data: { train: target.train, labelled: source.train, test: target.test },
 *     student: { name: "mobilenet_v3_small", weights: "hf://timm/mobilenetv3_small_100.lamb_in1k" },
 *     teachers: [{ source: "hf://timm/vit_large_patch14_dinov2.lvd142m" }],
 *     epochs: 20,
 *     store: { plain: true },
 *   }),
 *   variants: (source) => [
 *     { title: "source only", method: "Supervised", teachers: [], data: { train: source.train } },
 *     { title: "CustomKD", method: "CustomKD" },
 *   ],
 * });
 * ```
 */
export function domains<D extends object = DomainData>(study: DomainStudy<D>): DomainStudy<D> {
  return study;
}
