/**
 * CIFAR-10 with forty labels of each class, and images without labels: a small student that knows the labels already, and
 * public models, which know nothing of the classes.
 */
import type { runs } from "../../mod.ts";
import { choosing } from "./choosing.ts";
import { probed, STUDENT } from "./cifar10.ts";
import { Sets } from "./sets.ts";
import { MIRRORED, type Teacher } from "./shelf.ts";

const sets = new Sets({
  names: ["cifar10"],
  sizes: { student: 3_000, validation: 4_000, teachers: 40_000 },
});

/** Passes over the images without labels. */
export const EPOCHS = 12;

/** So many labels of each class, others for each seed. */
const labelled = (seed: number) => sets.few()(40, seed);

/** The student on the labels alone: its head is what the teacher's features are made to fit. */
function before(seed: number): runs.Recipe {
  return {
    name: "before",
    seed,
    data: { train: choosing(labelled(seed), { repeat: 4 }) },
    augment: MIRRORED,
    student: STUDENT,
    optimizer: { name: "AdamW", lr: 5e-3, weightDecay: 0.01 },
    schedule: "OneCycle",
    epochs: 20,
    batchSize: 64,
  };
}

/** A teacher that votes through a linear classifier on its frozen features, trained on the student's labels. */
export function voting(teacher: Teacher, seed: number): Teacher {
  return probed(teacher, { data: labelled(seed) });
}

/** What all methods have in common. */
export function fewPhotographs(seed: number, teacher: Teacher): runs.Recipe {
  return {
    data: { ...sets.data(), labelled: labelled(seed) },
    augment: MIRRORED,
    student: { ...STUDENT, weights: { recipe: before(seed) } },
    teachers: [teacher],
    optimizer: { name: "AdamW", lr: 1.2e-2, weightDecay: 0.01 },
    schedule: "OneCycle",
    epochs: EPOCHS,
    batchSize: 128,
    labelledBatchSize: 32,
    dropLast: true,
    evaluation: { every: EPOCHS },
    // The teacher looks at images as they are: it is asked once about each.
    store: { plain: true, dtype: "float16", batchSize: 16 },
  };
}

/** The student without a teacher, by as many steps: on the labels alone. */
export function labelsAlone(seed: number): runs.Variant {
  return {
    title: "labels alone",
    method: "Supervised",
    teachers: [],
    data: { ...sets.data(), train: choosing(labelled(seed), { repeat: 2 }) },
    batchSize: 32,
    search: { "method.labelSmoothing": [0, 0.1, 0.2] },
  };
}
