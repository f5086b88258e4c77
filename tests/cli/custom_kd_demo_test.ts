import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { CUSTOM_KD_DEMO, type CustomKdDemoConfig, ROWS } from "../../src/cli/demo/custom_kd.ts";
import { fewLabels, type FewLabelsSizes, PIXELS } from "../../src/cli/demo/custom_kd_data.ts";
import { customKdRun } from "../../src/cli/demo/custom_kd_main.ts";
import { measure } from "../../src/cli/demo/measure.ts";
import { ImageDataset } from "../../src/data/mod.ts";
import { InterruptedError } from "../../src/base/interrupt.ts";
import * as models from "../../src/models/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { readMetrics } from "../../src/report/metrics.ts";
import { RunFolder } from "../../src/runs/folder.ts";
import { test } from "../helpers.ts";

const SIDE = 8;
const CLASSES = 3;
const SIZES: FewLabelsSizes = { labelsPerClass: 4, unlabelled: 64, forTeacher: 64, validation: 24 };

const TINY: CustomKdDemoConfig = {
  ...CUSTOM_KD_DEMO,
  seed: 3,
  sizes: SIZES,
  teacher: { widths: [4, 8], epochs: 2, batchSize: 16, lr: 4e-3 },
  widths: [4, 6],
  pretraining: { epochs: 2, repeats: 5, batchSize: 6, lr: 5e-3 },
  teaching: { ...CUSTOM_KD_DEMO.teaching, epochs: 2, labelled: 6, unlabelled: 16 },
};

/** Stripes of a width of each class's own, with noise; the first pixels tell which image it is. */
function stripes(count: number, seed: number, relabel = (label: number, _i: number) => label) {
  const generator = new torch.Generator(seed);
  return torch.scope(() => {
    const pixels = torch.rand([count, 1, SIDE, SIDE], { generator }).data() as Float32Array;
    const bytes = new Uint8Array(pixels.length);
    for (let i = 0; i < bytes.length; i++) {
      const image = Math.floor(i / SIDE ** 2);
      const row = Math.floor(i / SIDE) % SIDE;
      bytes[i] = 100 * pixels[i] + (row % (2 + image % CLASSES) === 0 ? 140 : 0);
    }
    for (let i = 0; i < count; i++) [bytes[i * SIDE ** 2], bytes[i * SIDE ** 2 + 1]] = place(i);
    generator[Symbol.dispose]();
    return new ImageDataset({
      images: torch.tensor(bytes, { shape: [count, 1, SIDE, SIDE] }),
      labels: Array.from({ length: count }, (_, i) => relabel(i % CLASSES, i)),
      classNames: ["a", "b", "c"],
      name: "stripes",
    });
  });
}

const place = (i: number): [number, number] => [i % 256, Math.floor(i / 256)];

/** Which images of the source are in a part. */
function places(part: { images: torch.Tensor; length: number }): number[] {
  const bytes = part.images.data() as Uint8Array;
  return Array.from(
    { length: part.length },
    (_, i) => bytes[i * SIDE ** 2] + 256 * bytes[i * SIDE ** 2 + 1],
  );
}

interface Setting {
  root: string;
  relabel?: (label: number, i: number) => number;
  signal?: AbortSignal;
  folder?: RunFolder;
  fresh?: boolean;
}

async function run({ root, relabel, signal, folder, fresh }: Setting) {
  folder ??= await RunFolder.create(root, "customkd");
  const rows = await customKdRun({
    config: TINY,
    folder,
    signal,
    fresh,
    cache: `${root}/teachers`,
    images: {
      name: "stripes",
      load: () => Promise.resolve({ train: stripes(300, 1, relabel), test: stripes(60, 2) }),
    },
  });
  return { folder, rows, student: await Deno.readFile(folder.path("student.safetensors")) };
}

async function inTemporaryFolder(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

test("demo:customkd leaves a table, the student, metrics and a report", () =>
  inTemporaryFolder(async (root) => {
    const { folder, rows } = await run({ root });
    assertEquals(rows.map(({ name }) => name), Object.values(ROWS));
    for (const { accuracy } of rows) {
      assertEquals(accuracy!.byClass.length, CLASSES);
      assertEquals(accuracy!.count, 60);
    }
    const result = JSON.parse(await Deno.readTextFile(folder.path("result.json")));
    assertEquals(result.models.length, 4);
    const report = await Deno.readTextFile(folder.path("report.html"));
    for (const { name } of rows) assert(report.includes(name), name);
    assert(!report.includes('src="http'));

    // The same number of steps of the student, by either method, after the same beginning.
    const records = readMetrics(folder.path("metrics.jsonl"));
    const steps = (name: string, stage: string) =>
      records.filter((r) => r.event === "epoch" && r.run === name && r.stage === stage).length;
    assertEquals(steps("feature distillation", "distill"), 2);
    assertEquals(steps("CustomKD", "distill"), 2);
    assertEquals(steps("CustomKD", "customize"), 2);

    // The student in the file is the one in the table.
    using student = new models.SmallCnn({ numClasses: CLASSES, widths: TINY.widths });
    using images = stripes(60, 2);
    torch.scope(() =>
      student.loadStateDict(torch.loadSafetensors(folder.path("student.safetensors")))
    );
    student.eval();
    const { file } = await measure({ file: (x) => student.forward(x) }, images, PIXELS);
    assertAlmostEquals(file.overall, rows[3].accuracy!.overall, 1e-12);
  }));

test("demo:customkd: no label of its other images reaches the student", () =>
  inTemporaryFolder(async (root) => {
    using parts = fewLabels({ train: stripes(300, 1), test: stripes(60, 2) }, SIZES, TINY.seed);
    const { labelled, unlabelled, forTeacher, validation } = parts;
    assertEquals(labelled.classCounts(), [4, 4, 4]);
    const all = [labelled, unlabelled, forTeacher, validation].flatMap(places);
    assertEquals(all.length, 12 + 64 + 64 + 24);
    assertEquals(new Set(all).size, all.length, "an image is in two parts");

    const hidden = new Set([unlabelled, validation].flatMap(places));
    const known = new Set(places(labelled));
    const shifted = (of: ReadonlySet<number>) => (label: number, i: number) =>
      of.has(i) ? (label + 1) % CLASSES : label;
    const honest = await run({ root });
    const scrambled = await run({ root, fresh: true, relabel: shifted(hidden) });
    assertEquals(scrambled.student, honest.student);
    // What a label that gets through does.
    const other = await run({ root, relabel: shifted(known) });
    assertNotEquals(other.student, honest.student);
  }));

test("demo:customkd goes on from where it was interrupted, to the same student", () =>
  inTemporaryFolder(async (root) => {
    const whole = await run({ root });
    for (const looks of [3, 14, 21]) {
      const folder = await RunFolder.create(root, "customkd");
      const { signal } = new AbortController();
      let seen = 0;
      Object.defineProperty(signal, "aborted", { get: () => ++seen > looks });
      const again = { root: `${root}/${looks}`, folder };
      await assertRejects(() => run({ ...again, signal }), InterruptedError, folder.root);
      const rest = await run(again);
      assertEquals(rest.student, whole.student, `after ${looks} looks`);
      assertEquals(rest.rows, whole.rows);
      const runs = readMetrics(folder.path("metrics.jsonl")).filter((r) => r.event === "epoch");
      assertEquals(new Set(runs.map((r) => `${r.run} ${r.epoch}`)).size, runs.length);
    }
  }));
