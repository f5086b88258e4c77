/** What loaders say of their data: the same where nothing that matters has changed, something else where it has. */

import { assert, assertEquals } from "@std/assert";
import { encode } from "fast-png";
import * as data from "../../src/data/mod.ts";
import { differencesOf, type Spec } from "../../src/base/spec.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

/** Writes photographs of one color each, 10 by 8. */
async function write(folder: string, colors: Record<string, number>): Promise<void> {
  for (const [name, gray] of Object.entries(colors)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
    const pixels = new Uint8Array(240).map((_, i) => gray + i % 11);
    await Deno.writeFile(
      path,
      encode({ width: 10, height: 8, data: pixels, channels: 3, depth: 8 }),
    );
  }
}

const colors = { "a/1.png": 10, "a/2.png": 60, "b/3.png": 110, "b/4.png": 160 };

async function specOf(
  folder: string,
  reading: data.ImageFolderOptions = {},
  options: Partial<data.LoaderOptions> = {},
): Promise<Spec> {
  using photos = new data.ImageFolder(folder, {
    part: { kind: "whole", size: 6 },
    workers: 0,
    ...reading,
  });
  return await new data.Loader(photos, { batchSize: 2, ...options }).spec();
}

test("a folder of photographs: what changes the images is seen, what does not is not", async () => {
  const root = await Deno.makeTempDir();
  try {
    const folder = `${root}/photos`;
    await write(folder, colors);
    const spec = await specOf(folder);
    const paths = async (now: Promise<Spec>) =>
      differencesOf(spec, await now).map(({ path }) => path);
    assertEquals(await paths(specOf(folder)), []);
    assertEquals(await paths(specOf(folder, { workers: 1, onSkip: () => {} })), []);
    assertEquals(await paths(specOf(folder, {}, { prefetch: 5, device })), []);
    await Deno.rename(folder, `${root}/moved`);
    assertEquals(await paths(specOf(`${root}/moved`, { name: "other" })), []);

    const seen = async (change: Promise<Spec>, path: RegExp) => {
      const found = await paths(change);
      assert(found.some((one) => path.test(one)), `${path}: ${found}`);
    };
    const moved = `${root}/moved`;
    await seen(
      specOf(moved, { part: { kind: "center", size: 6 } }),
      /^dataset\.reading\.part\.kind$/,
    );
    await seen(specOf(moved, {}, { shuffle: true }), /^shuffle$/);
    await seen(specOf(moved, {}, { transform: data.normalize(0.5, 0.5) }), /^transform\.?/);
    await seen(specOf(moved, {}, { transform: (images) => images.float() }), /^transform\.?/);
    await write(moved, { "b/4.png": 161 });
    await seen(specOf(moved), /^dataset\.looks\./);
    await write(moved, colors);
    assertEquals(await paths(specOf(moved)), []);
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c/${100 + i}.png`, i]));
    await write(`${root}/many`, many);
    const before = await specOf(`${root}/many`);
    // One whose pixels are not among those looked at.
    await write(`${root}/many`, { "c/101.png": 200 });
    const changed = differencesOf(before, await specOf(`${root}/many`)).map(({ path }) => path);
    assert(changed.includes("dataset.bytes"), `${changed}`);
    await write(`${root}/many`, many);
    assertEquals(differencesOf(before, await specOf(`${root}/many`)), []);
    await Deno.utime(`${root}/many/c/101.png`, 1, 1);
    assertEquals(differencesOf(before, await specOf(`${root}/many`)), []);
    await Deno.rename(`${moved}/b/4.png`, `${moved}/b/5.png`);
    await seen(specOf(moved), /^dataset\.files$/);
    await Deno.rename(`${moved}/b/5.png`, `${moved}/a/4.png`);
    await seen(specOf(moved), /^dataset\.(files|labels)$/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

test("a damaged photograph does not stop a loader from describing itself", async () => {
  const root = await Deno.makeTempDir();
  try {
    await write(root, colors);
    await Deno.writeTextFile(`${root}/a/1.png`, "no photograph");
    const transform = (images: torch.Tensor) => images.float();
    const spec = await specOf(root, {}, { transform }) as Record<string, Spec> & {
      dataset: { images: Spec; looks: Spec };
    };
    assertEquals([spec.transform, spec.dataset.images, spec.dataset.looks], [null, 4, null]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

test("images one by one, and data sets that describe themselves", async () => {
  const source = (shift: number) => ({
    length: 5,
    imageShape: [3, 2, 2] as const,
    classNames: ["x", "y"],
    get: (index: number) => ({
      pixels: new Uint8Array(12).fill(20 * index + shift),
      label: index % 2,
    }),
  });
  const loader = (shift: number) =>
    new data.Loader(data.labelledSamples(source(shift)), {
      batchSize: 5,
    });
  assertEquals(differencesOf(await loader(0).spec(), await loader(0).spec()), []);
  assert(differencesOf(await loader(0).spec(), await loader(1).spec()).length > 0);
  const own: data.Dataset<data.UnlabelledBatch> = {
    length: 3,
    batch: (indices) =>
      new data.UnlabelledBatch(
        torch.zeros([indices.length, 1, 2, 2], { dtype: "uint8" }),
        torch.tensor(indices, { dtype: "int64" }),
      ),
    spec: () => ({ mine: 7 }),
  };
  const spec = await new data.Loader(own, { batchSize: 3 }).spec() as { dataset: Spec };
  assertEquals(spec.dataset, { mine: 7 });
});

test("a seed decides the pixels of images in memory only where a transform draws", async () => {
  using pixels = torch.arange(0, 96).reshape(8, 3, 2, 2).to("uint8");
  using images = new data.UnlabelledImages(pixels);
  const loader = (seed: number, transform?: data.Transform) =>
    new data.Loader(images, { batchSize: 2, shuffle: true, seed, views: 1, transform });
  const differences = async (what: "spec" | "pixelSpec", transform?: data.Transform) =>
    differencesOf(await loader(0, transform)[what](), await loader(1, transform)[what]())
      .map(({ path }) => path);
  assertEquals(await differences("pixelSpec"), []);
  // The order of batches is another all the same.
  assertEquals(await differences("spec"), ["seed"]);
  assertEquals(await differences("pixelSpec", data.randomHorizontalFlip()), ["seed"]);
});
