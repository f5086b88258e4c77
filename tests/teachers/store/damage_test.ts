import { assert, assertEquals, assertThrows } from "@std/assert";
import { StoreError } from "../../../src/base/errors.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { contents, Numbers, shardsBelow, voter } from "./stores.ts";

const small = { shardImages: 8, batchSize: 4 } as const;

/** Ways to damage a shard, given its bytes; `other` is one of the same entry. */
const damages: Record<string, (bytes: Uint8Array, other: Uint8Array) => Uint8Array | string> = {
  "a flipped bit of the features": (bytes) => flipped(bytes, bytes.length - 100),
  "a flipped bit of the logits": (bytes) => flipped(bytes, bytes.length - 1),
  "a flipped bit of the header": (bytes) => flipped(bytes, 40),
  "a flipped bit of the header's length": (bytes) => flipped(bytes, 1),
  "a flipped bit of the checksums": (bytes) =>
    flipped(bytes, new TextDecoder("latin1").decode(bytes).indexOf("crc32:") + 20),
  "a truncated end": (bytes) => bytes.slice(0, -7),
  "a truncated header": (bytes) => bytes.slice(0, 50),
  "nothing": () => new Uint8Array(),
  "zeros, as after a power cut": (bytes) => new Uint8Array(bytes.length),
  "bytes that follow": (bytes) => new Uint8Array([...bytes, 0, 0, 0, 0]),
  "another shard's content": (_, other) => other,
  "a text": () => "not a shard",
  "a whole safetensors file without checksums": () => {
    const path = Deno.makeTempFileSync();
    torch.scope(() => torch.saveSafetensors(path, { features: torch.ones([8, 16]) }));
    const bytes = Deno.readFileSync(path);
    Deno.removeSync(path);
    return bytes;
  },
};

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] ^= 4;
  return copy;
}

for (const [what, damage] of Object.entries(damages)) {
  test(`${what}: never read, found by verify, made anew by fill`, async () => {
    using folder = temporaryFolder();
    const store = new teachers.Store({ root: folder.path });
    const teacher = voter();
    const pixels = new Numbers(30, 2);
    const options = { ...small, teachers: [teacher], pixels };
    await teachers.fill(store, options);
    const whole = contents(folder.path);
    const [, path, other] = shardsBelow(folder.path);
    const write = () => {
      const bytes = damage(Deno.readFileSync(path), Deno.readFileSync(other));
      if (typeof bytes === "string") Deno.writeTextFileSync(path, bytes);
      else Deno.writeFileSync(path, bytes);
    };
    assertEquals((await store.verify()).damaged, []);

    write();
    const description = await teachers.describeEntry(teacher, pixels, small);
    {
      using entry = store.find(description)!;
      const error = assertThrows(() => entry.rows(0, Int32Array.of(1, 9)), StoreError, path);
      assert(error.message.includes("Fill the store again"), error.message);
      torch.scope(() => assertEquals(entry.rows(0, Int32Array.of(1, 17)).features.shape, [2, 16]));
    }
    const found = await store.verify();
    assertEquals(found.damaged.map((one) => one.path), [path]);
    assertEquals([found.shards, found.removed], [8, false]);
    const filled = await teachers.fill(store, options);
    assertEquals([filled.computed, filled.repaired], [1, 1]);
    assertEquals(contents(folder.path), whole);

    write();
    assertEquals((await store.verify({ remove: true })).damaged.length, 1);
    {
      using entry = store.find(description)!;
      assertEquals(entry.missing(), [{ variant: 0, shard: 1 }]);
      assertThrows(() => entry.rows(0, Int32Array.of(9)), StoreError, "fill it");
    }
    await teachers.fill(store, options);
    assertEquals(contents(folder.path), whole);
  });
}

test("an entry of another version, or that is damaged, is told of and never used", async () => {
  using folder = temporaryFolder();
  const store = new teachers.Store({ root: folder.path });
  const teacher = voter();
  const pixels = new Numbers(20);
  const options = { ...small, teachers: [teacher], pixels };
  const description = await teachers.describeEntry(teacher, pixels, small);
  const change = (edit: (text: string) => string) => {
    const [{ folder }] = store.list();
    const path = `${folder}/entry.json`;
    Deno.writeTextFileSync(path, edit(Deno.readTextFileSync(path)));
  };
  const cases: [(text: string) => string, string][] = [
    [(text) => text.replace('"version":1', '"version":0'), "version 0"],
    [(text) => text.replace('"version":1', '"version":2'), "version 2"],
    [(text) => text.replace("apprentice-store", "other"), "another format"],
    [(text) => text.slice(0, 40), "damaged"],
    [(text) => text.replace('"images":20,"key"', '"images":-3,"key"'), "its images is -3"],
    [(text) => text.replace('"featureDim":16,"format"', '"featureDim":17,"format"'), "featureDim"],
    [(text) => text.replace('"numbers"', '"letters"'), '"letters"'],
  ];
  for (const [edit, words] of cases) {
    await teachers.fill(store, options);
    change(edit);
    for (const open of [() => store.open(description), () => store.find(description)]) {
      const error = assertThrows(open, StoreError, words);
      assert(/[Rr]emove/.test(error.message), error.message);
    }
    const [{ problem, complete }] = store.list();
    if (problem === null) Deno.removeSync(store.list()[0].folder, { recursive: true });
    else {
      assertEquals(complete, 0);
      // What nobody can read goes first, but only as far as room is wanted.
      assertEquals(store.prune(store.bytes).shards, 0);
      assertEquals(store.prune(store.bytes - 1).shards, 3);
    }
    assertEquals(store.list(), []);
  }
  await teachers.fill(store, options);
  change((text) => text.slice(0, 40));
  assertEquals((await store.verify()).damaged.length, 1);
  assertEquals(store.list().length, 1);
  await store.verify({ remove: true });
  assertEquals(store.list(), []);
});

test("entries whose teacher is another are not mixed up, whatever their folders are called", async () => {
  using folder = temporaryFolder();
  const store = new teachers.Store({ root: folder.path });
  const pixels = new Numbers(20);
  const [one, other] = [voter("one"), voter("other", 7)];
  await teachers.fill(store, { ...small, teachers: [one, other], pixels });
  const [first, second] = await Promise.all(
    [one, other].map((teacher) => teachers.describeEntry(teacher, pixels, small)),
  );
  const folderOf = (description: teachers.EntryDescription): string => {
    using entry = store.open(description);
    return entry.folder;
  };
  const [a, b] = [folderOf(first), folderOf(second)];
  Deno.removeSync(`${a}/variant-00`, { recursive: true });
  Deno.renameSync(`${b}/variant-00`, `${a}/variant-00`);
  using entry = store.find(first)!;
  assertThrows(() => entry.rows(0, Int32Array.of(1)), StoreError, "another file's content");
  Deno.copyFileSync(`${b}/entry.json`, `${a}/entry.json`);
  assertThrows(() => store.find(first), StoreError, "is of something else");
});

test("what is not the store's stays", async () => {
  using folder = temporaryFolder();
  const store = new teachers.Store({ root: folder.path });
  Deno.mkdirSync(`${folder.path}/notes`);
  Deno.writeTextFileSync(`${folder.path}/README`, "mine");
  Deno.mkdirSync(`${folder.path}/0123456789abcdef`);
  assertEquals(store.list().map(({ problem }) => problem?.includes("entry.json")), [true]);
  assertEquals((await store.verify()).damaged.length, 1);
  store.prune(0);
  assertEquals(store.list(), []);
  assertEquals(Deno.readTextFileSync(`${folder.path}/README`), "mine");
});
