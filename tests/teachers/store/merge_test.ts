import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type ApprenticeError,
  ArgumentError,
  FileError,
  StoreError,
} from "../../../src/base/errors.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { contents, describer, freed, Numbers, pixelsOf, shardsBelow, voter } from "./stores.ts";

const small = { shardImages: 8, batchSize: 4 } as const;

/** Two stores of two parts each, and a third for all of it. */
async function halves(folder: string, views = 2): Promise<[string, string, teachers.Store]> {
  const list = [describer(), voter()];
  using _ = freed(...list);
  const roots = [`${folder}/a`, `${folder}/b`] as const;
  for (const [index, root] of roots.entries()) {
    const options = { ...small, teachers: list, pixels: new Numbers(40, views) };
    await teachers.fill(new teachers.Store({ root }), { ...options, part: { index, of: 2 } });
  }
  return [...roots, new teachers.Store({ root: `${folder}/all` })];
}

/** Everything below a folder but what says when and who. */
function everything(folder: string): unknown {
  try {
    return {
      files: contents(folder),
      entries: new teachers.Store({ root: folder }).list().map(({ id }) => id),
    };
  } catch {
    return null;
  }
}

test("rows of a merged store are what the teachers say; merging again copies nothing", async () => {
  using folder = temporaryFolder();
  const [a, b, store] = await halves(folder.path);
  const before = [everything(a), everything(b)];
  const merged = await teachers.mergeStores(store, [a, b]);
  assertEquals([merged.copied, merged.same], [20, 0]);
  assertEquals(
    merged.bytes,
    shardsBelow(store.root).reduce((sum, path) => sum + Deno.statSync(path).size, 0),
  );
  assertEquals([everything(a), everything(b)], before);
  assertEquals((await store.verify()).damaged, []);
  const teacher = describer();
  using _ = freed(teacher);
  const description = await teachers.describeEntry(teacher, new Numbers(40, 2), small);
  using entry = store.find(description)!;
  torch.scope(() => {
    const indices = Int32Array.of(4, 5, 6, 7);
    const live = teacher.run(pixelsOf(indices, 1)).features.to("float16").to("float32");
    assertEquals(entry.rows(1, indices).features.toArray(), live.toArray());
  });
  const again = await teachers.mergeStores(store, [a, b]);
  assertEquals([again.copied, again.bytes, again.same], [0, 0, 20]);
  // A part that is lost is taken from whoever has it.
  Deno.removeSync(shardsBelow(store.root)[3]);
  assertEquals((await teachers.mergeStores(store, [b, a])).copied, 1);
});

/** Ways in which a merge is wrong, and the words that it is refused with. */
const wrong: Record<string, {
  change: (a: string, b: string, store: teachers.Store) => unknown;
  words: RegExp;
  error?: typeof ApprenticeError;
  from?: (a: string, b: string, store: teachers.Store) => string[];
  options?: teachers.MergeOptions;
}> = {
  "other numbers in the same rows": {
    change: async (_, b) => {
      Deno.removeSync(b, { recursive: true });
      // A function is known by its name alone: this one is another.
      const options = { ...small, teachers: [voter("voter", 3)], pixels: new Numbers(40, 2) };
      await teachers.fill(new teachers.Store({ root: b }), options);
    },
    words:
      /do not say the same: of image \d in variant 0, logits \d of teacher "voter" is -?\d.* and -?\d.*; allowed is 0\./,
  },
  "a damaged shard": {
    change: (_, b) => Deno.truncateSync(shardsBelow(b)[0], 100),
    words: /The shard .*b.*safetensors is not used/,
  },
  "another version": {
    change: (_, b) => {
      const path = `${new teachers.Store({ root: b }).list()[0].folder}/entry.json`;
      Deno.writeTextFileSync(
        path,
        Deno.readTextFileSync(path).replace('"version":1', '"version":7'),
      );
    },
    words: /is of version 7 of the store; this package reads version 1/,
  },
  "other shards": {
    change: async (_, b) => {
      Deno.removeSync(b, { recursive: true });
      const options = { shardImages: 16, batchSize: 4, teachers: [voter()] };
      await teachers.fill(new teachers.Store({ root: b }), {
        ...options,
        pixels: new Numbers(40, 2),
      });
    },
    words: /has shards of 16 images, and .* of 8/,
  },
  "parts of other pixels": {
    change: async (_, b) => {
      Deno.removeSync(b, { recursive: true });
      await teachers.fill(new teachers.Store({ root: b }), {
        ...small,
        teachers: [voter()],
        pixels: new Numbers(40, 2, "letters"),
        part: { index: 1, of: 2 },
      });
    },
    words: /of other recipes: .* pixels\.name is "numbers" there and "letters" here/,
  },
  "a file that is no shard of it": {
    change: (_, b) => {
      const [path] = shardsBelow(b);
      Deno.copyFileSync(path, path.replace(/\d{5}\.safetensors/, "00077.safetensors"));
    },
    words: /00077\.safetensors is no shard of its entry, which has 2 variants of 40 images/,
  },
  "no store": {
    change: (_, b) => {
      Deno.removeSync(b, { recursive: true });
      Deno.mkdirSync(b);
    },
    words: /There is no store in .*b: it has no entry/,
  },
  "a folder twice": {
    change: (a, b) => Deno.symlinkSync(a, `${b}-link`),
    from: (a, b) => [a, `${b}-link`],
    error: ArgumentError,
    words: /b-link is given twice, also as .*a\./,
  },
  "the store among the others": {
    change: () => {},
    from: (a, _, store) => [a, store.root],
    error: ArgumentError,
    words: /all is given twice/,
  },
  "nothing": { change: () => {}, from: () => [], error: ArgumentError, words: /No store is given/ },
  "no tolerance": {
    change: () => {},
    options: { tolerance: NaN },
    error: ArgumentError,
    words: /got NaN/,
  },
};

