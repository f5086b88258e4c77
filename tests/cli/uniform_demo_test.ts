import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { type DemoSources, divide, PIXELS } from "../../src/cli/demo/digits_and_clothes.ts";
import { type DemoCommandOptions, runSeeds } from "../../src/cli/demo/many_seeds.ts";
import { measure } from "../../src/cli/demo/measure.ts";
import {
  studentBatches,
  UNIFORM_DEMO,
  type UniformDemoConfig,
} from "../../src/cli/demo/uniform.ts";
import { uniformRun } from "../../src/cli/demo/uniform_main.ts";
import type { ModelResult } from "../../src/cli/demo/report.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import { InterruptedError } from "../../src/base/interrupt.ts";
import * as models from "../../src/models/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { type MetricRecord, readMetrics } from "../../src/report/metrics.ts";
import { test } from "../helpers.ts";

const SIDE = 28;
const COUNT = 400;
const recipe = { perClass: 10, epochs: 6, lr: 4e-3 } as const;

/** The demo in small: fewer images, teachers and epochs, and a smaller student. */
const TINY: UniformDemoConfig = {
  ...UNIFORM_DEMO,
  unlabelled: 320,
  validation: 80,
  epochs: 2,
  batchSize: 16,
  widths: [8, 16],
  teachers: [
    { name: "CNN", model: "cnn", task: "all classes", ...recipe },
    { name: "MLP", model: "mlp", task: "all classes", ...recipe },
    { name: "ViT", model: "vit", task: "all classes", ...recipe },
    { name: "digits only", model: "mlp", task: "digits", ...recipe },
    { name: "rotation", model: "mlp", task: "rotation", ...recipe },
  ],
};

/** Changes the label of an image of a data set. */
type Relabel = (dataset: number, image: number, label: number) => number;

/** Two data sets of 10 classes, each class with bars of its own width; the first pixels tell which image it is. */
function sources(relabel: Relabel = (_, __, label) => label): DemoSources {
  const make = (dataset: number, count: number, relabelled: Relabel): data.ImageDataset => {
    let state = 77 + dataset + count;
    const pixels = new Uint8Array(count * SIDE ** 2);
    for (let i = 0; i < pixels.length; i++) {
      const image = Math.floor(i / SIDE ** 2);
      const along = dataset === 0 ? i % SIDE : Math.floor(i / SIDE) % SIDE;
      state = (state * 1103515245 + 12345) % 2 ** 31;
      pixels[i] = (state >> 16) % 100 + (along * (image % 10 + 1) % 20 < 10 ? 150 : 0);
    }
    for (let image = 0; image < count; image++) {
      pixels[image * SIDE ** 2] = image % 256;
      pixels[image * SIDE ** 2 + 1] = Math.floor(image / 256);
    }
    return torch.scope(() =>
      new data.ImageDataset({
        images: torch.tensor(pixels, { shape: [count, 1, SIDE, SIDE] }),
        labels: Array.from({ length: count }, (_, i) => relabelled(dataset, i, i % 10)),
        classNames: Array.from({ length: 10 }, (_, i) => `${"AB"[dataset]}${i}`),
        name: ["Digits", "Clothes"][dataset],
      })
    );
  };
  return {
    train: [0, 1].map((dataset) => make(dataset, COUNT, relabel)),
    test: [0, 1].map((dataset) => make(dataset, 100, (_, __, label) => label)),
  };
}

/** Which images of the sources are in a part, as "data set:image"; the way that the bars run tells the data set. */
function places({ images, length }: { images: torch.Tensor; length: number }): string[] {
  const bytes = images.data() as Uint8Array;
  return Array.from({ length }, (_, i) => {
    const image = bytes.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2);
    const spread = (line: number[]) => Math.max(...line) - Math.min(...line);
    const mean = (at: (j: number) => number) =>
      Array.from({ length: SIDE }, (_, j) => at(j)).reduce((a, b) => a + b, 0) / SIDE;
    const columns = Array.from({ length: SIDE }, (_, c) => mean((r) => image[r * SIDE + c]));
    const rows = Array.from({ length: SIDE }, (_, r) => mean((c) => image[r * SIDE + c]));
    return `${spread(columns) > spread(rows) ? 0 : 1}:${image[0] + 256 * image[1]}`;
  });
}

