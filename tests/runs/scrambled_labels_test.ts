/** Labels that no student is to know are changed, and change no student. */
import { assertEquals, assertNotEquals } from "@std/assert";
import type * as data from "../../src/data/mod.ts";
import { encodePng } from "../../src/report/png.ts";
import * as runs from "../../src/runs/mod.ts";
import { DataOpener } from "../../src/runs/open_data.ts";
import { inFolder, test } from "../helpers.ts";
import { supervised } from "./small_recipes.ts";

const SIDE = 8;
const COUNT = 120;
const CLASSES = 3;
const SIZES = [48, 12, 36, 24];
const [FOR_STUDENT, FOR_CHECKS, FOR_TEACHERS, FEW] = [0, 1, 2, 3];

/** Changes the label of an image of a list. */
type Relabel = (list: number, image: number, label: number) => number;

/** Writes images of two lists: stripes of a width of each class's own; the first pixel tells which image it is. */
async function writeImages(folder: string): Promise<void> {
  for (const list of [0, 1]) {
    await Deno.mkdir(`${folder}/${list}`);
    let state = 77 + list;
    for (let image = 0; image < COUNT; image++) {
      const pixels = Uint8Array.from({ length: SIDE ** 2 }, (_, i) => {
        state = (state * 1103515245 + 12345) % 2 ** 31;
        const along = list === 0 ? i % SIDE : Math.floor(i / SIDE);
        return (state >> 16) % 100 + (along % (2 + image % CLASSES) === 0 ? 140 : 0);
      });
      pixels[0] = image;
      const png = encodePng({ width: SIDE, height: SIDE, channels: 1, pixels });
      await Deno.writeFile(`${folder}/${list}/${image}.png`, png);
    }
  }
}

/** Writes the lists with their labels, anew. */
async function writeLabels(folder: string, relabel: Relabel): Promise<void> {
  for (const list of [0, 1]) {
    const lines = Array.from(
      { length: COUNT },
      (_, i) => `${list}/${i}.png ${relabel(list, i, i % CLASSES)}\n`,
    );
    await Deno.writeTextFile(`${folder}/${list}.txt`, lines.join(""));
  }
}

/** One part of both lists in one label space. */
function part(folder: string, part: number, ...select: runs.SelectionRecipe[]): runs.DataRecipe {
  return {
    join: [0, 1].map((list) => ({
      list: `${folder}/${list}.txt`,
      part: { kind: "whole" as const, size: SIDE },
      workers: 0,
      select: [{ split: SIZES, part }],
    })),
    select,
  };
}

/** Which images of the lists are in parts, as "list:image": the way that the stripes run tells the list. */
async function places(folder: string, ...parts: number[]): Promise<Set<string>> {
  using opener = new DataOpener();
  const found = new Set<string>();
  for (const number of parts) {
    const recipe = runs.resolveRecipe(supervised({ data: { train: part(folder, number) } }));
    const dataset = await opener.labelled(recipe.data.train, "data.train");
    using batch = await dataset.batch(
      Int32Array.from({ length: 2 * SIZES[number] }, (_, i) => i),
    ) as data.LabelledBatch;
    const labels = Array.from(batch.labels.data() as BigInt64Array, Number);
    const bytes = batch.pixels.data() as Uint8Array;
    const size = bytes.length / labels.length;
    labels.forEach((label, i) => found.add(`${Math.floor(label / CLASSES)}:${bytes[i * size]}`));
  }
  return found;
}

const network = { name: "SmallCnn", channels: 3, widths: [3, 4] };

/** UNIFORM as in the demo: teachers that learn from images of their own, a student from images without labels. */
function uniform(folder: string): runs.Recipe {
  const teacher = (seed: number) => ({
    name: `cnn ${seed}`,
    kind: "predictive" as const,
    recipe: {
      ...supervised({ name: "cnn", seed, student: network, epochs: 1, batchSize: 12 }),
      data: { train: part(folder, FOR_TEACHERS) },
    },
  });
  const turned = {
    ...supervised({ name: "turned", student: { ...network, numClasses: 4 }, epochs: 1 }),
    data: { train: part(folder, FOR_TEACHERS, { unlabelled: true }) },
    method: "Rotation",
  };
  return supervised({
    name: "uniform",
    data: {
      train: part(folder, FOR_STUDENT, { unlabelled: true }),
      validation: part(folder, FOR_CHECKS),
    },
    student: network,
    teachers: [teacher(0), teacher(1), { name: "turned", recipe: turned }],
    method: "UNIFORM",
    epochs: 1,
    batchSize: 16,
    store: { dtype: "float32", root: `${folder}/store` },
  });
}

/** CustomKD as in the demo: few labels, and many images without. */
function customKd(folder: string): runs.Recipe {
  const few = part(folder, FEW);
  const before = supervised({ name: "before", data: { train: few }, student: network });
  const large = supervised({
    name: "large",
    data: { train: part(folder, FOR_TEACHERS) },
    student: { ...network, widths: [4, 8] },
  });
  return supervised({
    name: "customkd",
    data: {
      train: part(folder, FOR_STUDENT, { unlabelled: true }),
      labelled: few,
      validation: part(folder, FOR_CHECKS),
    },
    student: { ...network, weights: { recipe: before } },
    teachers: [{ name: "large", recipe: large }],
    method: "CustomKD",
    batchSize: 16,
    labelledBatchSize: 8,
    store: { plain: true, dtype: "float32", root: `${folder}/store` },
  });
}

for (
  const [make, given] of [[uniform, [FOR_TEACHERS]], [customKd, [FEW, FOR_TEACHERS]]] as const
) {
  test(`${make.name}: the hidden labels could be any, the student is the same bit for bit`, () =>
    inFolder(async (folder) => {
      await writeImages(folder);
      await writeLabels(folder, (_, __, label) => label);
      const hidden = await places(folder, FOR_STUDENT, FOR_CHECKS);
      const known = await places(folder, ...given);
      const all = await places(folder, ...SIZES.keys());
      assertEquals(all.size, 2 * COUNT, "an image is in two parts");

      let runsSoFar = 0;
      /** The student's file after labels were changed: teachers are trained and asked anew. */
      const student = async (changed: ReadonlySet<string>): Promise<Uint8Array> => {
        await writeLabels(
          folder,
          (list, image, label) =>
            changed.has(`${list}:${image}`) ? (label + 1 + image % 2) % CLASSES : label,
        );
        await Deno.remove(`${folder}/store`, { recursive: true }).catch(() => {});
        const out = `${folder}/run${runsSoFar++}`;
        const options = { out, cache: `${out}-teachers`, progress: false };
        using _ = await runs.run(make(folder), options);
        return await Deno.readFile(`${out}/student.safetensors`);
      };
      const honest = await student(new Set());
      assertEquals(await student(hidden), honest);
      // What a label does that is used: another teacher, another student.
      assertNotEquals(await student(known), honest);
    }));
}
