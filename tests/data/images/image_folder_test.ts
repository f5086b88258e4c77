// Folders of images as a loader sees them: order, sizes, threads, damaged files.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import {
  ArgumentError,
  DisposedError,
  FileError,
  FormatError,
  IndexError,
  ShapeError,
} from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { grayPng, picture, withFiles } from "./pictures.ts";

/** Nine gray images in three classes: the value of each is ten times its index. */
const nine: Record<string, Uint8Array> = {
  "b/1.png": grayPng(30),
  "b/2.png": grayPng(40),
  "a/z.PNG": grayPng(10),
  "a/sub/x.png": grayPng(20),
  "a/a.png": grayPng(0),
  "c/1.png": grayPng(50),
  "c/10.png": grayPng(60),
  "c/2.png": grayPng(70),
  "c/3.png": grayPng(80),
};
const whole = { kind: "whole", size: 2 } as const;

/** The first value of each image of a batch, its labels and its indices. */
async function values(
  dataset: data.Dataset<data.LabelledBatch>,
  indices: number[],
): Promise<{ values: number[]; labels: number[]; indices: number[] }> {
  using batch = await dataset.batch(Int32Array.from(indices));
  assertEquals([batch.pixels.dtype, batch.pixels.device], ["uint8", "cpu"]);
  return torch.scope(() => ({
    values: batch.pixels.flatten(1).select(1, 0).toArray() as number[],
    labels: batch.labels.toArray() as number[],
    indices: batch.indices.toArray() as number[],
  }));
}

test("classes and images are in torchvision's order; folders below count", async () => {
  await withFiles({ ...nine, "a/notes.txt": "no image", "top.png": grayPng(1) }, async (root) => {
    for (const workers of [0, 2]) {
      using photos = new data.ImageFolder(root, { part: whole, workers });
      assertEquals(photos.classNames, ["a", "b", "c"]);
      assertEquals(photos.classCounts(), [3, 2, 4]);
      assertEquals([...photos.labels], [0, 0, 0, 1, 1, 2, 2, 2, 2]);
      assertEquals(photos.imageShape, [3, 2, 2]);
      assertEquals(photos.path(2), `${root}/a/sub/x.png`);
      assertEquals(await values(photos, [8, 0, 1, 2, 3, 4, 5, 6, 7]), {
        values: [80, 0, 10, 20, 30, 40, 50, 60, 70],
        labels: [2, 0, 0, 0, 1, 1, 2, 2, 2],
        indices: [8, 0, 1, 2, 3, 4, 5, 6, 7],
      });
      await assertRejects(() => values(photos, []), ShapeError, "at least one image");
      await assertRejects(() => photos.batch(Int32Array.of(9)), IndexError, "9");
    }
  });
});

test("names are sorted by code points, as Python does", async () => {
  const names = ["\u{1f600}", "\uff5e", "Z", "a", "\u00e4"];
  const files = Object.fromEntries(names.map((name) => [`${name}/1.png`, grayPng(1)]));
  await withFiles(files, (root) => {
    using photos = new data.ImageFolder(root);
    assertEquals(photos.classNames, ["Z", "a", "\u00e4", "\uff5e", "\u{1f600}"]);
  });
});

test("a random part is the same for any number of threads and any batches", async () => {
  const [jpeg, png] = [picture("color.jpg"), picture("color.png")];
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 11; i++) files[`a/${i + 10}.${i % 2 ? "jpg" : "png"}`] = i % 2 ? jpeg : png;
  await withFiles(files, async (root) => {
    const epochs = new Map<string, string>();
    for (const [workers, batchSize] of [[0, 4], [1, 11], [3, 3]]) {
      using photos = new data.ImageFolder(root, {
        part: { kind: "random", size: 12 },
        workers,
      });
      for (const [seed, epoch] of [[0, 0], [0, 1], [1, 0]]) {
        const rows: string[] = [];
        for (let at = 0; at < 11; at += batchSize) {
          const count = Math.min(batchSize, 11 - at);
          const indices = Int32Array.from({ length: count }, (_, i) => at + i);
          using batch = await photos.batch(indices, { seed, epoch });
          const images = torch.scope(() => batch.pixels.flatten(1).toArray() as number[][]);
          rows.push(...images.map((image) => image.join()));
        }
        assertEquals(new Set(rows).size, 11, "each image has a part of its own");
        const key = `${seed} ${epoch}`;
        assertEquals(rows.join("|"), epochs.get(key) ?? rows.join("|"), key);
        epochs.set(key, rows.join("|"));
      }
    }
    assertEquals(new Set(epochs.values()).size, 3, "each epoch and seed has its own");
  });
});