interface Setting {
  seed?: number;
  relabel?: Relabel;
  resume?: string;
  fresh?: boolean;
  /** Stops the run once a student's step is in the metrics. */
  stopAt?: { run: string; step: number };
}

interface Outcome {
  folder: string;
  rows: ModelResult[];
  student: Uint8Array;
  records: MetricRecord[];
  // deno-lint-ignore no-explicit-any -- plain JSON
  result: any;
}

/** Runs the demo as the command line does, with other settings and images. */
async function run(root: string, setting: Setting = {}): Promise<Outcome> {
  torch.setNumThreads(1);
  let outcome: Partial<Outcome> = {};
  let metrics: string | undefined;
  const { stopAt, resume } = setting;
  // Looked at after every step: the run is stopped at the one that is asked for.
  const signal = {
    get aborted() {
      return stopAt !== undefined && metrics !== undefined &&
        readMetrics(metrics).some(({ run, step }) => run === stopAt.run && step === stopAt.step);
    },
  } as AbortSignal;
  const options: DemoCommandOptions = {
    seed: setting.seed ?? 0,
    runs: `${root}/runs`,
    resume,
    signal,
  };
  await runSeeds("uniform", options, TINY, async (folder, config) => {
    metrics = folder.path("metrics.jsonl");
    const rows = await uniformRun({
      folder,
      config,
      signal,
      fresh: setting.fresh,
      cache: `${root}/teachers`,
      images: () => sources(setting.relabel),
    });
    outcome = { folder: folder.root, rows };
    return rows;
  });
  const { folder, rows } = outcome as Outcome;
  const { seconds: _, ...result } = JSON.parse(await Deno.readTextFile(`${folder}/result.json`));
  return {
    folder,
    rows,
    student: await Deno.readFile(`${folder}/student.safetensors`),
    records: readMetrics(`${folder}/metrics.jsonl`).map(({ seconds: _, ...rest }) => rest),
    result,
  };
}

/** What has to be the same of two runs. */
const numbers = ({ rows, student, records, result }: Outcome) => ({
  rows,
  student,
  records,
  result,
});

