/**
 * JPEGs a second, decoded to random resized crops of 224 pixels with flips, in batches, after a first epoch that is not
 * counted. Also JPEGs for each second that any core worked, all epochs and the threads' start included, which other
 * work on the machine changes less. Prints JSON.
 *
 *     image_pipeline.ts FOLDER [workers] [batch]
 *
 * The folder is made by `image_pipeline.py`. `main.ts` runs this and its PyTorch twin by turns.
 *
 * @module
 */

import process from "node:process";
import { data, torch } from "../../mod.ts";

const [folder, workers = "2", batchSize = "64"] = Deno.args;
torch.setNumThreads(1);

/** The best of three epochs, and by the time that cores worked. */
async function rates(): Promise<[number, number]> {
  const before = process.cpuUsage();
  using photos = new data.ImageFolder(folder, {
    part: { kind: "random", size: 224 },
    workers: Number(workers),
  });
  const loader = new data.Loader(photos, {
    batchSize: Number(batchSize),
    shuffle: true,
    // As in its twin, the images stay bytes: only a little of them becomes floats.
    transform: (images) => images.narrow(3, 0, 1),
  });
  let [best, total] = [0, 0];
  for (let epoch = 0; epoch < 4; epoch++) {
    const start = performance.now();
    let count = 0;
    for await (using batch of loader.epoch(epoch)) count += batch.images.size(0);
    total += count;
    if (epoch > 0) best = Math.max(best, count / (performance.now() - start) * 1000);
  }
  const { user, system } = process.cpuUsage(before);
  return [best, total / (user + system) * 1e6];
}

const [rate, work] = await rates();
console.log(JSON.stringify({ "images a second": rate, "images a second of work": work }));
