/** Patches in the store, where somebody wants them kept. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, StoreError } from "../../../src/base/errors.ts";
import * as data from "../../../src/data/mod.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { assertClose, test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { contents, Numbers, pixelsOf, shardsBelow, voter } from "./stores.ts";

const small = { shardImages: 8, batchSize: 4 } as const;
const kept = { ...small, patches: true } as const;

/** A teacher whose patches are sums of neighboring pixels (B, 3, 2, 4); counts how often it is asked. */
function mapper(name = "mapper", featureDim = 12) {
  const asked = { count: 0 };
  const teacher = teachers.predictive({
    name,
    featureDim,
    numClasses: 4,
    patchDim: 3,
    run: (images, { patches }) => {
      asked.count++;
      const flat = images.flatten(1);
      const halves = images.unflatten(2, [2, 2]).sum(3);
      return {
        features: flat.narrow(1, 0, featureDim),
        logits: flat.narrow(1, 0, 4).mul(2),
        ...(patches && { patches: torch.cat([halves, halves.mul(-1), halves.add(1)], 1) }),
      };
    },
  });
  return { teacher, asked };
}

for (const dtype of ["float32", "float16"] as const) {
  test(`rows of random images and variants have the patches that the teacher gives live, in ${dtype}`, async () => {
    // Widths that are whole words of eight bytes, and such that are not: all that follows lies askew then.
    for (const featureDim of [12, 3]) {
      using folder = temporaryFolder();
      const { teacher } = mapper("mapper", featureDim);
      const pixels = new Numbers(37, 2);
      const store = new teachers.Store({ root: folder.path });
      await teachers.fill(store, { ...kept, teachers: [teacher], pixels, dtype });
      const entries = await teachers.findEntries(store, [teacher], pixels, { ...kept, dtype });
      using entry = entries.get("mapper")!;
      assertEquals([entry.hasPatches, entry.file.patches], [true, [3, 2, 4]]);
      torch.scope(() => {
        for (const variant of [0, 1]) {
          const indices = Int32Array.from({ length: 50 }, (_, i) => (i * 23 + 5 * variant) % 37);
          const rows = entry.rows(variant, indices, { patches: true });
          const live = teacher.run(pixelsOf(indices, variant), { patches: true });
          for (const part of ["features", "logits", "patches"] as const) {
            assertEquals(rows[part]!.dtype, "float32");
            assertEquals(rows[part]!.toArray(), live[part]!.to(dtype).to("float32").toArray());
          }
          assertEquals(Object.keys(entry.rows(variant, indices)), ["features", "logits"]);
        }
      });
    }
  });
}

test("an odd width of the features, or a last shard of few images, leaves logits readable", async () => {
  using folder = temporaryFolder();
  const { teacher } = mapper("odd", 3);
  const pixels = new Numbers(9);
  const store = new teachers.Store({ root: folder.path });
  await teachers.fill(store, { ...small, teachers: [teacher], pixels });
  using entry = (await teachers.findEntries(store, [teacher], pixels, small)).get("odd")!;
  torch.scope(() => {
    const indices = Int32Array.of(8, 0, 7);
    const { logits } = teacher.run(pixelsOf(indices, 0));
    assertEquals(
      entry.rows(0, indices).logits!.toArray(),
      logits!.to("float16").to("float32").toArray(),
    );
  });
});

test("entries with and without patches are two; a teacher that has none has one", async () => {
  using folder = temporaryFolder();
  const { teacher } = mapper();
  const list = [teacher, voter()];
  const pixels = new Numbers(20);
  const store = new teachers.Store({ root: folder.path });
  await teachers.fill(store, { ...small, teachers: list, pixels });
  const before = contents(folder.path);
  assertEquals(store.list().length, 2);
  const filled = await teachers.fill(store, { ...kept, teachers: list, pixels });
  assertEquals([filled.computed, filled.missingOutputs, store.list().length], [3, 20, 3]);
  const after = contents(folder.path);
  for (const [path, bytes] of Object.entries(before)) assertEquals(after[path], bytes, path);
  const has = async (options: teachers.DescribeOptions) => {
    const entries = await teachers.findEntries(store, list, pixels, options);
    const are = [...entries].map(([name, entry]) => [name, entry.hasPatches]);
    for (const entry of entries.values()) entry.dispose();
    return are;
  };
  assertEquals(await has(small), [["mapper", false], ["voter", false]]);
  assertEquals(await has(kept), [["mapper", true], ["voter", false]]);
  const [one, other] = [
    await teachers.describeEntry(teacher, pixels, small),
    await teachers.describeEntry(teacher, pixels, kept),
  ];
  assertEquals([one.patches, one.key.patches], [undefined, undefined]);
  assertEquals([other.patches, other.key.patches], [[3, 2, 4], 3]);
});

