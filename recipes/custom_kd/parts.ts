/**
 * What the parts of CustomKD are worth: each term of the second stage left out, predictions added, other heads to customize
 * by, other turns. Nothing is searched: all have the library's settings but for that, and as many epochs of distillation, on the
 * images and labels of few_labels.ts.
 *
 *     deno task apprentice compare recipes/custom_kd/parts.ts
 *     deno task apprentice compare recipes/custom_kd/parts.ts --only "CustomKD,random head,trained head"
 *
 * Expected: see docs/custom_kd.md.
 */
import { runs } from "../../mod.ts";
import { lite } from "../shared/cifar10.ts";
import { BY_DKD, BY_KL, customKD } from "../shared/custom_kd.ts";
import { EPOCHS, fewPhotographs, voting } from "../shared/few_photographs.ts";
import type { Teacher } from "../shared/shelf.ts";

const once = { epochs: EPOCHS };

/** What is compared; one of them learns what the teacher predicts. */
const parts = (voter: Teacher): runs.Variant[] => [
  customKD(once),
  // The terms of the second stage.
  customKD(once, "without customized", { weights: { customized: 0 } }),
  customKD(once, "without general", { weights: { general: 0 } }),
  customKD(once, "without labels", { weights: { labelled: 0 } }),
  customKD(once, "without entropy", { weights: { entropy: 0 } }),
  // Predictions beside them: of the borrowed head on customized features, or of the teacher's own classifier.
  customKD(once, "with KL", BY_KL),
  customKD(once, "with DKD", BY_DKD),
  {
    ...customKD(once, "with the teacher's KL", { ...BY_KL, logit: { target: "teacher" } }),
    teachers: [voter],
  },
  // Another head to customize by.
  customKD(once, "random head", { head: "random" }),
  customKD(once, "trained head", { head: "trained" }),
  // Epochs of customization and of distillation in a row.
  customKD({ ...once, distill: 2 }, "1:2"),
  customKD({ ...once, customize: 2 }, "2:1"),
  customKD({ ...once, distill: 5 }, "1:5"),
  customKD({ ...once, distill: "rest" }, "once"),
];

/** The study for a seed. */
export default async ({ seed }: runs.RecipeOptions): Promise<runs.Study> => {
  const teacher = await lite("lite0", 96);
  return runs.study({
    name: "parts",
    recipe: fewPhotographs(seed, teacher),
    variants: parts(voting(teacher, seed)),
    seeds: 5,
  });
};
