/**
 * How many descriptive teachers help: 1, 2, 4, … 128 small networks, each of something else, beside three that vote, on MNIST
 * and Fashion-MNIST without labels. The curve is in the report.
 *
 *     deno task apprentice compare recipes/scaling.ts
 *
 * A descriptive teacher learned some classes, groups of classes, which way up images are, negatives or blurred images; the first
 * n of the same order are taken. The first variant has none of them.
 *
 * Expected: UNIFORM 83.0 ± 0.2 % with any number of them, plain distillation 82.4 ± 0.3 (docs/uniform.md).
 */
import { data as rooms, runs } from "../mod.ts";
import { SCALED, TRAINING } from "./shared/opponents.ts";
import { Sets } from "./shared/sets.ts";
import { BLURRED, describing, NEGATIVES, type Teacher, turning, voting } from "./shared/shelf.ts";

const sets = new Sets({
  names: ["mnist", "fashionMnist"],
  sizes: { student: 4_000, validation: 1_000, teachers: 55_000 },
});

/** Mean and standard deviation of the pixels of both training sets together. */
const view = { size: [28, 28] as [number, number], mean: [0.2084], std: [0.3402] };

const networks = [
  { name: "SmallCnn", widths: [8, 16, 32], view },
  { name: "SmallResNet", widths: [8, 16, 32], stride: 2, view },
  { name: "Mlp", inputs: 784, widths: [128, 64], view },
  { name: "SmallMixer", dim: 32, depth: 2, view },
  { name: "SmallCnn", widths: [16, 48], view },
];

const erased = [{ name: "randomErasing", p: 1 }];

/** Some classes in a random order. */
function someClasses(count: number, seed: number): string[] {
  const order = rooms.shuffledOrder(sets.classes.length, seed, 0);
  return Array.from(order.subarray(0, count), (place) => sets.classes[place]);
}

const few = sets.few();

/** A descriptive teacher by its number. */
function teacher(number: number): Teacher {
  const seed = 100 + number;
  const student = networks[number % networks.length];
  const name = `teacher ${number}`;
  const count = 4 + number % 7;
  const some = { classes: someClasses(count, seed), relabel: true };
  const shared = { seed, student, epochs: 8, batchSize: 32 };
  switch (number % 6) {
    case 0:
    case 1:
      return describing(name, { ...shared, train: few(60, seed, [some]) });
    case 2: {
      const groups = [0, 1, 2, 3].map((group) =>
        [`group ${group}`, someClasses(20, seed).slice(5 * group, 5 * group + 5)] as const
      );
      const coarse = { coarse: Object.fromEntries(groups) };
      return describing(name, { ...shared, train: few(25, seed, [coarse]) });
    }
    case 3:
      return turning(name, { ...shared, train: few(20, seed, [some]), epochs: 6 });
    case 4:
      return describing(name, { ...shared, train: few(60, seed, [some]), augment: NEGATIVES });
    default: {
      const augment = number % 4 < 2 ? BLURRED : erased;
      return describing(name, { ...shared, train: few(60, seed, [some]), augment });
    }
  }
}

const [cnn, resnet, mlp] = networks;
const predictive: readonly Teacher[] = [
  voting("joint CNN", { seed: 1, student: cnn, train: few(20, 1), epochs: 25 }),
  voting("joint ResNet", { seed: 2, student: resnet, train: few(20, 2), epochs: 25 }),
  voting("noisy MLP", {
    seed: 3,
    student: mlp,
    train: few(60, 3, [{ mislabel: 0.3, seed: 3 }]),
    epochs: 15,
  }),
];

const descriptive = Array.from({ length: 128 }, (_, number) => teacher(number));

/** The numbers of descriptive teachers. */
const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128];

export default runs.study({
  name: "scaling",
  recipe: {
    data: sets.data(),
    student: { name: "SmallCnn", widths: [16, 32, 64], view },
    teachers: [...predictive],
    ...TRAINING,
    epochs: 6,
    evaluation: { every: 6 },
    store: { dtype: "float16" },
  },
  variants: [
    { title: "KD", method: { name: "KD", temperature: 1 } },
    ...SCALED.flatMap(({ title, method }) =>
      COUNTS.map((x): runs.Variant => ({
        title: `${title} ${x}`,
        curve: title,
        x,
        method,
        teachers: [...predictive, ...descriptive.slice(0, x)],
      }))
    ),
  ],
  seeds: 3,
  x: "descriptive teachers",
});
