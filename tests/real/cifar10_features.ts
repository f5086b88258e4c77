/**
 * How much the features of published models tell about CIFAR-10, which they were not trained on: the accuracy of the
 * nearest neighbors (k = 20) and of a linear probe, over three choices of 5,000 training and 2,000 test images.
 *
 *     deno run -A tests/real/cifar10_features.ts [pixels] [lite0] [lite1] [lite2] [--seeds=3] [--threads=2]
 *
 * `pixels` are the images' own values, for comparison. Weights and images are fetched the first time. The features
 * are kept in the cache folder: another run with them takes seconds. No setting is chosen by the test images: k and
 * the votes' weights are given, and the probe's penalty is chosen on a fifth of the training images.
 *
 * @module
 */

import * as data from "../../src/data/mod.ts";
import {
  featuresOf,
  knnAccuracy,
  type LabelledFeatures,
  linearProbe,
} from "../../src/evaluation/mod.ts";
import { makeFolder } from "../../src/base/files.ts";
import { cacheRoot } from "../../src/base/paths.ts";
import { Progress } from "../../src/base/progress.ts";
import * as torch from "../../src/torch/mod.ts";
import { formatTable, type TableColumn, type TableRow } from "../../src/report/table.ts";
import { type Lite, liteOf, LITES, loadLite } from "./lite.ts";
import { option } from "./option.ts";

const COUNTS = { train: 5_000, test: 2_000 };
const K = 20;
/** Small batches are fastest: their maps stay in the processor's cache. */
const BATCH = 8;

type Split = keyof typeof COUNTS;
type Dataset = Record<Split, data.ImageDataset>;

/** The images of a seed: the first ones of an order of all images. */
function choose(dataset: data.ImageDataset, split: Split, seed: number): data.ImageDataset {
  return dataset.subset(data.shuffledOrder(dataset.length, seed, 0).subarray(0, COUNTS[split]));
}

/** The features of some images, computed or read. */
async function cached(
  file: string,
  compute: () => Promise<LabelledFeatures & Disposable>,
): Promise<torch.Tensor> {
  try {
    Deno.statSync(file);
  } catch {
    using computed = await compute();
    torch.saveSafetensors(file, { features: computed.features });
  }
  return torch.loadSafetensors(file).features;
}

/** Features and labels of both parts, by a published model. */
async function ask(
  lite: Lite,
  seed: number,
  dataset: Dataset,
  folder: string,
): Promise<Record<Split, LabelledFeatures>> {
  const { model, view } = await loadLite(lite);
  using _model = model;
  model.to({ memoryFormat: "channelsLast" });
  const part = async (split: Split): Promise<LabelledFeatures> => {
    const images = choose(dataset[split], split, seed);
    const features = await cached(`${folder}/${lite}-${seed}-${split}.safetensors`, async () => {
      const label = `${lite}, seed ${seed}: ${split} images`;
      using progress = new Progress({ label, total: images.length, unit: "images" });
      const onProgress = (done: number) => progress.update(done);
      return await featuresOf(model, images, { view, batchSize: BATCH, onProgress });
    });
    return { features, labels: images.labels };
  };
  return { train: await part("train"), test: await part("test") };
}

/** The images' own values as features: what there is without a model. */
function pixels(seed: number, dataset: Dataset): Record<Split, LabelledFeatures> {
  const part = (split: Split): LabelledFeatures => {
    const images = choose(dataset[split], split, seed);
    return { features: images.images.to("float32").flatten(1).div_(255), labels: images.labels };
  };
  return { train: part("train"), test: part("test") };
}

function sourceOf(name: string): "pixels" | Lite {
  return name === "pixels" ? name : liteOf(name);
}

/** Accuracies in percent, each over all seeds. */
interface Results {
  readonly uniform: number[];
  readonly exponential: number[];
  readonly probe: number[];
}

function measure({ train, test }: Record<Split, LabelledFeatures>, results: Results): string {
  const uniform = knnAccuracy(train, test, { k: K }).overall * 100;
  const exponential = knnAccuracy(train, test, { k: K, weighting: "exponential" }).overall * 100;
  using probe = linearProbe(train);
  const linear = probe.accuracy(test).overall * 100;
  results.uniform.push(uniform);
  results.exponential.push(exponential);
  results.probe.push(linear);
  const tried = probe.trials.map(({ l2, accuracy }) => `${l2}: ${(accuracy * 100).toFixed(1)}`);
  return `kNN ${uniform.toFixed(2)}, weighted ${exponential.toFixed(2)}, probe ${
    linear.toFixed(2)
  } (l2 ${probe.l2}, of ${tried.join(", ")})`;
}

/** Mean and standard deviation, as of a sample. */
function spread(values: readonly number[]): string {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (values.length < 2) return mean.toFixed(2);
  return `${mean.toFixed(2)} ± ${Math.sqrt(squares / (values.length - 1)).toFixed(2)}`;
}

if (import.meta.main) {
  const named = Deno.args.filter((arg) => !arg.startsWith("--"));
  const sources = named.length === 0 ? ["pixels", ...LITES] as const : named.map(sourceOf);
  torch.setNumThreads(option("threads", 2));
  const folder = `${cacheRoot()}/real/cifar10-features`;
  await makeFolder(folder);
  const dataset = { train: await data.cifar10("train"), test: await data.cifar10("test") };
  const columns: TableColumn[] = [
    { title: "features" },
    { title: `kNN, k = ${K}` },
    { title: "kNN, weighted" },
    { title: "linear probe" },
  ];
  const rows: TableRow[] = [];
  for (const source of sources) {
    const results: Results = { uniform: [], exponential: [], probe: [] };
    for (let seed = 0; seed < option("seeds", 3); seed++) {
      await torch.scope(async () => {
        const known = source === "pixels"
          ? pixels(seed, dataset)
          : await ask(source, seed, dataset, folder);
        console.log(`${source}, seed ${seed}: ${measure(known, results)}`);
      });
    }
    rows.push({ cells: [source, ...Object.values(results).map(spread)] });
  }
  console.log("\n" + formatTable({ columns, rows }));
}
