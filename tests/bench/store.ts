/**
 * How fast rows come from the store, beside what `dd` reads of its files from the page cache, and how long filling takes with
 * a teacher that does next to nothing: `deno run -A tests/bench/store.ts [images] [width]`.
 */

import process from "node:process";
import * as data from "../../src/data/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";

const images = Number(Deno.args[0] ?? 65536);
const width = Number(Deno.args[1] ?? 1280);
const BATCH = 128;
const ROUNDS = 7;

using noise = new data.UnlabelledImages(
  torch.randint(0, 256, [images, 1, 1, width]).to("uint8"),
);
const pixels = new data.Loader(noise, { batchSize: BATCH, views: 1 });
const teacher = teachers.descriptive({
  name: "trivial",
  featureDim: width,
  features: (images) => images.flatten(1).mul(0.5),
});

function shuffled(): Int32Array {
  const order = Int32Array.from({ length: images }, (_, i) => i);
  for (let i = images - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** The least milliseconds of some rounds, on the clock and of the processor: other work on the machine makes them more. */
function least(body: () => void): { wall: number; cpu: number } {
  const best = { wall: Infinity, cpu: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    const [begin, used] = [performance.now(), process.cpuUsage()];
    body();
    const { user, system } = process.cpuUsage(used);
    best.wall = Math.min(best.wall, performance.now() - begin);
    best.cpu = Math.min(best.cpu, (user + system) / 1000);
  }
  return best;
}

const gigabytes = (bytes: number, ms: number): string => `${(bytes / ms / 1e6).toFixed(2)} GB/s`;

for (const dtype of ["float16", "float32"] as const) {
  const root = Deno.makeTempDirSync();
  const store = new teachers.Store({ root });
  const { seconds, computed } = await teachers.fill(store, { teachers: [teacher], pixels, dtype });
  const bytes = store.bytes;
  console.log(
    `${dtype}: filled ${(bytes / 1e6).toFixed(0)} MB, ${computed} shards, in ${
      seconds.toFixed(2)
    } s`,
  );
  {
    using entry = store.find(await teachers.describeEntry(teacher, pixels, { dtype }))!;
    const verify = least(() => {
      for (let shard = 0; shard < entry.shards; shard++) {
        entry.verifyShard({ variant: 0, shard }, true);
      }
    });
    const rows = least(() => {
      const order = shuffled();
      for (let at = 0; at + BATCH <= images; at += BATCH) {
        torch.scope(() => void entry.rows(0, order.subarray(at, at + BATCH)));
      }
    });
    const files = [...Deno.readDirSync(`${entry.folder}/variant-00`)]
      .filter(({ name }) => name.endsWith(".safetensors"))
      .map(({ name }) => `${entry.folder}/variant-00/${name}`);
    let dd = 0;
    for (const file of files) {
      dd += Math.min(...Array.from({ length: 3 }, () => {
        const args = [`if=${file}`, "of=/dev/null", "bs=1M"];
        const { stderr } = new Deno.Command("dd", { args, env: { LC_ALL: "C" } }).outputSync();
        return 1000 * Number(/, ([\d.e-]+) s,/.exec(new TextDecoder().decode(stderr))![1]);
      }));
    }
    console.log(
      `  rows of shuffled batches of ${BATCH}: ${gigabytes(bytes, rows.wall)} on the clock, ${
        gigabytes(bytes, rows.cpu)
      } of the processor, ${(rows.cpu / images * BATCH * 1000).toFixed(0)} us a batch; dd: ${
        gigabytes(bytes, dd)
      }; share ${(dd / rows.wall).toFixed(2)} and ${(dd / rows.cpu).toFixed(2)}`,
    );
    console.log(
      `  verifying: ${gigabytes(bytes, verify.wall)}, ${
        (verify.wall / entry.shards).toFixed(1)
      } ms a shard`,
    );
  }
  Deno.removeSync(root, { recursive: true });
}