test("who finds an entry does not ask the teacher, and a shelf reads all from it", async () => {
  using folder = temporaryFolder();
  const { teacher, asked } = mapper();
  const bytes = torch.arange(20 * 16).remainder(251).to("uint8").reshape([20, 1, 4, 4]);
  using images = new data.UnlabelledImages(bytes);
  const pixels = new data.Loader(images, { batchSize: 6, shuffle: true, seed: 1, views: 1 });
  const store = new teachers.Store({ root: folder.path });
  const options = { patches: true, dtype: "float32" } as const;
  await teachers.fill(store, { ...options, teachers: [teacher], pixels });
  assert(asked.count > 0);
  asked.count = 0;
  assertEquals(
    (await teachers.estimateFill(store, { ...options, teachers: [teacher], pixels })).missingBytes,
    0,
  );
  const entries = await teachers.findEntries(store, [teacher], pixels, options);
  const shelf = new teachers.Shelf([teacher]);
  shelf.use(pixels, entries);
  for await (using batch of pixels.epoch(0)) {
    torch.scope(() => {
      const read = shelf.ask(batch, shelf.teachers, { patches: true }).of("mapper");
      assertEquals(asked.count, 0);
      const live = teacher.run(batch.images, { patches: true });
      for (const part of ["features", "logits", "patches"] as const) {
        assertClose(read[part]!, live[part]!);
      }
      asked.count = 0;
    });
  }
  for (const entry of entries.values()) entry.dispose();
});

test("the estimate counts patches, and shards of them have fewer images", async () => {
  using folder = temporaryFolder();
  const { teacher } = mapper();
  const pixels = new Numbers(3000);
  const store = new teachers.Store({ root: folder.path });
  const sizes = async (patches: boolean) => {
    const options = { patches, teachers: [teacher], pixels };
    const { bytes, missingShards } = await teachers.estimateFill(store, options);
    return [Math.round(bytes / 3000), missingShards];
  };
  // 12 features, 4 logits, 24 numbers of patches, of two bytes each; heads are 352 bytes each.
  assertEquals(await sizes(false), [Math.round(2 * 16 + 3 * 352 / 3000), 3]);
  const [row, shards] = await sizes(true);
  assertEquals(row, Math.round(2 * 40 + shards * 352 / 3000));
  assertEquals(shards, Math.ceil(3000 / 256));
  assertEquals(store.list(), []);
});

test("damaged patches are never read, and are made anew", async () => {
  using folder = temporaryFolder();
  const { teacher } = mapper();
  const pixels = new Numbers(20);
  const store = new teachers.Store({ root: folder.path });
  const options = { ...kept, teachers: [teacher], pixels };
  await teachers.fill(store, options);
  const whole = contents(folder.path);
  const [path] = shardsBelow(folder.path);
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length - 1] ^= 4;
  Deno.writeFileSync(path, bytes);
  {
    using entry = store.open(await teachers.describeEntry(teacher, pixels, { ...kept, store }));
    const error = assertThrows(() => entry.rows(0, Int32Array.of(1)), StoreError);
    assert(error.message.includes("patches"), error.message);
  }
  assertEquals((await teachers.fill(store, options)).repaired, 1);
  assertEquals(contents(folder.path), whole);
  const [{ folder: own }] = store.list();
  const edit = (from: string, to: string) => {
    const text = Deno.readTextFileSync(`${own}/entry.json`);
    assert(text.includes(from));
    Deno.writeTextFileSync(`${own}/entry.json`, text.replace(from, to));
  };
  for (const wrong of ['"patches":[3,2]', '"patches":[3,2,0]', '"patches":[4,2,4]']) {
    edit('"patches":[3,2,4]', wrong);
    const error = await assertRejects(() => teachers.fill(store, options), StoreError, "patches");
    assert(error.message.includes("Remove the folder"), error.message);
    edit(wrong, '"patches":[3,2,4]');
  }
});

test("patches of another size than the first image's are refused by the teacher's name", async () => {
  using folder = temporaryFolder();
  let calls = 0;
  const teacher = teachers.descriptive({
    name: "growing",
    featureDim: 16,
    patchDim: 1,
    features: (x) => ({
      features: x.flatten(1),
      patches: ++calls === 1 ? x : x.narrow(2, 0, 2),
    }),
  });
  const store = new teachers.Store({ root: folder.path });
  await assertRejects(
    () => teachers.fill(store, { ...kept, teachers: [teacher], pixels: new Numbers(8) }),
    ArgumentError,
    'Teacher "growing" gave patches of the shape [4, 1, 2, 4]; those of the first image say [4, 1, 4, 4].',
  );
});

test("another teacher of the same name is known by its patches", async () => {
  using folder = temporaryFolder();
  const named = (factor: number) =>
    teachers.descriptive({
      name: "same",
      featureDim: 16,
      patchDim: 1,
      features: (x) => ({ features: x.flatten(1), patches: x.mul(factor) }),
    });
  const pixels = new Numbers(8);
  const store = new teachers.Store({ root: folder.path });
  await teachers.fill(store, { ...kept, teachers: [named(1)], pixels });
  await teachers.fill(store, { ...kept, teachers: [named(1)], pixels });
  await assertRejects(
    () => teachers.fill(store, { ...kept, teachers: [named(2)], pixels }),
    StoreError,
    '"same" says something else',
  );
});
