// The same images as every kind of data set.
import * as data from "../../../src/data/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { grayPng, tar, withFiles } from "../images/pictures.ts";

/** A labelled data set of any kind. */
export type Labelled = data.ImageDataset | data.ImageFiles | data.LabelledSamples;
/** A data set without labels, of any kind. */
export type Unlabelled =
  | data.UnlabelledImages
  | data.UnlabelledImageFiles
  | data.UnlabelledSamples;

/** The class of each image: 12 ants, 7 bees, 5 cats. */
export const LABELS = [12, 7, 5].flatMap((count, label) => Array<number>(count).fill(label));
/** The classes' names. */
export const CLASSES = ["ant", "bee", "cat"];

const READING = { part: { kind: "whole", size: 2 }, workers: 0 } as const;

/**
 * Runs `body` with each kind of data set of the same 24 images, 3 x 2 x 2, whose every value is their number.
 *
 * @param labels The class of each image, in ascending order.
 */
export async function withKinds(
  body: (open: (name?: string) => Labelled, kind: string) => void | Promise<void>,
  { labels = LABELS, classNames = CLASSES, first = 0 } = {},
): Promise<void> {
  const names = labels.map((label, i) => `${classNames[label]}/${String(i).padStart(2, "0")}.png`);
  const pixels = labels.map((_, i) => grayPng(first + i));
  const files: Record<string, Uint8Array | string> = Object.fromEntries(
    names.map((name, i) => [`images/${name}`, pixels[i]]),
  );
  files["list.txt"] = names.map((name, i) => `images/${name} ${labels[i]}`).join("\n");
  const entries = labels.flatMap((label, i): [string, Uint8Array | string][] => [
    [`${String(i).padStart(2, "0")}.png`, pixels[i]],
    [`${String(i).padStart(2, "0")}.cls`, classNames[label]],
  ]);
  files["a-0.tar"] = tar(entries.slice(0, 20));
  files["a-1.tar"] = tar(entries.slice(20));
  await withFiles(files, async (root) => {
    const kinds: Record<string, (name?: string) => Labelled> = {
      memory: (name) => {
        using images = torch.arange(first, first + labels.length).reshape(-1, 1, 1, 1)
          .repeat(1, 3, 2, 2).to("uint8");
        return new data.ImageDataset({ images, labels, classNames, name });
      },
      folder: (name) => new data.ImageFolder(`${root}/images`, { ...READING, classNames, name }),
      list: (name) => new data.ImageList(`${root}/list.txt`, { ...READING, classNames, name }),
      shards: (name) =>
        new data.TarShards(`${root}/a-{0..1}.tar`, { ...READING, classNames, name }),
      samples: (name) =>
        data.labelledSamples({
          length: labels.length,
          imageShape: [3, 2, 2],
          classNames,
          labels,
          name,
          get: (i) =>
            Promise.resolve({ pixels: new Uint8Array(12).fill(first + i), label: labels[i] }),
        }),
    };
    for (const [kind, open] of Object.entries(kinds)) await body(open, kind);
  });
}

/** The numbers and labels of some images as a batch has them; of all by default. */
export async function batchOf(
  dataset: Labelled | Unlabelled,
  indices: ArrayLike<number> = Array.from({ length: dataset.length }, (_, i) => i),
): Promise<{ numbers: number[]; labels: number[] }> {
  using batch = await dataset.batch(Int32Array.from(indices));
  const read = (tensor: torch.Tensor) => Array.from(tensor.data() as ArrayLike<number>, Number);
  const values = read(batch.tensors()[0]);
  const labels = batch instanceof data.LabelledBatch ? read(batch.labels) : [];
  return { numbers: values.filter((_, i) => i % 12 === 0), labels };
}

/** The numbers of all images. */
export async function numbersIn(dataset: Labelled | Unlabelled): Promise<number[]> {
  return (await batchOf(dataset)).numbers;
}

/** Disposes of what has to be. */
export function end(...datasets: (Labelled | Unlabelled)[]): void {
  for (const dataset of datasets) if ("dispose" in dataset) dataset.dispose();
}
