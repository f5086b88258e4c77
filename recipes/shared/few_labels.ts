/**
 * Fashion-MNIST with ten labels of each class: one large teacher, a small student that knows the labels already.
 */
import { runs } from "../../mod.ts";

/** What the recipe is made for. */
export interface ForSeed {
  seed: number;
}

const view = { size: [28, 28] as [number, number], mean: [0.2861], std: [0.3528] };

/** The student's images without labels, the teacher's, those to validate on, and the rest, which gives the labels. */
const sizes = [12_000, 24_000, 4_000, 20_000];
const [unlabelled, forTeacher, validation, pool] = [0, 1, 2, 3];

function part(part: number, seed: number, ...select: runs.SelectionRecipe[]): runs.DataRecipe {
  return { dataset: "fashionMnist", select: [{ split: sizes, part, seed }, ...select] };
}

const augment = [{ name: "randomCrop", padding: 2 }, "randomHorizontalFlip"];
const test: runs.DataRecipe = { dataset: "fashionMnist", split: "test" };
const student = { name: "SmallCnn", widths: [8, 16, 32], view };

/** The teacher, unless another one is wanted. */
const LARGE: Large = {
  name: "large",
  network: { name: "SmallResNet", widths: [32, 64, 128], stride: 2 },
};

/** A teacher in place of another one. */
export interface Large {
  /** What it is called. */
  name: string;
  /** Its architecture. */
  network: runs.StudentRecipe<never>;
}

/** Stands in for the large pre-trained models that real teachers are: none of its images are the student's. */
export function large(seed: number, { name, network }: Large = LARGE): runs.Recipe {
  return runs.recipe({
    name,
    seed,
    data: { train: part(forTeacher, seed) },
    augment,
    student: { ...network as runs.StudentRecipe<runs.Recipe>, view },
    method: { name: "Supervised", labelSmoothing: 0.1 },
    optimizer: { name: "AdamW", lr: 4e-3, weightDecay: 0.05 },
    schedule: { name: "OneCycle", maxLr: 4e-3 },
    epochs: 2,
    batchSize: 64,
    dropLast: true,
  });
}

/** The student on the labels alone: its head is what the teacher's features are made to fit. */
export function before(seed: number, division = seed): runs.Recipe {
  return runs.recipe({
    name: "few_labels_before",
    title: "student before",
    seed,
    data: { train: part(pool, division, { perClass: 10, seed }, { repeat: 15 }), test },
    augment,
    student,
    optimizer: { name: "AdamW", lr: 5e-3, weightDecay: 0.01 },
    schedule: { name: "OneCycle", maxLr: 5e-3 },
    epochs: 10,
    batchSize: 50,
  });
}

/**
 * The student taught by the large model, whatever the method. The seed decides which images have labels; a `division` of its own
 * decides whose the images are: with one for all seeds, teachers are the same ones.
 */
export function fewLabels(
  seed: number,
  own: Partial<runs.Recipe>,
  division = seed,
): runs.Recipe {
  return runs.recipe({
    seed,
    data: {
      train: part(unlabelled, division, { unlabelled: true, seed }),
      labelled: part(pool, division, { perClass: 10, seed }),
      validation: part(validation, division),
      test,
    },
    augment,
    student: { ...student, weights: { recipe: before(seed, division) } },
    teachers: [{ name: "large", recipe: large(division) }],
    optimizer: { name: "AdamW", lr: 2e-2, weightDecay: 0.01 },
    schedule: { name: "OneCycle", maxLr: 2e-2 },
    epochs: 12,
    batchSize: 128,
    labelledBatchSize: 32,
    dropLast: true,
    // The teacher looks at images as they are: it is asked once about each.
    store: { plain: true, dtype: "float32" },
    // What is in the teacher's features, by a linear classifier trained on the student's labels.
    evaluation: { probeTeachers: 0.3 },
    ...own,
  });
}
