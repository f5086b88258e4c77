/**
 * Which rule makes the best vote of teachers who know parts of the label space: on validation images of MNIST and
 * Fashion-MNIST together, the accuracy of the pseudo class and of the mean prediction's likeliest class, for each rule,
 * confidence and threshold, over three seeds.
 *
 *     deno run -A tests/real/partial_votes.ts [--seeds=3] [--threads=1]
 *
 * Thresholds are found on 16,000 images without labels, as in training; 4,000 others are voted on. Small teachers are trained
 * from few labels and kept in the cache folder. No test image is looked at. `unbalanced` has four digits to one piece of
 * clothing, in what is looked at and in what is voted on.
 *
 * @module
 */

import { data, distill, runs, teachers, torch } from "../../mod.ts";
import { cacheRoot } from "../../src/base/paths.ts";
import { resolveOptions } from "../../src/base/options.ts";
import { spread } from "../../src/report/spread.ts";
import { formatTable, type TableRow } from "../../src/report/table.ts";
import { option } from "./option.ts";

const view = { size: [28, 28] as [number, number], mean: [0.2084], std: [0.3402] };
const SIZES = [8_000, 2_000, 50_000];
const [FOR_STUDENT, FOR_CHECKS, FOR_TEACHERS] = [0, 1, 2];
const NAMES = [...data.MNIST_CLASSES, ...data.FASHION_MNIST_CLASSES];

const NETWORKS = {
  cnn: { name: "SmallCnn", widths: [8, 16, 32], view },
  resnet: { name: "SmallResNet", widths: [8, 16, 32], stride: 2, view },
  mlp: { name: "Mlp", inputs: 784, dropout: 0.2, view },
  mixer: { name: "SmallMixer", dim: 32, view },
} as const;

/** A teacher: its network, the classes that it learns, how many images of each and how often. */
interface Wanted {
  readonly network: keyof typeof NETWORKS;
  readonly classes: readonly string[];
  readonly perClass: number;
  readonly labelSmoothing: number;
  readonly epochs: number;
}

const few = (
  network: Wanted["network"],
  classes: readonly string[],
  perClass = 100,
  labelSmoothing = 0.1,
): Wanted => ({ network, classes, perClass, labelSmoothing, epochs: 20 });

const { MNIST_CLASSES: digits, FASHION_MNIST_CLASSES: clothes } = data;
const disjoint = [
  few("cnn", digits),
  few("mlp", digits, 100, 0),
  few("resnet", clothes),
  few("mixer", clothes, 100, 0),
];
/** The same from five times as many labels. */
const good = disjoint.map((weak) => ({ ...weak, perClass: 500, epochs: 8 }));
const joint = [few("cnn", NAMES, 25), few("mlp", NAMES, 25, 0)];
/** Ten of the twenty classes each, in another way each. */
const halves = [
  few("cnn", [...digits.slice(0, 5), ...clothes.slice(0, 5)]),
  few("mlp", [...digits.slice(5), ...clothes.slice(5)], 100, 0),
  few("resnet", NAMES.filter((_, i) => i % 2 === 0)),
  few("mixer", NAMES.filter((_, i) => i % 2 === 1), 100, 0),
  few("cnn", NAMES.filter((_, i) => i % 4 < 2)),
  few("resnet", NAMES.filter((_, i) => i % 4 > 1), 100, 0),
];
/** Four of the twenty classes each, twice by different networks: most teachers know nothing of an image. */
const networks = ["cnn", "mlp", "resnet", "mixer"] as const;
const fifths = Array.from({ length: 10 }, (_, i) => {
  const classes = NAMES.filter((_, c) => c % 5 === i % 5);
  return few(networks[(i + Math.floor(i / 5)) % 4], classes, 100, i % 2 === 0 ? 0.1 : 0);
});

