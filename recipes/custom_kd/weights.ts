/**
 * Which weights CustomKD's terms have by default: some combinations in three settings, measured on validation images, so that no
 * test image has a say. Settings are ten labels a class of Fashion-MNIST with a network trained here as teacher, forty labels a
 * class of CIFAR-10 with a public model, and the UCI digits as source of MNIST.
 *
 *     deno task apprentice compare recipes/custom_kd/weights.ts
 *
 * Expected: see docs/custom_kd.md.
 */
import { type distill, runs } from "../../mod.ts";
import { customKD } from "../shared/custom_kd.ts";
import { fewLabels } from "../shared/few_labels.ts";
import { EPOCHS, fewPhotographs, lite } from "../shared/few_photographs.ts";
import { digitsDomains } from "./digits_domains.ts";

/** Those that are looked at: the library's own first. */
const WEIGHTS: readonly distill.CustomKDWeights[] = [
  {},
  { customized: 1, general: 1 },
  { customized: 30, general: 30 },
  { customized: 10, general: 100 },
  { entropy: 1 },
  { logit: 1 },
];

/** What all seeds have: the same images and teachers. */
const DIVISION = 0;

/** The digits' teachers are those of a study over domains. */
const digits = digitsDomains({ epochs: EPOCHS / 2 });

/** The recipes of the settings, measured on images that nothing else is measured on. */
async function settings(seed: number): Promise<Record<string, runs.Recipe>> {
  const clothes = fewLabels(seed, {}, DIVISION);
  const photographs = fewPhotographs(seed, await lite("lite0", 96));
  const [source, target] = (["UCI digits", "MNIST"] as const).map((name) => (
    { ...digits.domains[name], name }
  ));
  const { data, ...rest } = await digits.recipe(source, target, { seed });
  const crossing = { ...rest, data: { ...data, validation: target.validation } };
  const all = { clothes, photographs, digits: crossing };
  return Object.fromEntries(
    Object.entries(all).map(([name, recipe]) => [
      name,
      { ...recipe, data: { ...recipe.data, test: recipe.data.validation, validation: null } },
    ]),
  );
}

const named = (weights: distill.CustomKDWeights) =>
  Object.entries(weights).map(([term, weight]) => `${term} ${weight}`).join(", ") || "default";

/** The study for a seed. */
export default async ({ seed }: runs.RecipeOptions): Promise<runs.Study> => {
  const each = await settings(seed);
  return runs.study({
    name: "weights",
    recipe: each.clothes,
    variants: Object.entries(each).flatMap((
      [setting, { name: _n, title: _t, seed: _s, ...recipe }],
    ) =>
      WEIGHTS.map((weights): runs.Variant => {
        const { search: _, ...own } = customKD(
          { epochs: setting === "digits" ? EPOCHS / 2 : EPOCHS },
          `${setting}: ${named(weights)}`,
          { weights },
        );
        return { ...recipe, ...own, evaluation: { every: 2 * EPOCHS } };
      })
    ),
    seeds: 3,
  });
};
