/**
 * MNIST and Fashion-MNIST as one label space of 20 classes: 16 teachers, of which some know a part of the classes, some are
 * weak and some are wrong; every method on the same images without labels.
 *
 *     deno task apprentice compare recipes/two_sets.ts
 *
 * Settings are chosen on validation images with the same number of trials for each method, then 5 seeds are run. A seed decides
 * the student's first weights and the order of its images; the teachers are the same ones for all, so that what they say is
 * stored once.
 *
 * Expected: UNIFORM 85.90 ± 0.13 %, plain distillation 85.50 ± 0.15, CFL+ 85.53 ± 0.25 (docs/uniform.md).
 */
import { runs } from "../mod.ts";
import { OPPONENTS, SEARCH, TRAINING } from "./shared/opponents.ts";
import { GROUPS, Sets } from "./shared/sets.ts";
import { BLURRED, describing, NEGATIVES, type Teacher, turning, voting } from "./shared/shelf.ts";

const sets = new Sets({
  names: ["mnist", "fashionMnist"],
  sizes: { student: 4_000, validation: 2_000, teachers: 54_000 },
});

/** Mean and standard deviation of the pixels of both training sets together. */
const view = { size: [28, 28] as [number, number], mean: [0.2084], std: [0.3402] };

const cnn = { name: "SmallCnn", widths: [16, 32, 64], view };
const wide = { name: "SmallCnn", widths: [32, 64, 128], view };
const resnet = { name: "SmallResNet", widths: [12, 24, 48], stride: 2, view };
const vit = { name: "SmallVit", dim: 64, depth: 3, view };
const mixer = { name: "SmallMixer", dim: 64, view };
const mlp = { name: "Mlp", inputs: 784, dropout: 0.2, view };

const [few, digits, clothes] = [sets.few(), sets.few("mnist"), sets.few("fashionMnist")];

/** Those who vote: on all classes or on a part, from few labels, some of them wrong. */
const predictive: readonly Teacher[] = [
  voting("joint CNN", { seed: 1, student: cnn, train: few(40, 1), epochs: 25 }),
  voting("joint ViT", { seed: 2, student: vit, train: few(40, 2), epochs: 30, lr: 2e-3 }),
  voting("digits ResNet", { seed: 3, student: resnet, train: digits(60, 3), epochs: 25 }),
  voting("digits MLP", { seed: 4, student: mlp, train: digits(40, 4), epochs: 30 }),
  voting("clothes ResNet", { seed: 5, student: resnet, train: clothes(80, 5), epochs: 25 }),
  voting("clothes Mixer", { seed: 6, student: mixer, train: clothes(80, 6), epochs: 25, lr: 2e-3 }),
  voting("weak wide CNN", { seed: 7, student: wide, train: few(10, 7), epochs: 8 }),
  // Wrong in no direction, and wrong in one: what it learned to be a 3 is a 4.
  voting("noisy MLP", {
    seed: 8,
    student: mlp,
    train: few(80, 8, [{ mislabel: 0.4, seed: 8 }]),
    epochs: 20,
  }),
  voting("misled CNN", {
    seed: 9,
    student: cnn,
    train: few(40, 9, [{ mislabel: 0.6, to: "next", seed: 9 }]),
    epochs: 15,
  }),
];

/** Those who give features only, each of something else. */
const descriptive: readonly Teacher[] = [
  describing("digits", { seed: 11, student: cnn, train: digits(300, 11), epochs: 8 }),
  describing("clothes", { seed: 12, student: resnet, train: clothes(400, 12), epochs: 10 }),
  turning("rotation", { seed: 13, student: cnn, train: few(60, 13), epochs: 5 }),
  describing("ten classes", {
    seed: 14,
    student: wide,
    train: few(150, 14, [{
      classes: ["0", "3", "5", "6", "8", "Pullover", "Dress", "Shirt", "Sandal", "Ankle boot"],
      relabel: true,
    }]),
    epochs: 6,
  }),
  describing("coarse", {
    seed: 15,
    student: vit,
    train: few(100, 15, [{
      coarse: { ...GROUPS, others: ["Trouser", "Bag"] },
    }]),
    epochs: 15,
    lr: 2e-3,
  }),
  describing("negatives", {
    seed: 16,
    student: resnet,
    train: few(100, 16),
    augment: NEGATIVES,
    epochs: 12,
  }),
  describing("blurred", {
    seed: 17,
    student: mixer,
    train: few(100, 17),
    augment: BLURRED,
    epochs: 15,
    lr: 2e-3,
  }),
];

export default runs.study({
  name: "two_sets",
  recipe: {
    data: sets.data(),
    student: cnn,
    teachers: [...predictive, ...descriptive],
    ...TRAINING,
    epochs: 8,
    evaluation: { every: 4 },
    store: { dtype: "float32" },
  },
  variants: OPPONENTS,
  search: SEARCH,
  trials: 5,
  seeds: 5,
});