/** Who votes together, and how many pieces of clothing there are to a digit. */
const CASES: Record<string, { readonly who: readonly Wanted[]; readonly clothes: number }> = {
  "two disjoint": { who: [disjoint[0], disjoint[2]], clothes: 1 },
  "four disjoint": { who: disjoint, clothes: 1 },
  "four disjoint, two joint": { who: [...disjoint, ...joint], clothes: 1 },
  "the same, unbalanced": { who: [...disjoint, ...joint], clothes: 0.25 },
  "four disjoint, unbalanced": { who: disjoint, clothes: 0.25 },
  "four good disjoint": { who: good, clothes: 1 },
  "four good disjoint, two joint": { who: [...good, ...joint], clothes: 1 },
  "six halves": { who: halves, clothes: 1 },
  "six halves, two joint": { who: [...halves, ...joint], clothes: 1 },
  "five fifths": { who: fifths.slice(0, 5), clothes: 1 },
  "ten fifths": { who: fifths, clothes: 1 },
  "ten fifths, two joint": { who: [...fifths, ...joint], clothes: 1 },
};

type Settings = Pick<distill.VoterSettings, "partial" | "confidence" | "threshold">;
const RULES: Record<string, Settings> = {
  "literal": { partial: "literal" },
  "concatenated": { partial: "concatenated" },
  ...Object.fromEntries(
    distill.CONFIDENCES.flatMap((confidence) =>
      (["otsu", "classShare"] as const).map((threshold) => [
        `abstain, ${confidence}, ${threshold}`,
        { partial: "abstain", confidence, threshold } as const,
      ])
    ),
  ),
};

/** Trains a teacher, or finds it in the cache. */
async function teacherOf(wanted: Wanted, place: number, seed: number): Promise<teachers.Teacher> {
  const { network, classes, perClass, labelSmoothing, epochs } = wanted;
  const own = seed * 1000 + place;
  const ofSplit = (dataset: "mnist" | "fashionMnist") => ({
    dataset,
    select: [{ split: SIZES, part: FOR_TEACHERS, seed }],
  });
  const out = `${cacheRoot()}/real/partial-votes/${place}-${network}-${seed}`;
  const made = await runs.run({
    name: network,
    seed: own,
    data: {
      train: {
        join: [ofSplit("mnist"), ofSplit("fashionMnist")],
        select: [{ classes, relabel: true }, { perClass, seed: own }],
      },
    },
    augment: [{ name: "randomCrop", padding: 2 }],
    student: NETWORKS[network],
    method: { name: "Supervised", labelSmoothing },
    optimizer: { name: "AdamW", lr: 4e-3, weightDecay: 0.05 },
    schedule: { name: "OneCycle", maxLr: 4e-3 },
    epochs,
    batchSize: 32,
  }, { out, resume: true, progress: false });
  made[Symbol.dispose]();
  return await teachers.load(out, {
    kind: "predictive",
    name: `${place} ${network}`,
    labelSpace: NAMES,
  });
}

/** What teachers say about images, and the images' labels. */
interface Said {
  readonly opinions: ReadonlyMap<string, teachers.TeacherOutput>;
  readonly labels: torch.Tensor;
}

async function ask(all: readonly teachers.Teacher[], images: data.ImageDataset): Promise<Said> {
  const shelf = new teachers.Shelf(all);
  const parts: teachers.TeacherOutput[][] = [];
  for await (using batch of new data.Loader(images, { batchSize: 500 }).epoch(0)) {
    parts.push(torch.scope(() => {
      const opinions = shelf.ask(batch);
      return shelf.names.map((name) => opinions.of(name));
    }));
  }
  const opinions = new Map(shelf.names.map((name, i) => {
    const of = parts.map((part) => part[i]);
    return [name, {
      features: torch.cat(of.map(({ features }) => features)),
      logits: torch.cat(of.map(({ logits }) => logits!)),
    }];
  }));
  return { opinions, labels: torch.tensor(images.labels.data() as Uint8Array).to("int64") };
}

/** Some of the images, of some of the teachers. */
function opinionsOf(
  { opinions }: Said,
  who: readonly teachers.Teacher[],
  rows: torch.Tensor,
): teachers.Opinions {
  const known = who.flatMap(({ name, labelMap }) =>
    labelMap === null || labelMap.isWhole ? [] : [[name, labelMap.known] as const]
  );
  return new teachers.Opinions(
    new Map(who.map(({ name }) => {
      const { features, logits } = opinions.get(name)!;
      const some = (part: torch.Tensor) => part.indexSelect(0, rows);
      return [name, { features: some(features), logits: some(logits!) }];
    })),
    new Map(known),
  );
}