test("a loader shuffles, prefetches and resumes in mid epoch", async () => {
  await withFiles(nine, async (root) => {
    using photos = new data.ImageFolder(root, { part: whole, workers: 2 });
    const loader = new data.Loader(photos, { batchSize: 2, shuffle: true, seed: 3 });
    const all: number[][] = [];
    for await (using batch of loader.epoch(1)) {
      const images = torch.scope(() => batch.pixels.flatten(1).select(1, 0).toArray() as number[]);
      const indices = torch.scope(() => batch.indices.toArray() as number[]);
      assertEquals(images.map((value) => Math.round(value / 10)), indices);
      all.push(indices);
    }
    assertEquals(all.flat(), [...loader.order(1)]);
    const rest: number[][] = [];
    for await (using left of loader.epoch(1, { from: 3 })) {
      rest.push(torch.scope(() => left.indices.toArray() as number[]));
    }
    assertEquals(rest, all.slice(3));
    // Leaving early gives back what was decoded ahead.
    for await (using _ of loader.epoch(2)) break;
  });
});

test("a loader's random parts change with its epochs and are the same when it resumes", async () => {
  const jpeg = picture("color.jpg");
  const files = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`a/${i}.jpg`, jpeg]));
  await withFiles(files, async (root) => {
    using photos = new data.ImageFolder(root, { part: { kind: "random", size: 8 }, workers: 1 });
    const read = async (epoch: number, from: number) => {
      const loader = new data.Loader(photos, { batchSize: 2, shuffle: true });
      const rows: string[] = [];
      for await (using batch of loader.epoch(epoch, { from })) {
        const images = torch.scope(() => batch.pixels.flatten(1).toArray() as number[][]);
        rows.push(...images.map((image) => image.join()));
      }
      return rows;
    };
    const epochs = [await read(0, 0), await read(1, 0)];
    assertEquals(new Set(epochs.flat()).size, 12);
    assertEquals(await read(1, 1), epochs[1].slice(2));
    assertEquals(await read(0, 2), epochs[0].slice(4));
  });
});

test("parts of a folder keep the label space", async () => {
  await withFiles(nine, async (root) => {
    using photos = new data.ImageFolder(root, { part: whole, workers: 0 });
    using some = photos.subset([7, 3]);
    assertEquals(await values(some, [0, 1]), { values: [70, 30], labels: [2, 1], indices: [0, 1] });
    assertEquals([some.length, some.numClasses, photos.take(2).length], [2, 3, 2]);
    using larger = photos.subset([0], { part: { kind: "whole", size: [3, 4] } });
    assertEquals(larger.imageShape, [3, 3, 4]);
    const [train, test] = photos.split([6, 3], { seed: 1 });
    const paths = [train, test].flatMap((part) =>
      Array.from({ length: part.length }, (_, i) => part.path(i))
    );
    assertEquals(new Set(paths).size, 9);
    assertThrows(() => photos.split([10]), ArgumentError, "9 images");
    assertThrows(() => photos.subset([9]), IndexError, "9");
  });
});

test("unlabelled images come in another order, in batches that hold no labels", async () => {
  await withFiles(nine, async (root) => {
    using photos = new data.ImageFolder(root, { part: whole, workers: 0 });
    using student = photos.unlabelled({ seed: 1 });
    using batch = await student.batch(Int32Array.from({ length: 9 }, (_, i) => i));
    assert(batch instanceof data.UnlabelledBatch);
    assertEquals(batch.tensors().length, 2);
    const order = torch.scope(() => batch.pixels.flatten(1).select(1, 0).toArray() as number[]);
    assert(order.some((value, i) => value !== 10 * i));
    assertEquals(order.toSorted((a, b) => a - b), [0, 10, 20, 30, 40, 50, 60, 70, 80]);
    using same = photos.unlabelled({ shuffle: false });
    assertEquals(same.path(4), photos.path(4));
    // @ts-expect-error A labelled dataset is no unlabelled one.
    const wrong: data.UnlabelledImageFiles = photos;
    assertEquals(wrong.length, 9);
  });
});

