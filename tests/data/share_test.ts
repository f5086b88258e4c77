/** Batches that several processes share. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";

const images = (count: number) =>
  new data.ImageDataset({
    images: torch.randint(0, 256, [count, 1, 6, 6], { dtype: "uint8" }),
    labels: Array.from({ length: count }, (_, i) => i % 2),
    classNames: ["even", "odd"],
  });

const options = { batchSize: 8, shuffle: true, seed: 4, transform: data.randomCrop(2) };

const shares = (size: number) => Array.from({ length: size }, (_, rank) => ({ rank, size }));

/** Joins the parts of a batch, or takes the first of whole ones. */
const joined = (parts: readonly data.Batch[], of: (batch: data.Batch) => torch.Tensor) =>
  parts[0].share === null ? of(parts[0]) : torch.cat(parts.map(of));

test("the shares of all processes are the batches of one, pixel by pixel", () => {
  using set = images(21);
  for (const strong of [undefined, data.randomErasing({ p: 1 })]) {
    const loader = new data.Loader(set, { ...options, strong });
    for (const size of [2, 4]) {
      const parts = shares(size).map((share) => loader.share(share));
      for (let epoch = 0; epoch < 2; epoch++) {
        const whole = [...loader.epoch(epoch)];
        const own = parts.map((part) => [...part.epoch(epoch)]);
        assertEquals(own.map((batches) => batches.length), parts.map(() => 3));
        whole.forEach((batch, i) => {
          const all = own.map((batches) => batches[i]);
          // The last batch, of five images, cannot be shared: all have all of it.
          assertEquals(all.map(({ share }) => share), i === 2 ? all.map(() => null) : shares(size));
          assertEquals(all.map(({ length }) => length), all.map(() => i === 2 ? 5 : 8 / size));
          assertEquals(all.map(({ wholeLength }) => wholeLength), all.map(() => batch.length));
          for (const  of of[(one: data.Batch) => one.pixels, (one: data.Batch) => one.indices]) {
            assert(joined(all, of).equal(of(batch)));
          }
          const labels = (one: data.Batch) => (one as data.LabelledBatch).labels;
          assert(joined(all, labels).equal(labels(batch)));
          if (strong) assert(joined(all, (one) => one.strong!).equal(batch.strong!));
        });
      }
    }
  }
});

test("a share keeps order, length, specs and what pixels come from those of the whole", async () => {
  using set = images(21);
  const loader = new data.Loader(set, { ...options, views: 2, prefetch: 3, dropLast: true });
  const part = loader.share({ rank: 1, size: 4 });
  assertStrictEquals(part.order(3), loader.order(3));
  assertEquals([part.length, part.images, part.views, part.prefetch], [2, 21, 2, 3]);
  assertEquals(await part.spec(), await loader.spec());
  assertEquals(await part.pixelSpec(), await loader.pixelSpec());
  // What is stored of the images is found by the loader that it was made of.
  assertStrictEquals((part.batch(5, 0) as data.LabelledBatch).origin!.source, loader);
  assertEquals((part.batch(5, 0) as data.LabelledBatch).origin!.variant, 1);
  assertEquals([loader.shared, part.shared], [null, { rank: 1, size: 4 }]);
  // A share is always of the whole.
  assertEquals(part.share({ rank: 0, size: 2 }).shared, { rank: 0, size: 2 });
  assertStrictEquals(part.share({ rank: 0, size: 1 }), loader);
  assertEquals((part.batch(0, 0, { whole: true }) as data.LabelledBatch).length, 8);
  assertEquals([...part.epoch(1, { from: 1 })].map(({ length }) => length), [2]);
});

test("images that have to be waited for are shared as well", async () => {
  const late = data.unlabelledSamples({
    length: 10,
    imageShape: [1, 2, 2],
    get: (i) => Promise.resolve({ pixels: new Uint8Array(4).fill(i) }),
  });
  const seen: number[][] = [];
  for (const share of shares(2)) {
    const loader = new data.Loader(late, { batchSize: 4 }).share(share);
    for await (using batch of loader.epoch(0)) {
      seen.push([...batch.places()]);
      assertEquals(batch.share, share);
    }
  }
  assertEquals(seen, [[0, 1], [4, 5], [8], [2, 3], [6, 7], [9]]);
});

