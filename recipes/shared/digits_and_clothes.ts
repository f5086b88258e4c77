/**
 * Eight teachers and a student on MNIST and Fashion-MNIST, joined into one label space of 20 classes.
 *
 * Five teachers each learn all classes from a small labelled subset of their own; three learn something else: digits only,
 * clothes only, which way up. The student learns from 16,000 images without labels. No image is in two parts.
 */
import { data as rooms, runs } from "../../mod.ts";

/** What the recipe is made for. */
export interface ForSeed {
  seed: number;
}

/** Mean and standard deviation of the pixels of both training sets together. */
const view = { size: [28, 28] as [number, number], mean: [0.2084], std: [0.3402] };

/** Half of each data set for the student, half of each to measure on while training, the rest for the teachers. */
const sizes = [8_000, 2_000, 50_000];
const [forStudent, forChecks, forTeachers] = [0, 1, 2];

function part(part: number, seed: number, ...select: runs.SelectionRecipe[]): runs.DataRecipe {
  const own = [{ split: sizes, part, seed }];
  return {
    join: [{ dataset: "mnist", select: own }, { dataset: "fashionMnist", select: own }],
    select,
  };
}

const digits = { classes: rooms.MNIST_CLASSES, relabel: true };
const clothes = { classes: rooms.FASHION_MNIST_CLASSES, relabel: true };

const cnn = { name: "SmallCnn", widths: [16, 32, 64], view };
const resnet = { name: "SmallResNet", widths: [12, 24, 48], stride: 2, view };

/** Trains one teacher, from its own seed and its own labels. */
function teacher(
  name: string,
  student: runs.Recipe["student"],
  options: { perClass: number; epochs: number; lr: number; classes?: runs.SelectionRecipe },
): (place: number, seed: number) => runs.Recipe {
  const { perClass, epochs, lr, classes } = options;
  return (place, seed) => {
    const own = seed * 1000 + place;
    return runs.recipe({
      name,
      seed: own,
      data: {
        train: part(forTeachers, seed, ...(classes ? [classes] : []), { perClass, seed: own }),
      },
      augment: [{ name: "randomCrop", padding: 2 }],
      student,
      method: { name: "Supervised", labelSmoothing: 0.1 },
      optimizer: { name: "AdamW", lr, weightDecay: 0.05 },
      schedule: { name: "OneCycle", maxLr: lr },
      epochs,
      batchSize: 64,
    });
  };
}

/** Learns which way up images are, without labels. */
function rotation(place: number, seed: number): runs.Recipe {
  const own = seed * 1000 + place;
  return {
    ...teacher("rotation", { ...cnn, numClasses: 4 }, { perClass: 50, epochs: 6, lr: 4e-3 })(
      place,
      seed,
    ),
    data: {
      train: part(
        forTeachers,
        seed,
        { perClass: 50, seed: own },
        { unlabelled: true, seed: own },
      ),
    },
    augment: [],
    method: { name: "Rotation", labelSmoothing: 0.1 },
    batchSize: 32,
  };
}

const all = { perClass: 100, epochs: 30 };
const few = { perClass: 200, epochs: 10, lr: 4e-3 };
const predictive: [string, (place: number, seed: number) => runs.Recipe][] = [
  ["CNN", teacher("cnn", cnn, { ...all, epochs: 20, lr: 4e-3 })],
  ["ResNet", teacher("resnet", resnet, { ...all, epochs: 20, lr: 4e-3 })],
  ["ViT", teacher("vit", { name: "SmallVit", dim: 64, depth: 3, view }, { ...all, lr: 2e-3 })],
  ["MLP", teacher("mlp", { name: "Mlp", inputs: 784, dropout: 0.2, view }, { ...all, lr: 4e-3 })],
  ["Mixer", teacher("mixer", { name: "SmallMixer", dim: 64, view }, { ...all, lr: 2e-3 })],
];
const descriptive: [string, (place: number, seed: number) => runs.Recipe][] = [
  ["digits only", teacher("digits", cnn, { ...few, classes: digits })],
  ["clothes only", teacher("clothes", resnet, { ...few, classes: clothes })],
  ["rotation", rotation],
];

/** The student's recipe, whatever the method. */
export function digitsAndClothes(
  { name, title, method }: Pick<runs.Recipe, "name" | "title" | "method">,
  seed: number,
): runs.Recipe {
  const teachers: runs.Recipe["teachers"] = [
    ...predictive.map(([name, make], i) => ({
      name,
      kind: "predictive" as const,
      recipe: make(i, seed),
    })),
    ...descriptive.map(([name, make], i) => ({
      name,
      kind: "descriptive" as const,
      recipe: make(predictive.length + i, seed),
    })),
  ];
  return runs.recipe({
    name,
    title,
    seed,
    data: {
      train: part(forStudent, seed, { unlabelled: true, seed }),
      validation: part(forChecks, seed),
      test: {
        join: [{ dataset: "mnist", split: "test" }, { dataset: "fashionMnist", split: "test" }],
      },
    },
    student: { ...cnn },
    teachers,
    method,
    optimizer: { name: "AdamW", lr: 6e-3, weightDecay: 0.01 },
    schedule: { name: "OneCycle", maxLr: 6e-3 },
    epochs: 8,
    batchSize: 128,
    dropLast: true,
    store: { dtype: "float32" },
  });
}
