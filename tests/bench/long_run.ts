/**
 * Trains for a long time and looks at memory: `deno run -A tests/bench/long_run.ts [steps]`. Live tensors, torch's
 * bytes and the process's resident memory are printed every twentieth of the way, and must be flat after the
 * first tenth. Ends with code 1 if they are not.
 *
 * Of the resident memory, V8's heap is shown by itself: V8 enlarges it in jumps as long as garbage comes along,
 * up to a limit of its own, however little of it is in use. The rest has to stay as it is.
 *
 * @module
 */

import * as data from "../../src/data/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { MetricsLog } from "../../src/report/metrics.ts";
import { Supervised } from "../../src/distill/methods/supervised.ts";
import { device } from "../helpers.ts";

const BATCHES = 50;
const steps = Number(Deno.args[0] ?? 20_000);
const every = Math.max(BATCHES, Math.round(steps / 20 / BATCHES) * BATCHES);

/** How much the mean of resident memory outside V8's heap may be higher in the second half than in the first, in MB. */
const SLACK = 4;

torch.setNumThreads(1);
torch.manualSeed(0);
using dataset = torch.scope(() =>
  new data.ImageDataset({
    images: torch.randint(0, 256, [BATCHES * 16, 1, 12, 12], { dtype: "uint8" }),
    labels: Array.from({ length: BATCHES * 16 }, (_, i) => i % 10),
    classNames: Array.from({ length: 10 }, (_, i) => `${i}`),
  })
);
using model = new models.SmallCnn({ numClasses: 10, widths: [4, 8] });
model.to(device);
using optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
const folder = await Deno.makeTempDir();
using metrics = new MetricsLog(`${folder}/metrics.jsonl`);

interface Row {
  step: number;
  tensors: number;
  bytes: number;
  /** Resident memory in MB, and the part of it outside V8's heap. */
  resident: number;
  outside: number;
}
const rows: Row[] = [];
const started = performance.now();
let step = 0;
console.log("   step  tensors  torch bytes  resident MB  V8's heap  the rest");
await fit({
  method: new Supervised(model),
  optimizer,
  schedule: new optim.CosineAnnealing(optimizer, { steps }),
  batches: new data.Loader(dataset, {
    batchSize: 16,
    shuffle: true,
    device,
    transform: data.compose(data.randomCrop(1), data.normalize([0.5], [0.25])),
  }),
  epochs: Math.ceil(steps / BATCHES),
  clipNorm: 1,
  metrics,
  checkpoint: `${folder}/checkpoint.safetensors`,
  checkpointEvery: every,
  progress: false,
  evaluate: () => {
    step += BATCHES;
    if (step % every !== 0) return {};
    const { tensors, bytes } = torch.memory(device);
    const { rss, heapTotal } = Deno.memoryUsage();
    const [resident, outside] = [rss / 1e6, (rss - heapTotal) / 1e6];
    rows.push({ step, tensors, bytes, resident, outside });
    console.log(
      `${step}`.padStart(7) + `${tensors}`.padStart(9) + `${bytes}`.padStart(13) +
        resident.toFixed(1).padStart(13) + (heapTotal / 1e6).toFixed(1).padStart(11) +
        outside.toFixed(1).padStart(10),
    );
    return {};
  },
});
await Deno.remove(folder, { recursive: true });

const seconds = (performance.now() - started) / 1000;
const warm = rows.filter((row) => row.step > steps / 10);
const range = (pick: (row: Row) => number) => {
  const values = warm.map(pick);
  return Math.max(...values) - Math.min(...values);
};
const mean = (part: Row[]) => part.reduce((sum, row) => sum + row.outside, 0) / part.length;
const half = Math.floor(warm.length / 2);
const growth = mean(warm.slice(half)) - mean(warm.slice(0, half));
console.log(
  `${step} steps in ${seconds.toFixed(0)} s. After the first tenth: tensors differ by ${
    range((row) => row.tensors)
  }, bytes by ${range((row) => row.bytes)}, resident memory by ${
    range((row) => row.resident).toFixed(1)
  } MB, outside V8's heap by ${range((row) => row.outside).toFixed(1)} MB; the mean of that is ${
    growth.toFixed(1)
  } MB higher in the second half than in the first.`,
);
const flat = range((row) => row.tensors) === 0 && range((row) => row.bytes) === 0 &&
  growth < SLACK;
console.log(flat ? "Flat." : "NOT flat.");
Deno.exitCode = flat ? 0 : 1;