test("a damaged image is named, or passed over for the next one", async () => {
  const text = new TextEncoder().encode("no picture");
  const files = { ...nine, "b/2.png": text, "c/1.png": text, "c/3.png": text };
  await withFiles(files, async (root) => {
    for (const workers of [0, 2]) {
      using strict = new data.ImageFolder(root, { part: whole, workers });
      const failed = await assertRejects(() => strict.batch(Int32Array.of(3, 4)), FormatError);
      assert(failed.message.includes(`${root}/b/2.png`), failed.message);
      assert(/unsupported image format/.test(failed.message), failed.message);
      // Others can be had all the same.
      assertEquals((await values(strict, [3])).values, [30]);

      const skipped: data.SkippedImage[] = [];
      using lenient = new data.ImageFolder(root, {
        part: whole,
        workers,
        onError: "skip",
        onSkip: (image) => skipped.push(image),
      });
      // The next one that can be decoded, with its own label and index; after the last comes the first.
      for (let times = 0; times < 2; times++) {
        assertEquals(await values(lenient, [4, 8, 2, 5]), {
          values: [60, 0, 20, 60],
          labels: [2, 0, 0, 2],
          indices: [6, 0, 2, 6],
        });
      }
      assertEquals(skipped.map(({ index }) => index).sort(), [4, 5, 8], "each is named once");
      assertEquals([...lenient.skipped.keys()].sort(), [4, 5, 8]);
      assertEquals(skipped[0].path, `${root}/b/2.png`);
    }
  });
});

test("a file that is gone is named; if all are damaged, that is said", async () => {
  await withFiles({ "a/1.png": grayPng(1), "a/2.png": new Uint8Array(0) }, async (root) => {
    using photos = new data.ImageFolder(root, { part: whole, workers: 1 });
    using lenient = photos.subset([0, 1], { onError: "skip", onSkip: () => {} });
    await Deno.remove(`${root}/a/1.png`);
    await assertRejects(() => photos.batch(Int32Array.of(0)), FileError, `${root}/a/1.png`);
    await assertRejects(() => lenient.batch(Int32Array.of(0)), FormatError, "2 images");
  });
});

test("disposing of images ends their threads, also in the midst of work", async () => {
  await withFiles({ "a/1.jpg": picture("color.jpg") }, async (root) => {
    const photos = new data.ImageFolder(root, { workers: 2 });
    const batches = Array.from({ length: 5 }, () => photos.batch(new Int32Array(64)));
    const results = Promise.allSettled(batches);
    photos.dispose();
    for (const result of await results) {
      assertEquals(result.status, "rejected");
      assert((result as PromiseRejectedResult).reason instanceof DisposedError);
    }
    await assertRejects(() => photos.batch(Int32Array.of(0)), DisposedError);
    photos.dispose();
  });
});

test("threads that were forgotten keep no process alive", async () => {
  await withFiles({ "a/1.jpg": picture("color.jpg") }, async (root) => {
    const child = `${root}/child.ts`;
    const url = new URL("../../../mod.ts", import.meta.url).href;
    await Deno.writeTextFile(
      child,
      `import { data } from ${JSON.stringify(url)};
       const photos = new data.ImageFolder(${JSON.stringify(root)}, { workers: 2 });
       const batch = await photos.batch(new Int32Array(20));
       console.log(batch.pixels.shape.join());`,
    );
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const { stdout, code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--no-lock", "--config", config, child],
      signal: AbortSignal.timeout(60_000),
      stderr: "null",
    }).output();
    assertEquals([new TextDecoder().decode(stdout).trim(), code], ["20,3,224,224", 0]);
  });
});

test("folders and options that cannot be are refused", async () => {
  await withFiles({ "a/1.png": grayPng(1), "b/notes.txt": "" }, async (root) => {
    assertThrows(() => new data.ImageFolder(`${root}/none`), FileError, "none");
    assertThrows(() => new data.ImageFolder(`${root}/a`), FormatError, "no folders");
    assertThrows(() => new data.ImageFolder(root), FormatError, "of b");
    using lenient = new data.ImageFolder(root, { allowEmpty: true });
    assertEquals(lenient.classNames, ["a", "b"]);
    const options: data.ImageReadOptions[] = [
      { workers: -1 },
      { workers: 1.5 },
      { maxPixels: 0 },
      { onError: "ignore" as "skip" },
      { part: { kind: "whole", size: -1 } },
    ];
    for (const wrong of options) {
      assertThrows(
        () => new data.ImageFolder(root, { allowEmpty: true, ...wrong }),
        ArgumentError,
      );
    }
    await Deno.symlink(root, `${root}/a/round`);
    assertThrows(() => new data.ImageFolder(root, { allowEmpty: true }), FormatError, "leads back");
  });
});
