import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ApprenticeError,
  ArgumentError,
  FileError,
  FormatError,
  IndexError,
  StoreError,
  TrainingError,
} from "../../../src/base/errors.ts";
import * as data from "../../../src/data/mod.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { encode } from "fast-png";
import { assertClose, test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import {
  CLASSES,
  contents,
  describer,
  freed,
  Numbers,
  pixelsOf,
  shardsBelow,
  voter,
  WIDTH,
} from "./stores.ts";

const small = { shardImages: 8, batchSize: 4 } as const;

async function entryOf(
  store: teachers.Store,
  teacher: teachers.Teacher,
  pixels: Numbers,
  options: teachers.DescribeOptions = {},
): Promise<teachers.StoreEntry> {
  return store.find(await teachers.describeEntry(teacher, pixels, { ...small, ...options }))!;
}

for (const dtype of ["float32", "float16"] as const) {
  test(`rows of random images and variants are what the teachers say live, in ${dtype}`, async () => {
    using folder = temporaryFolder();
    const [one, other] = [describer(), voter()];
    using _ = freed(one, other);
    const pixels = new Numbers(37, 3);
    const store = new teachers.Store({ root: folder.path });
    const options = { ...small, teachers: [one, other], pixels, dtype };
    const filled = await teachers.fill(store, options);
    assertEquals([filled.computed, filled.missingOutputs], [2 * 3 * 5, 2 * 3 * 37]);
    for (const teacher of [one, other]) {
      using entry = await entryOf(store, teacher, pixels, { dtype });
      assert(entry.complete);
      for (let variant = 0; variant < 3; variant++) {
        torch.scope(() => {
          const indices = Int32Array.from({ length: 50 }, (_, i) => (i * 23 + 5 * variant) % 37);
          const rows = entry.rows(variant, indices);
          const live: teachers.TeacherOutput = teacher.run(pixelsOf(indices, variant));
          for (const part of ["features", "logits"] as const) {
            assertEquals(rows[part] === undefined, live[part] === undefined);
            if (live[part] === undefined) continue;
            assertEquals(rows[part]!.dtype, "float32");
            // What torch makes of the number in two bytes, up to the rounding of a batch of another size.
            const stored = live[part]!.to(dtype).to("float32");
            const rtol = dtype === "float16" ? 2 ** -10 : 1e-6;
            assertClose(rows[part]!, stored, { rtol, atol: 1e-6 });
          }
        });
      }
    }
  });
}

test("a batch of its own gives the very numbers, rounded to float16 as torch does", async () => {
  using folder = temporaryFolder();
  const teacher = describer();
  using _ = freed(teacher);
  const pixels = new Numbers(16);
  const store = new teachers.Store({ root: folder.path });
  await teachers.fill(store, { ...small, teachers: [teacher], pixels });
  using entry = await entryOf(store, teacher, pixels);
  torch.scope(() => {
    const indices = Int32Array.of(4, 5, 6, 7);
    const live = teacher.run(pixelsOf(indices, 0)).features.to("float16").to("float32");
    assertEquals(entry.rows(0, indices).features.toArray(), live.toArray());
  });
});

test("pixels are made once for all teachers, or in turn with one teacher in memory", async () => {
  using folder = temporaryFolder();
  using other = temporaryFolder();
  const list = [describer("a", 1), describer("b", 2), voter("c")];
  using _ = freed(...list);
  const pixels = new Numbers(20, 2);
  const store = new teachers.Store({ root: folder.path });
  await teachers.fill(store, { ...small, teachers: list, pixels });
  assertEquals(pixels.made, 20 * 2);
  const released: string[] = [];
  const storable = list.map((teacher): teachers.StorableTeacher => ({
    name: teacher.name,
    featureDim: teacher.featureDim,
    numClasses: teacher.numClasses,
    view: teacher.view,
    spec: () => teacher.spec(),
    see: (images) => teacher.see(images),
    release: () => void released.push(teacher.name),
  }));
  await teachers.fill(new teachers.Store({ root: other.path }), {
    ...small,
    teachers: storable,
    pixels,
    resident: "one",
  });
  assertEquals(pixels.made, 20 * 2 * 4);
  assertEquals(released, ["a", "b", "c"]);
  assertEquals(contents(other.path), contents(folder.path));
  const again = await teachers.fill(store, { ...small, teachers: list, pixels });
  // The teacher that is a function is asked about one image, to see that it is the same one.
  assertEquals([again.computed, again.missingBytes, pixels.made], [0, 0, 20 * 2 * 4 + 1]);
});

test("parts make the whole, and a part says what it lacks", async () => {
  using folder = temporaryFolder();
  using whole = temporaryFolder();
  const teacher = describer();
  using _ = freed(teacher);
  const pixels = new Numbers(37, 2);
  const options = { ...small, teachers: [teacher], pixels };
  await teachers.fill(new teachers.Store({ root: whole.path }), options);
  const store = new teachers.Store({ root: folder.path });
  const filled = await teachers.fill(store, { ...options, part: { index: 1, of: 3 } });
  // Shards of 8, 8, 8, 8 and 5 images, twice: the middle third of 74 has the middles of four.
  assertEquals([filled.computed, filled.beside], [4, null]);
  {
    using entry = await entryOf(store, teacher, pixels);
    assertEquals([entry.complete, entry.has(0), entry.has(2)], [false, false, false]);
    assertEquals(entry.missing().length, 6);
  }
  assertEquals(store.list()[0].complete, 0.4);
  const part = { index: 1, of: 3 };
  assertEquals((await teachers.estimateFill(store, { ...options, part })).missingShards, 0);
  await teachers.fill(store, { ...options, part: { index: 0, of: 3 } });
  await teachers.fill(store, { ...options, part: { index: 2, of: 3 } });
  assertEquals(contents(folder.path), contents(whole.path));
  for (const part of [{ index: 3, of: 3 }, { index: -1, of: 3 }, { index: 0.5, of: 2 }]) {
    await assertRejects(() => teachers.fill(store, { ...options, part }), ArgumentError, "part");
  }
});

test("an aborted filling keeps its shards and goes on where it stopped", async () => {
  using folder = temporaryFolder();
  using whole = temporaryFolder();
  const teacher = describer();
  using _ = freed(teacher);
  const pixels = new Numbers(37);
  const options = { ...small, teachers: [teacher], pixels };
  await teachers.fill(new teachers.Store({ root: whole.path }), options);
  const store = new teachers.Store({ root: folder.path });
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = (done: number) => {
    seen.push(done);
    if (done === 20) stop.abort(new Error("enough"));
  };
  await assertRejects(
    () => teachers.fill(store, { ...options, onProgress, signal: stop.signal }),
    Error,
    "enough",
  );
  assertEquals(seen, [4, 8, 12, 16, 20]);
  assertEquals(shardsBelow(folder.path).length, 2);
  const filled = await teachers.fill(store, options);
  assertEquals([filled.computed, filled.missingOutputs], [3, 21]);
  assertEquals(contents(folder.path), contents(whole.path));
});

test("the size is told before, and is that of the files", async () => {
  using folder = temporaryFolder();
  const [one, other] = [describer(), voter()];
  using _ = freed(one, other);
  const options = { ...small, teachers: [one, other], pixels: new Numbers(37, 2) };
  const store = new teachers.Store({ root: `${folder.path}/store` });
  const estimate = await teachers.estimateFill(store, options);
  assertEquals(store.list(), []);
  assertEquals([estimate.missingShards, estimate.missingOutputs], [20, 148]);
  assertEquals(estimate.bytes, estimate.missingBytes);
  let told: teachers.FillEstimate | undefined;
  await teachers.fill(store, { ...options, onStart: (estimate) => told = estimate });
  assertEquals(told!.missingBytes, estimate.missingBytes);
  const numbers = 2 * 37 * 2 * (WIDTH + 16 + CLASSES);
  assertEquals(estimate.bytes, numbers + 20 * 352);
  assert(store.bytes > numbers && store.bytes < estimate.bytes + 4096, `${store.bytes}`);
  assertEquals((await teachers.estimateFill(store, options)).missingBytes, 0);
});

test("NaN, infinity and what float16 cannot hold end the filling, and name the teacher", async () => {
  using folder = temporaryFolder();
  const store = new teachers.Store({ root: folder.path });
  const pixels = new Numbers(20);
  const scaled = (name: string, factor: number) =>
    teachers.descriptive({
      name,
      featureDim: 16,
      features: (images) => images.flatten(1).mul(factor),
    });
  for (const factor of [NaN, Infinity]) {
    const error = await assertRejects(
      () => teachers.fill(store, { ...small, teachers: [scaled("sick", factor)], pixels }),
      TrainingError,
      '"sick" are not finite',
    );
    assert(/leave the teacher out/.test(error.message));
  }
  const large = { ...small, teachers: [scaled("loud", 1e5)], pixels };
  await assertRejects(() => teachers.fill(store, large), TrainingError, 'Store them as "float32"');
  assertEquals((await teachers.fill(store, { ...large, dtype: "float32" })).computed, 3);
});

test("an image that cannot be had ends the filling; finished shards stay", async () => {
  using folder = temporaryFolder();
  const teacher = describer();
  using _ = freed(teacher);
  const store = new teachers.Store({ root: folder.path });
  class Broken extends Numbers {
    broken = true;
    override pixelsOf(indices: Int32Array, variant: number) {
      if (this.broken && indices.includes(18)) throw new TypeError("cannot decode 18.png");
      return super.pixelsOf(indices, variant);
    }
  }
  const pixels = new Broken(37);
  const options = { ...small, teachers: [teacher], pixels };
  await assertRejects(
    () => teachers.fill(store, options),
    FormatError,
    "The images 16 to 19 cannot be had: cannot decode 18.png",
  );
  assertEquals(shardsBelow(folder.path).length, 2);
  pixels.broken = false;
  assertEquals((await teachers.fill(store, options)).computed, 3);
});

test("what cannot be stored, or was not, is refused", async () => {
  using folder = temporaryFolder();
  const teacher = describer();
  using _ = freed(teacher);
  const store = new teachers.Store({ root: folder.path });
  const pixels = new Numbers(20, 2);
  const refuse = (options: Partial<teachers.FillOptions>, words: string) =>
    assertRejects(
      () => teachers.fill(store, { ...small, teachers: [teacher], pixels, ...options }),
      ArgumentError,
      words,
    );
  await refuse({ teachers: [] }, "No teacher");
  await refuse({ batchSize: 0 }, "batchSize");
  await refuse({ shardImages: 12 }, "power of two");
  await refuse({ variants: 0 }, "variants");
  await refuse({ pixels: new Numbers(20, null) }, "views: K");
  await refuse({ dtype: "int8" as "float16" }, '"float16" or "float32"');
  await refuse({ resident: "two" as "one" }, "resident");
  const random = Object.assign(new Numbers(20), {
    pixelSpec: () => Promise.resolve({ transform: null }),
  });
  await refuse({ pixels: random }, "other pixels each time");
  const lying: teachers.StorableTeacher = {
    name: "liar",
    featureDim: 3,
    numClasses: null,
    view: null,
    spec: () => "liar",
    see: teacher.see.bind(teacher),
    release: () => {},
  };
  await refuse({ teachers: [lying] }, 'Teacher "liar" gave features of the shape [4, 12]');
  assertThrows(() => new teachers.Store({ root: folder.path, maxBytes: 0 }), ArgumentError);
  await teachers.fill(store, { ...small, teachers: [teacher], pixels });
  const entry = await entryOf(store, teacher, pixels);
  assertThrows(() => entry.rows(2, Int32Array.of(0)), IndexError, "variants 0 to 1");
  assertThrows(() => entry.rows(0, Int32Array.of(3, 20)), IndexError, "asked for was 20");
  assertThrows(() => entry.rows(0, Int32Array.of(-1)), IndexError, "asked for was -1");
  entry.dispose();
  assertThrows(() => entry.rows(0, Int32Array.of(1)), ArgumentError, "disposed");
});

test("other weights, pixels or dtypes are other entries", async () => {
  using folder = temporaryFolder();
  const [one, same, other] = [describer("t", 1), describer("t", 1), describer("t", 3)];
  using _ = freed(one, same, other);
  const store = new teachers.Store({ root: folder.path });
  const pixels = new Numbers(20);
  const base = { ...small, pixels, data: "twenty" };
  assertEquals((await teachers.fill(store, { ...base, teachers: [one] })).computed, 3);
  assertEquals((await teachers.fill(store, { ...base, teachers: [same] })).computed, 0);
  assertEquals((await teachers.fill(store, { ...base, teachers: [other] })).computed, 3);
  const more = { ...base, teachers: [one], pixels: new Numbers(20, 1, "others") };
  assertEquals((await teachers.fill(store, more)).computed, 3);
  assertEquals(
    (await teachers.fill(store, { ...base, teachers: [one], dtype: "float32" })).computed,
    3,
  );
  const list = store.list();
  assertEquals(list.length, 4);
  for (const { teacher, data, images, variants, complete, lastUsed, problem } of list) {
    assertEquals([teacher, data, images, variants, complete, problem], [
      "t",
      "twenty",
      20,
      1,
      1,
      null,
    ]);
    assert(Date.now() - lastUsed!.getTime() < 60_000);
  }
});

test("a function that is another one of the same name is not taken for the one that was asked", async () => {
  using folder = temporaryFolder();
  const store = new teachers.Store({ root: folder.path });
  const base = { ...small, pixels: new Numbers(20) };
  await teachers.fill(store, { ...base, teachers: [voter("voter", 2)] });
  assertEquals(
    (await teachers.fill(store, { ...base, teachers: [voter("voter", 2)] })).computed,
    0,
  );
  await assertRejects(
    () => teachers.fill(store, { ...base, teachers: [voter("voter", 3)] }),
    StoreError,
    "Give it another name",
  );
});

test("a photograph that cannot be decoded ends the filling by its name", async () => {
  using folder = temporaryFolder();
  using photos = temporaryFolder();
  for (const [i, name] of ["a", "b", "c", "d"].entries()) {
    Deno.mkdirSync(`${photos.path}/class`, { recursive: true });
    const png = encode({ width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(i * 60) });
    Deno.writeFileSync(`${photos.path}/class/${name}.png`, name === "c" ? png.slice(0, 50) : png);
  }
  using dataset = new data.ImageFolder(photos.path, {
    part: { kind: "whole", size: 4 },
    workers: 1,
  });
  const pixels = new data.Loader(dataset, { batchSize: 1, views: 1 });
  const store = new teachers.Store({ root: `${folder.path}/store` });
  const gray = teachers.descriptive({
    name: "gray",
    featureDim: 16,
    features: (images) => images.mean(1).flatten(1),
  });
  const options = { shardImages: 1, batchSize: 1, teachers: [gray], pixels };
  await assertRejects(() => teachers.fill(store, options), ApprenticeError, "c.png");
  assertEquals(shardsBelow(folder.path).length, 2);
});

test("a disk without room is told before anything is computed", async () => {
  using folder = temporaryFolder();
  const teacher: teachers.StorableTeacher = {
    name: "wide",
    featureDim: 2 ** 40,
    numClasses: null,
    view: null,
    spec: () => "wide",
    see: () => {
      throw new Error("was asked");
    },
    release: () => {},
  };
  const store = new teachers.Store({ root: folder.path });
  await assertRejects(
    () => teachers.fill(store, { teachers: [teacher], pixels: new Numbers(2000) }),
    FileError,
    "No room for the store",
  );
});
