import { assert, assertEquals } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { assertClose, test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { describer, freed, voter } from "./stores.ts";

test("a shelf says from the store what its teachers say live, of each variant of augmented images", async () => {
  using folder = temporaryFolder();
  const bytes = torch.arange(45 * 16).mul(37).remainder(251).to("uint8").reshape([45, 1, 4, 4]);
  using images = new data.UnlabelledImages(bytes);
  const asked = { count: 0 };
  const counted = teachers.descriptive({
    name: "counted",
    featureDim: 16,
    view: { size: [4, 4], mean: [0.4], std: [0.3] },
    features: (images) => {
      asked.count++;
      return images.flatten(1);
    },
  });
  const list = [describer(), voter(), counted];
  using _ = freed(...list);
  const loaderOf = (batchSize: number) =>
    new data.Loader(images, {
      batchSize,
      shuffle: true,
      seed: 3,
      views: 2,
      transform: data.randomHorizontalFlip(),
    });
  const store = new teachers.Store({ root: folder.path });
  const options = { dtype: "float32", shardImages: 16 } as const;
  await teachers.fill(store, { ...options, teachers: list, pixels: loaderOf(5) });

  // Another batch size makes the same pixels: the same entries.
  const pixels = loaderOf(8);
  const entries = await teachers.findEntries(store, list, pixels, options);
  assertEquals([...entries.keys()], ["describer", "voter", "counted"]);
  const live = new teachers.Shelf(list);
  const stored = new teachers.Shelf(list);
  stored.use(pixels, entries);
  const before = asked.count;
  let batches = 0;
  for (const epoch of [0, 1, 2, 3]) {
    for await (using batch of pixels.epoch(epoch)) {
      torch.scope(() => {
        const kept = stored.ask(batch);
        const count = asked.count;
        const now = live.ask(batch);
        assertEquals(asked.count, count + 1);
        for (const name of kept.names) {
          for (const part of ["features", "logits"] as const) {
            const [a, b] = [kept.of(name)[part], now.of(name)[part]];
            assertEquals(a === undefined, b === undefined);
            if (a && b) assertClose(a, b, { rtol: 1e-5, atol: 1e-6 });
          }
        }
      });
      batches++;
    }
  }
  assertEquals(asked.count, before + batches);
  assert(batches === 24);
  for (const entry of entries.values()) entry.dispose();
  assertEquals(
    (await teachers.findEntries(store, list, loaderOf(8), { dtype: "float16" })).size,
    0,
  );
});