for (const [what, { change, words, error = StoreError, from, options }] of Object.entries(wrong)) {
  test(`${what}: the merge is refused, and nothing is changed`, async () => {
    using folder = temporaryFolder();
    const [a, b, store] = await halves(folder.path);
    // Something is there already.
    await teachers.fill(store, {
      ...small,
      teachers: [voter("third")],
      pixels: new Numbers(16),
    });
    await change(a, b, store);
    const before = [a, b, store.root].map(everything);
    const given = from?.(a, b, store) ?? [a, b];
    const refused = await assertRejects(() => teachers.mergeStores(store, given, options), error);
    assert(words.test(refused.message), refused.message);
    assertEquals([a, b, store.root].map(everything), before);
  });
}

test("numbers that differ by rounding are joined if that is allowed, and the first are kept", async () => {
  using folder = temporaryFolder();
  const pixels = new Numbers(40);
  const scaled = (factor: number) =>
    teachers.descriptive({
      name: "pixels",
      featureDim: 16,
      features: (images) => images.flatten(1).mul(factor),
    });
  const roots = [1, 1.001, 1.1].map((factor) => `${folder.path}/by-${factor}`);
  for (const [i, factor] of [1, 1.001, 1.1].entries()) {
    const options = { ...small, teachers: [scaled(factor)], pixels };
    await teachers.fill(new teachers.Store({ root: roots[i] }), {
      ...options,
      ...(i === 0 && { part: { index: 0, of: 2 } }),
    });
  }
  const store = new teachers.Store({ root: `${folder.path}/all` });
  const [first, near, far] = roots;
  await assertRejects(() => teachers.mergeStores(store, [first, near]), StoreError, "allowed is 0");
  const tolerance = 0.002;
  await assertRejects(
    () => teachers.mergeStores(store, [first, far], { tolerance }),
    StoreError,
    "0.100 of the largest number apart",
  );
  const merged = await teachers.mergeStores(store, [first, near], { tolerance });
  assertEquals([merged.copied, merged.same], [5, 2]);
  using entry = store.find(await teachers.describeEntry(scaled(1), pixels, small))!;
  torch.scope(() => {
    for (const [image, factor] of [[0, 1], [15, 1], [16, 1.001], [39, 1.001]]) {
      const indices = Int32Array.of(image);
      const wanted = pixelsOf(indices, 0).flatten(1).mul(factor).to("float16").to("float32");
      assertEquals(entry.rows(0, indices).features.toArray(), wanted.toArray());
    }
  });
});

test("parts of other recipes are joined side by side if that is wanted", async () => {
  using folder = temporaryFolder();
  const roots = ["numbers", "letters"].map((name) => `${folder.path}/${name}`);
  for (const [index, root] of roots.entries()) {
    await teachers.fill(new teachers.Store({ root }), {
      ...small,
      teachers: [voter()],
      pixels: new Numbers(40, 1, root.split("/").at(-1)),
      part: { index, of: 2 },
    });
  }
  const store = new teachers.Store({ root: `${folder.path}/all` });
  await assertRejects(() => teachers.mergeStores(store, roots), StoreError, "others: true");
  const merged = await teachers.mergeStores(store, roots, { others: true });
  assertEquals(merged.entries.map(({ complete }) => complete < 1), [true, true]);
});

test("a merge that is stopped goes on where it was", async () => {
  using folder = temporaryFolder();
  const [a, b, store] = await halves(folder.path);
  const stop = new AbortController();
  const onProgress = (done: number, total: number) => {
    assertEquals(total, 40);
    if (done === 27) stop.abort(new Error("enough"));
  };
  await assertRejects(
    () => teachers.mergeStores(store, [a, b], { onProgress, signal: stop.signal }),
    Error,
    "enough",
  );
  assertEquals(shardsBelow(store.root).length, 7);
  assertEquals((await teachers.mergeStores(store, [a, b])).copied, 13);
  assertEquals(store.list().map(({ complete }) => complete), [1, 1]);
});

test("a merge that is killed at random moments goes on, and leaves nothing behind", async () => {
  using folder = temporaryFolder();
  const [a, b, store] = await halves(folder.path);
  const script = new URL("merge_child.ts", import.meta.url).pathname;
  for (let kill = 0; kill < 3; kill++) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, store.root, a, b],
      stdout: "piped",
    }).spawn();
    // Half of the steps read, and the other half copy.
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (!text.includes("begun")) continue;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      try {
        child.kill("SIGKILL");
      } catch {
        // It was done already.
      }
    }
    await child.status;
  }
  await teachers.mergeStores(store, [a, b]);
  assertEquals(store.list().map(({ complete }) => complete), [1, 1]);
  assertEquals(contents(store.root), { ...contents(a), ...contents(b) });
});

test("a store whose bound leaves no room for the others is refused", async () => {
  using folder = temporaryFolder();
  const [a, b] = await halves(folder.path);
  const store = new teachers.Store({ root: `${folder.path}/all`, maxBytes: 1000 });
  await assertRejects(() => teachers.mergeStores(store, [a, b]), StoreError, "may have 1.0 kB");
  assertEquals(everything(store.root), null);
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  const nowhere = new teachers.Store({ root: `${folder.path}/file/all` });
  await assertRejects(() => teachers.mergeStores(nowhere, [a]), FileError);
});