/** The images of a case: all digits, and so many pieces of clothing to a digit. */
function rowsOf({ labels }: Said, clothes: number): torch.Tensor {
  const all = Array.from(labels.data() as BigInt64Array, Number);
  const most = clothes * all.filter((label) => label < 10).length;
  let seen = 0;
  const kept = all.flatMap((label, row) => label < 10 || seen++ < most ? [row] : []);
  return torch.tensor(kept, { dtype: "int64" });
}

/** How right a vote is, in percent, and on how many images those who know parts vote. */
interface Result {
  readonly pseudoClass: number;
  readonly mean: number;
  readonly voted: number;
}

function measure(
  settings: Settings,
  who: readonly teachers.Teacher[],
  [train, checks]: readonly [Said, Said],
  clothes: number,
): Result {
  return torch.scope(() => {
    const table = distill.voterOptions(1);
    const shelf = new teachers.Shelf(who);
    using voters = new distill.Voters(
      shelf,
      resolveOptions("votes", table, { average: "probabilities", ...settings }),
    );
    voters.thresholds?.observe(opinionsOf(train, who, rowsOf(train, clothes)));
    voters.thresholds?.settle();
    const rows = rowsOf(checks, clothes);
    const vote = voters.vote(opinionsOf(checks, who, rows));
    const labels = checks.labels.indexSelect(0, rows);
    const right = (classes: torch.Tensor) => 100 * classes.eq(labels).to("float32").mean().item();
    const partial = who.flatMap(({ labelMap }, i) => labelMap === null ? [] : [i]);
    const places = torch.tensor(partial, { dtype: "int64" });
    return {
      pseudoClass: right(vote.pseudoClass),
      mean: right(vote.probabilities.argmax(1)),
      voted: 100 * vote.choices.indexSelect(0, places).ge(0).to("float32").mean().item(),
    };
  });
}

if (import.meta.main) {
  torch.setNumThreads(option("threads", 1));
  const seeds = option("seeds", 3);
  const everybody = [...new Set(Object.values(CASES).flatMap(({ who }) => who))];
  const found = new Map<string, Result[]>();
  for (let seed = 0; seed < seeds; seed++) {
    await torch.scope(async () => {
      const all: teachers.Teacher[] = [];
      for (const [i, wanted] of everybody.entries()) all.push(await teacherOf(wanted, i, seed));
      const part = async (place: number) => {
        const sets = [await data.mnist("train"), await data.fashionMnist("train")];
        const own = sets.map((set) => set.split(SIZES, { seed })[place]);
        return await ask(all, data.joinDatasets(own));
      };
      const said = [await part(FOR_STUDENT), await part(FOR_CHECKS)] as const;
      for (const [title, { who, clothes }] of Object.entries(CASES)) {
        const some = who.map((wanted) => all[everybody.indexOf(wanted)]);
        for (const [rule, settings] of Object.entries(RULES)) {
          const key = `${title}|${rule}`;
          found.set(key, [...found.get(key) ?? [], measure(settings, some, said, clothes)]);
        }
      }
      for (const teacher of all) teacher.release();
    });
    console.error(`seed ${seed} is done`);
  }
  const text = (values: readonly number[]): string => {
    const { mean, deviation } = spread(values);
    return `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
  };
  const rows = [...found].map(([key, results]): TableRow => ({
    cells: [
      ...key.split("|"),
      text(results.map(({ pseudoClass }) => pseudoClass)),
      text(results.map(({ mean }) => mean)),
      text(results.map(({ voted }) => voted)),
    ],
  }));
  console.log(formatTable({
    columns: ["teachers", "rule", "pseudo class, %", "mean prediction, %", "partial votes, %"]
      .map((title) => ({ title })),
    rows,
  }));
}
