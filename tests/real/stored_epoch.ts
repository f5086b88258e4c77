/**
 * What storing teachers' outputs saves: an epoch of UNIFORM with three published teachers on CIFAR-10, with the teachers run
 * live and with what they said read from the store.
 *
 *     deno run -A tests/real/stored_epoch.ts [images] [pixels]
 *
 * Prints the time to fill and the bytes on disk, the seconds of an epoch each way, and the largest difference of the losses.
 */

import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { LITES } from "./lite.ts";
import { LITE_PACKAGES, weightsFile } from "../../recipes/shared/packages.ts";

const count = Number(Deno.args[0] ?? 4000);
const side = Number(Deno.args[1] ?? 160);

const masters = await Promise.all(
  LITES.map(async (lite) =>
    await teachers.load(await weightsFile(LITE_PACKAGES[lite]), {
      architecture: `efficientnet_${lite}`,
      name: lite,
      view: { size: [side, side] },
    })
  ),
);
using all = await data.cifar10("train");
using few = all.take(count);
using images = few.unlabelled();
const batches = new data.Loader(images, {
  batchSize: 128,
  shuffle: true,
  dropLast: true,
  views: 1,
});

/** Trains a new student for some epochs; returns the seconds of each, and the loss of each. */
async function epochs(
  shelf: teachers.Shelf,
  count: number,
): Promise<[seconds: number, loss: number][]> {
  torch.manualSeed(0);
  using student = new models.SmallCnn({ channels: 3, numClasses: 10, widths: [8, 16, 32] });
  student.view = { size: [32, 32], ...data.CIFAR10_STATISTICS };
  using method = new distill.Uniform({ student, teachers: shelf, alpha1: 0, alpha2: 0 });
  const result = await fit({
    method,
    optimizer: (params) => new optim.AdamW(params, { lr: 1e-3 }),
    batches,
    epochs: count,
    progress: false,
  });
  return result.epochs.map(({ seconds, loss }) => [Number(seconds), Number(loss)]);
}

const root = await Deno.makeTempDir();
try {
  const store = new teachers.Store({ root });
  const options = { teachers: masters, pixels: batches, dtype: "float32" as const };
  const filled = await teachers.fill(store, { ...options, batchSize: 32 });
  const megabytes = (store.bytes / 1e6).toFixed(1);
  console.log(`filled in ${filled.seconds.toFixed(1)} s: ${megabytes} MB for ${count} images`);

  const kept = new teachers.Shelf(masters);
  const entries = await teachers.findEntries(store, masters, batches, options);
  kept.use(batches, entries);
  const stored = await epochs(kept, 5);
  for (const entry of entries.values()) entry.dispose();
  const live = await epochs(new teachers.Shelf(masters), 1);
  const seconds = Math.min(...stored.map(([seconds]) => seconds));
  const [[liveSeconds, liveLoss]] = live;
  console.log(`live    ${liveSeconds.toFixed(2)} s an epoch`);
  console.log(
    `stored  ${seconds.toFixed(2)} s an epoch, ${(liveSeconds / seconds).toFixed(1)} times as fast`,
  );
  const difference = Math.abs(stored[0][1] - liveLoss) / Math.abs(liveLoss);
  console.log(
    `mean loss of the first epoch: ${liveLoss} live, ${stored[0][1]} stored, ${
      difference.toExponential(1)
    } apart`,
  );
} finally {
  await Deno.remove(root, { recursive: true });
}