async function inFolder(work: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await work(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

test("demo: a run folder with student, metrics, config and a report that opens offline", async () =>
  await inFolder(async (root) => {
    const { folder, rows, records, result } = await run(root);
    const names = ["CNN", "MLP", "ViT", "digits only", "rotation", "ensemble"];
    assertEquals(rows.map(({ name }) => name), [
      ...names,
      "student, plain KD",
      "student, UNIFORM",
    ]);
    for (const { name, accuracy } of rows) {
      assertEquals(accuracy === null, name === "digits only" || name === "rotation");
      if (accuracy === null) continue;
      assertEquals(Object.keys(accuracy.byDataset), ["Digits", "Clothes"]);
      assertEquals([accuracy.byClass.length, accuracy.count], [20, 200]);
    }
    assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/config.json`)), TINY);
    assertEquals(result.models, JSON.parse(JSON.stringify(rows)));
    const votes: distill.VoteSummary = result.votes;
    assertEquals(votes.images, 320); // those of the last epoch alone
    assertEquals(votes.consensus.map(({ teacher }) => teacher), names.slice(0, 5));
    assertEquals(votes.pseudoClass.map(({ teacher }) => teacher), names.slice(0, 3));

    // The student in the file is the one in the table.
    const file = `${folder}/student.safetensors`;
    const { architecture, options } = torch.loadSafetensorsMetadata(file);
    assertEquals(architecture, "SmallCnn");
    using student = new models.SmallCnn(JSON.parse(options));
    torch.scope(() => student.loadStateDict(torch.loadSafetensors(file)));
    student.eval();
    const given = sources();
    using images = data.joinDatasets(given.test);
    for (const part of [...given.train, ...given.test]) part.dispose();
    const found = await measure({ student: (x) => student.forward(x) }, images, PIXELS);
    assertEquals(found.student, rows.at(-1)!.accuracy);

    // Both students made the same number of steps, in the order of the records.
    for (const name of ["KD", "UNIFORM"]) {
      const own = records.filter((record) => record.run === name);
      assertEquals(own.map(({ event, step }) => [event, step]), [
        ["steps", 20],
        ["epoch", 20],
        ["steps", 40],
        ["epoch", 40],
      ]);
    }
    const report = await Deno.readTextFile(`${folder}/report.html`);
    for (const { name } of rows) assert(report.includes(name), `${name} is not in the report`);
    assertMatch(report, /<html/);
    assertEquals(report.match(/(src|href)\s*=\s*["']?(https?:)?\/\//g), null);
    assertEquals(report.match(/@import|url\(\s*["']?(https?:)?\/\//g), null);
  }));

test("demo: a seed gives the same numbers again, with teachers made or kept; another gives others", async () =>
  await inFolder(async (root) => {
    const first = numbers(await run(root));
    assertEquals(numbers(await run(root)), first); // teachers from the cache
    assertEquals(numbers(await run(root, { fresh: true })), first);
    const other = numbers(await run(root, { seed: 1 }));
    assertNotEquals(other.student, first.student);
    assertNotEquals(other.records, first.records);
  }));

test("demo: interrupted in either student and resumed, a run gives the same numbers", async () =>
  await inFolder(async (root) => {
    const expected = numbers(await run(root));
    for (const stopAt of [{ run: "KD", step: 20 }, { run: "UNIFORM", step: 20 }]) {
      // The end of the first epoch, before its evaluation.
      const runs = new Set([...Deno.readDirSync(`${root}/runs`)].map(({ name }) => name));
      const error = await assertRejects(() => run(root, { stopAt }), InterruptedError);
      const [made] = [...Deno.readDirSync(`${root}/runs`)].filter(({ name }) => !runs.has(name));
      const folder = `${root}/runs/${made.name}`;
      assert(error.message.includes(`--resume ${folder}`), error.message);
      const left = readMetrics(`${folder}/metrics.jsonl`);
      assertEquals(left.at(-1)!.run, stopAt.run);
      assertEquals([left.at(-1)!.event, left.at(-1)!.step], ["steps", stopAt.step]);
      assertEquals(numbers(await run(root, { resume: folder })), expected);
    }
  }));

test("labels cannot be given to the student: the types", () => {
  // None of this is run: it has to be refused by the compiler, or the tests do not start.
  const _refused = (
    uniform: distill.Uniform,
    labelled: data.LabelledBatch,
    unlabelled: data.UnlabelledBatch,
    dataset: data.ImageDataset,
    loader: data.Loader<data.LabelledBatch>,
  ) => {
    uniform.step(unlabelled);
    // @ts-expect-error a batch with labels
    uniform.step(labelled);
    // @ts-expect-error images with labels beside them
    uniform.step({ images: unlabelled.images, labels: labelled.labels });
    studentBatches(dataset.unlabelled(), TINY);
    // @ts-expect-error images that know their labels
    studentBatches(dataset, TINY);
    // @ts-expect-error nor may a loader of those take the place of the student's
    const _batches: ReturnType<typeof studentBatches> = loader;
    // @ts-expect-error a batch of the student has no labels to ask for
    unlabelled.labels;
    // @ts-expect-error nor have the student's images
    dataset.unlabelled().labels;
    // @ts-expect-error or names of classes
    dataset.unlabelled().classNames;
  };
});

test("labels cannot be given to the student: where types are not looked at", () => {
  const given = sources();
  using part = divide(given, TINY, 0);
  using model = new models.SmallCnn({ numClasses: 20, widths: [2] });
  using student = new models.SmallCnn({ numClasses: 20, widths: [2] });
  using uniform = new distill.Uniform({
    student,
    teachers: [teachers.predictive({ name: "one", model })],
  });
  using batch = part.labelled.batch(Int32Array.of(0, 1));
  const images = batch.images;
  const plain = "got an object with images, labels";
  for (
    const [given, message] of [
      [batch, `carries "labels"`],
      [{ images, labels: batch.labels }, plain],
      [{ images, labels: undefined }, plain],
    ] as const
  ) {
    const error = assertThrows(() => uniform.step(given as never), ArgumentError);
    assert(error.message.includes(message), `${error}`);
  }
});

test("from the student's images no way leads to a label", () => {
  using part = divide(sources(), TINY, 0);
  using batch = studentBatches(part.unlabelled, TINY).batch(0, 0) as data.UnlabelledBatch;
  for (const start of [part.unlabelled, batch, studentBatches(part.unlabelled, TINY)]) {
    const { tensors, datasets, lists } = reachable(start);
    assertEquals(datasets, []);
    // Pixels, the places of images among the student's own, and these, where the batch comes from.
    const own = start === batch ? [batch.pixels, batch.indices] : [];
    assertEquals(tensors.size, own.length + 1);
    assert([...own, part.unlabelled.images].every((tensor) => tensors.has(tensor)));
    assertEquals(lists, []);
  }
  // The walk would find some if there were.
  assertEquals(reachable({ deep: [{ er: part.labelled }] }).datasets, [part.labelled]);
  assert(reachable(part.labelled).tensors.has(part.labelled.labels));

  // Nor does the order tell: the images are not in that of the data sets, whose classes go round.
  const own = places(part.unlabelled);
  assertEquals(own.length, TINY.unlabelled);
  const ordered = own.filter((place, i) => i > 0 && order(place) > order(own[i - 1])).length;
  assert(Math.abs(ordered / own.length - 0.5) < 0.1, `${ordered} of ${own.length} rise`);
});

const order = (place: string): number => {
  const [dataset, image] = place.split(":").map(Number);
  return dataset * COUNT + image;
};

/** Everything that can be reached from a value by its properties. */
function reachable(start: object) {
  const tensors = new Set<torch.Tensor>();
  const datasets: data.ImageDataset[] = [];
  const lists: unknown[] = [];
  const seen = new Set<object>();
  const walk = (value: unknown): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
    if (seen.has(value)) return;
    seen.add(value);
    if (value instanceof torch.Tensor) return void tensors.add(value);
    if (value instanceof data.ImageDataset) datasets.push(value);
    if ((Array.isArray(value) || ArrayBuffer.isView(value)) && "length" in value) {
      if (value.length as number >= 20) return void lists.push(value);
    }
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      if ("value" in property) walk(property.value);
      else walk(Reflect.get(value, key));
    }
    if (value instanceof Map || value instanceof Set) { for (const item of value) walk(item); }
  };
  walk(start);
  return { tensors, datasets, lists };
}

test("the labels of the student's images could be any: the student is the same, bit for bit", async () =>
  await inFolder(async (root) => {
    const honest = await run(root);
    const relabelled: Record<string, string[]> = {};
    const parts = divide(sources(), TINY, TINY.seed);
    {
      using _ = parts;
      for (const part of ["labelled", "unlabelled", "validation"] as const) {
        relabelled[part] = places(parts[part]);
      }
    }
    const all = Object.values(relabelled).flat();
    assertEquals(all.length, 2 * COUNT);
    assertEquals(new Set(all).size, all.length, "an image is in two parts");

    let changed = 0;
    const random = (of: string[]): Relabel => {
      const hidden = new Set(of);
      let state = 4242;
      return (dataset, image, label) => {
        if (!hidden.has(`${dataset}:${image}`)) return label;
        state = (state * 1103515245 + 12345) % 2 ** 31;
        const other = (state >> 16) % 10;
        if (other !== label) changed++;
        return other;
      };
    };
    // Before anything is divided, and with teachers trained anew.
    const blind = await run(root, { relabel: random(relabelled.unlabelled), fresh: true });
    assert(changed > TINY.unlabelled / 2);
    assertEquals(numbers(blind), numbers(honest));

    // What a label does that is used: another teacher, another student.
    const few = relabelled.labelled.slice(0, 100);
    const other = await run(root, { relabel: random(few) });
    assertNotEquals(other.student, honest.student);
  }));
