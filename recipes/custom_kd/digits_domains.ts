/**
 * Handwritten digits in three domains, from each to each other: MNIST, MNIST-M (on patches of photographs) and the UCI digits
 * (8 x 8 pixels). Labels of the source, images without labels of the target, measured on the target's test images.
 *
 *     deno task apprentice domains recipes/custom_kd/digits_domains.ts
 *     deno task apprentice domains recipes/custom_kd/digits_domains.ts --pair MNIST:MNIST-M --seeds 1
 *
 * The student is a small network trained on the source. The teacher stands in for the large pre-trained models that real ones
 * are: a wider network that learned the source's digits, clothes and photographs together; the target's labels are nobody's.
 * The UCI digits are fetched through pip the first time (9 MB).
 */
import { runs } from "../../mod.ts";

/** How large it is. */
export interface Size {
  /** Training images of each domain at most; of the UCI digits there are 1,100. */
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

/** A domain of so many images; a tenth as many again to look at while learning. */
function domain(dataset: runs.NamedDataset, images: number): runs.DomainData {
  const sizes = [images, Math.ceil(images / 10)];
  return {
    train: alike(dataset, "train", { split: sizes, part: 0 }),
    validation: alike(dataset, "train", { split: sizes, part: 1 }),
    test: alike(dataset, "test"),
  };
}

/**
 * How everybody learns: images moved and enlarged, because the UCI digits have no margin, and in other tones, every other one in
 * negative, because a digit of MNIST-M may be dark.
 */
const learning = (epochs: number, lr: number) => ({
  augment: [
    { name: "randomAffine", degrees: 10, shift: 0.1, scale: [0.8, 1.5] },
    { name: "colorJitter", brightness: 0.4, contrast: 0.6 },
    { name: "randomSolarize", threshold: 0 },
  ],
  optimizer: { name: "AdamW", lr, weightDecay: 0.01 },
  schedule: "OneCycle",
  epochs,
  batchSize: 64,
  dropLast: true,
});

/** The study at a size. */
export function digitsDomains({ images = 4000, epochs = 5, width = 32 }: Size = {}) {
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
      data: {
        train: {
          join: [
            train,
            alike("fashionMnist", "train", { take: images }),
            alike("cifar10", "train", { take: images }),
          ],
        },
      },
      student: resnet(width),
      method: { name: "Supervised", labelSmoothing: 0.1 },
      ...learning(epochs, 4e-3),
    });

  const pupil = (source: runs.DomainData) => ({
    ...student,
    weights: { recipe: before(source) },
  });

  return runs.domains({
    name: "digits_domains",
    domains: {
      "MNIST": domain("mnist", images),
      "MNIST-M": domain("mnistM", images),
      "UCI digits": domain("uciDigits", Math.min(1100, images)),
    },
    recipe: (source, target) => ({
      data: {
        train: target.train,
        labelled: source.train,
        // The source's: no label of the target has a say.
        validation: source.validation,
        test: target.test,
      },
      student: pupil(source),
      teachers: [{ name: "large", recipe: large(source) }],
      ...learning(epochs, 5e-3),
      evaluation: { every: epochs },
      // The teacher looks at images as they are: it is asked once about each.
      store: { plain: true, dtype: "float32" },
    }),
    variants: (source, target) => [
      {
        title: "source only",
        method: "Supervised",
        teachers: [],
        data: { train: source.train, validation: source.validation, test: target.test },
      },
      {
        title: "KD",
        method: { name: "KD", temperature: 2 },
        teachers: [{ name: "large", kind: "predictive", others: "drop", recipe: large(source) }],
      },
      { title: "FitNet", method: { name: "FitNet", feature: 10, standardize: "dataset" } },
      // Both stages take turns.
      { title: "CustomKD", method: "CustomKD", epochs: 2 * epochs },
    ],
    seeds: 3,
  });
}

export default digitsDomains();