test("pairs are shared where both halves can be, halves alone where they can", () => {
  using set = images(22);
  using few = set.take(10);
  using rest = set.unlabelled();
  const pairs = data.zipLoaders(
    new data.Loader(few, { ...options, batchSize: 4 }),
    new data.Loader(rest, options),
  );
  const size = 4;
  const parts = shares(size).map((share) => pairs.share(share));
  assertEquals(parts.map(({ length }) => length), parts.map(() => pairs.length));
  for (let epoch = 0; epoch < 2; epoch++) {
    const whole = [...pairs.epoch(epoch)];
    const own = parts.map((part) => [...part.epoch(epoch)]);
    whole.forEach((batch, i) => {
      const all = own.map((batches) => batches[i]);
      // 4 and 8 images, twice, then 2 and 6.
      const isShared = i < 2;
      assertEquals(all.map(({ share }) => share), isShared ? shares(size) : all.map(() => null));
      assertEquals(all[0].wholeLength, batch.labelled.length + batch.unlabelled.length);
      for (const half of ["labelled", "unlabelled"] as const) {
        const halves = all.map((one): data.Batch => one[half]);
        assert(joined(halves, ({ pixels }) => pixels).equal(batch[half].pixels));
      }
    });
  }
  const [labelled] = [...pairs.share({ rank: 1, size: 2 }).labelledEpoch(0, { from: 2 })];
  assertEquals([labelled.length, labelled.share], [1, { rank: 1, size: 2 }]);
  const [other] = [...pairs.share({ rank: 1, size: 2 }).unlabelledEpoch(0, { from: 2 })];
  assertEquals(other.length, 3);
});

test("batches that cannot be shared equally are refused, with sizes that can", () => {
  using set = images(20);
  const loader = new data.Loader(set, { batchSize: 6 });
  assertThrows(
    () => loader.share({ rank: 0, size: 4 }),
    ArgumentError,
    "A batch of 6 images cannot be shared equally by 4 processes: make batchSize 4 or 8",
  );
  assertThrows(() => loader.share({ rank: 0, size: 7 }), ArgumentError, "make batchSize 7, or");
  for (const bad of [{ rank: 2, size: 2 }, { rank: -1, size: 2 }, { rank: 0.5, size: 2 }]) {
    assertThrows(() => loader.share(bad), ArgumentError, `got rank ${bad.rank} of 2`);
  }
  assertThrows(() => loader.share({ rank: 0, size: 0 }), ArgumentError, "got rank 0 of 0");
  using rest = set.unlabelled();
  const other = new data.Loader(rest, { batchSize: 6 });
  assertThrows(
    () => data.zipLoaders(loader.share({ rank: 0, size: 2 }), other),
    ArgumentError,
    "put whole ones side by side",
  );
  const part = loader.batch(0, 0) as data.LabelledBatch;
  assertThrows(
    () =>
      new data.MixedBatch(
        part.asShare({ rank: 1, size: 2 }),
        other.batch(0, 0) as data.UnlabelledBatch,
      ),
    ArgumentError,
    "got share 1 of 2 of labelled images and the whole of the others",
  );
});

test("random numbers of an image are its own: a share's pixels do not depend on the others", () => {
  using set = images(8);
  const loader = new data.Loader(set, {
    batchSize: 8,
    transform: data.compose(data.randomAffine({ degrees: 20 }), data.randomErasing({ p: 1 })),
  });
  const parts = shares(8).map((share) => loader.share(share).batch(2, 0) as data.LabelledBatch);
  assertClose(
    torch.cat(parts.map(({ pixels }) => pixels)),
    (loader.batch(2, 0) as data.LabelledBatch).pixels,
  );
});
