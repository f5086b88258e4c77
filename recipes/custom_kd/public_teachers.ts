/**
 * Does the gain grow with the teacher? EfficientNet-Lite0, 1 and 2, each at a larger size, teach the same student forty labels
 * a class of CIFAR-10, by plain feature distillation and by CustomKD.
 *
 *     deno task apprentice compare recipes/custom_kd/public_teachers.ts
 *     deno task apprentice compare recipes/custom_kd/public_teachers.ts --trials 5
 *
 * Unless trials are asked for, methods have the settings that those of few_labels.ts chose.
 *
 * Expected: see docs/custom_kd.md.
 */
import { runs } from "../../mod.ts";
import { lite } from "../shared/cifar10.ts";
import { customKD, fitNet, SEARCH } from "../shared/custom_kd.ts";
import { EPOCHS, fewPhotographs } from "../shared/few_photographs.ts";

const SIZES = { lite0: 96, lite1: 112, lite2: 128 } as const;

const methods = [fitNet(100), customKD({ epochs: EPOCHS })];

/** The study for a seed. */
export default async ({ seed }: runs.RecipeOptions): Promise<runs.Study> => {
  const teachers = await Promise.all(
    (Object.keys(SIZES) as (keyof typeof SIZES)[]).map((which) => lite(which, SIZES[which])),
  );
  return runs.study({
    name: "public_teachers",
    recipe: fewPhotographs(seed, teachers[0]),
    variants: teachers.flatMap((teacher, x) =>
      methods.map((method): runs.Variant => ({
        ...method,
        title: `${method.title}, ${teacher.name}`,
        curve: method.title,
        x,
        teachers: [teacher],
      }))
    ),
    search: SEARCH,
    seeds: 5,
    x: "EfficientNet-Lite",
  });
};
