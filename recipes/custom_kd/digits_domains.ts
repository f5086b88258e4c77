/**
 * Handwritten digits in three domains, from each to each other: MNIST, MNIST-M (on patches of photographs) and the UCI digits
 * (8 x 8 pixels). Labels of the source, images without labels of the target, measured on the target's test images.
 *
 *     deno task apprentice domains recipes/custom_kd/digits_domains.ts
 *     deno task apprentice domains recipes/custom_kd/digits_domains.ts --pair MNIST:MNIST-M --seeds 1
 *
 * The student is a small network trained on the source. The teacher stands in for the large pre-trained models that real ones
 * are: four times as wide, trained on the source too; the target's labels are nobody's. It votes with its own classifier.
 * The UCI digits are fetched through pip the first time (9 MB).
 *
 * Nothing is searched unless trials are asked for, and then on images of the source: no label of the target has a say.
 *
 * Expected: see docs/custom_kd.md.
 */
import { runs } from "../../mod.ts";
import { adapters, adapting } from "../shared/adapting.ts";
import { BY_KL, customKD, SEARCH } from "../shared/custom_kd.ts";

/** How large it is. */
export interface Size {
  /** Training images of each domain. The UCI digits, of which there are 1,100 at most, are shown as many times. */
  images?: number;
  /** Passes over the images for every network. */
  epochs?: number;
  /** The width of the teacher's first stage. */
  width?: number;
}

const view = {
  size: [28, 28] as [number, number],
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
};

/** Images of a data set at the size and in the channels of all. */
function alike(
  dataset: runs.NamedDataset,
  split: "train" | "test",
  ...select: runs.SelectionRecipe[]
): runs.DataRecipe {
  return { concatenate: [{ dataset, split, select }], size: 28, channels: 3 };
}

/** A domain of so many images, shown so often; a tenth as many again to look at while learning. */
function domain(dataset: runs.NamedDataset, images: number, repeat = 1): runs.DomainData {
  const sizes = [images, Math.ceil(images / 10)];
  return {
    train: alike(dataset, "train", { split: sizes, part: 0 }, { repeat }),
    validation: alike(dataset, "train", { split: sizes, part: 1 }),
    test: alike(dataset, "test"),
  };
}

/**
 * How everybody learns: images moved, because the UCI digits have no margin, blurred as these are, and in other tones, every
 * other one in negative, because a digit of MNIST-M may be dark.
 */
const learning = (epochs: number, lr: number) => ({
  augment: [
    { name: "randomAffine", degrees: 15, shift: 0.1, scale: [0.6, 1.7] },
    { name: "randomGaussianBlur", size: 7, p: 0.5 },
    { name: "colorJitter", brightness: 0.5, contrast: 0.7 },
    { name: "randomSolarize", threshold: 0 },
  ],
  optimizer: { name: "AdamW", lr, weightDecay: 0.01 },
  schedule: "OneCycle",
  epochs,
  batchSize: 64,
  dropLast: true,
});

/** The study at a size. */
export function digitsDomains({ images = 3300, epochs = 6, width = 32 }: Size = {}) {
  const resnet = (first: number) => (
    { name: "SmallResNet", channels: 3, widths: [first, 2 * first, 4 * first], stride: 2, view }
  );
  const student = resnet(8);

  /** The student on the source alone: its head is what the teacher's features are made to fit. */
  const before = ({ train }: runs.DomainData) =>
    runs.recipe({
      name: "source_only",
      data: { train },
      student,
      ...learning(2 * epochs, 5e-3),
    });

  /** The teacher. */
  const large = ({ train }: runs.DomainData) =>
    runs.recipe({
      name: "large",
      data: { train },
      student: resnet(width),
      method: { name: "Supervised", labelSmoothing: 0.1 },
      ...learning(2 * epochs, 4e-3),
    });

  const few = Math.min(1100, images);

  return runs.domains({
    name: "digits_domains",
    domains: {
      "MNIST": domain("mnist", images),
      "MNIST-M": domain("mnistM", images),
      "UCI digits": domain("uciDigits", few, Math.round(images / few)),
    },
    recipe: (source, target) => ({
      data: adapting(source, target),
      student: { ...student, weights: { recipe: before(source) } },
      teachers: [{ name: "large", kind: "predictive", recipe: large(source) }],
      ...learning(epochs, 5e-3),
      evaluation: { every: epochs },
      // The teacher looks at images as they are: it is asked once about each.
      store: { plain: true, dtype: "float32" },
    }),
    variants: (source, target) => [
      ...adapters(source, target, epochs),
      // Features of source and target standardized where they are, not both by all images of the target.
      customKD({ epochs }, "CustomKD, KL, by batch", { ...BY_KL, standardize: "batch" }),
    ],
    search: SEARCH,
    seeds: 5,
  });
}

export default digitsDomains();
