/**
 * MNIST, Fashion-MNIST and CIFAR-10 as one label space of 30 classes, in color at 32 pixels: 17 teachers of unlike
 * architectures and unlike data, of which most know a part of the classes, some are weak and some are wrong; every method on
 * the same images without labels.
 *
 *     deno task apprentice compare recipes/three_sets.ts
 *
 * Settings are chosen on validation images with the same number of trials for each method, then 5 seeds are run. A seed decides
 * the student's first weights and the order of its images; the teachers are the same ones for all, so that what they say is
 * stored once.
 *
 * Expected: UNIFORM 70.54 ± 0.19 %, plain distillation 69.96 ± 0.15, CFL+ 69.98 ± 0.19 (docs/uniform.md).
 */
import { runs } from "../mod.ts";
import { OPPONENTS, SEARCH, TRAINING } from "./shared/opponents.ts";
import { GROUPS, Sets } from "./shared/sets.ts";
import { describing, MIRRORED, NEGATIVES, type Teacher, turning, voting } from "./shared/shelf.ts";

const sets = new Sets({
  names: ["mnist", "fashionMnist", "cifar10"],
  sizes: { student: 3_000, validation: 1_500, teachers: 45_000 },
  as: { size: 32, channels: 3 },
});

/** Mean and standard deviation of the pixels of the three training sets together. */
const view = {
  size: [32, 32] as [number, number],
  mean: [0.3029, 0.2995, 0.2874],
  std: [0.3292, 0.3265, 0.3248],
};
const shape = { channels: 3, view };
const tokens = { ...shape, imageSize: 32, patchSize: 8, dim: 64 };

const cnn = { name: "SmallCnn", widths: [16, 32, 64], ...shape };
const wide = { name: "SmallCnn", widths: [32, 64, 128], ...shape };
const resnet = { name: "SmallResNet", widths: [16, 32, 64], stride: 2, ...shape };
const vit = { name: "SmallVit", depth: 3, ...tokens };
const mixer = { name: "SmallMixer", ...tokens };
const mlp = { name: "Mlp", inputs: 3 * 32 * 32, dropout: 0.2, view };
const resnet20 = { name: "resnet20", view };

const [few, digits, clothes] = [sets.few(), sets.few("mnist"), sets.few("fashionMnist")];
const photographs = sets.few("cifar10");

/** Those who vote: on all classes or on a part, from few labels, some of them wrong. */
const predictive: readonly Teacher[] = [
  voting("joint ResNet", { seed: 1, student: resnet, train: few(60, 1), epochs: 20 }),
  voting("digits CNN", { seed: 2, student: cnn, train: digits(40, 2), epochs: 25 }),
  voting("digits MLP", { seed: 3, student: mlp, train: digits(60, 3), epochs: 25 }),
  voting("clothes Mixer", { seed: 4, student: mixer, train: clothes(80, 4), epochs: 25, lr: 2e-3 }),
  voting("clothes ResNet", { seed: 5, student: resnet, train: clothes(60, 5), epochs: 25 }),
  voting("photographs ResNet", {
    seed: 6,
    student: resnet,
    train: photographs(300, 6),
    augment: MIRRORED,
    epochs: 20,
  }),
  voting("photographs wide CNN", {
    seed: 7,
    student: wide,
    train: photographs(200, 7),
    augment: MIRRORED,
    epochs: 12,
  }),
  voting("weak joint ViT", { seed: 8, student: vit, train: few(20, 8), epochs: 15, lr: 2e-3 }),
  // Wrong in no direction, and wrong in one: what it learned to be a cat is a deer.
  voting("noisy CNN", {
    seed: 9,
    student: cnn,
    train: few(60, 9, [{ mislabel: 0.4, seed: 9 }]),
    epochs: 15,
  }),
  voting("misled CNN", {
    seed: 10,
    student: cnn,
    train: few(40, 10, [{ mislabel: 0.6, to: "next", seed: 10 }]),
    epochs: 15,
  }),
];

/** Those who give features only, each of something else. */
const descriptive: readonly Teacher[] = [
  describing("digits", { seed: 11, student: mlp, train: digits(300, 11), epochs: 8 }),
  describing("clothes", { seed: 12, student: resnet, train: clothes(300, 12), epochs: 8 }),
  describing("photographs", {
    seed: 13,
    student: resnet20,
    train: photographs(150, 13),
    augment: MIRRORED,
    epochs: 6,
  }),
  turning("rotation", { seed: 14, student: resnet, train: photographs(150, 14), epochs: 8 }),
  describing("fifteen classes", {
    seed: 15,
    student: wide,
    train: few(60, 15, [{
      classes: ["0", "2", "4", "6", "8", "Trouser", "Dress", "Shirt", "Sandal", "Bag"]
        .concat("airplane", "bird", "deer", "frog", "ship"),
      relabel: true,
    }]),
    epochs: 8,
  }),
  describing("coarse", {
    seed: 16,
    student: vit,
    train: few(80, 16, [{
      coarse: {
        ...GROUPS,
        machines: ["airplane", "automobile", "ship", "truck"],
        animals: ["bird", "cat", "deer", "dog", "frog", "horse"],
      },
    }]),
    epochs: 12,
    lr: 2e-3,
  }),
  describing("negatives", {
    seed: 17,
    student: resnet,
    train: few(60, 17),
    augment: NEGATIVES,
    epochs: 12,
  }),
];

export default runs.study({
  name: "three_sets",
  recipe: {
    data: sets.data(),
    student: cnn,
    teachers: [...predictive, ...descriptive],
    ...TRAINING,
    epochs: 6,
    evaluation: { every: 3 },
    store: { dtype: "float32" },
  },
  variants: OPPONENTS,
  search: SEARCH,
  trials: 5,
  seeds: 5,
});
