import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, StoreError } from "../../../src/base/errors.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import { test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { Numbers, shardsBelow, voter } from "./stores.ts";

const small = { shardImages: 8, batchSize: 4 } as const;

/** Pretends that all variants of an entry were last used some hours ago. */
function age(folder: string, hours: number): void {
  const then = Date.now() / 1000 - 3600 * hours;
  for (const { name } of Deno.readDirSync(folder)) {
    if (name.startsWith("variant")) Deno.utimeSync(`${folder}/${name}/used`, then, then);
  }
}

/** A store of three teachers' outputs, last used 1, 3 and 2 hours ago. */
async function filled(root: string) {
  const store = new teachers.Store({ root });
  const pixels = new Numbers(24, 2);
  const list = ["one", "three", "two"].map((name, i) => voter(name, i));
  await teachers.fill(store, { ...small, teachers: list, pixels });
  const folders: Record<string, string> = {};
  for (const { teacher, folder } of store.list()) folders[teacher] = folder;
  age(folders.one, 1);
  age(folders.two, 2);
  age(folders.three, 3);
  const there = () =>
    Object.fromEntries(store.list().map(({ teacher, complete }) => [teacher, complete]));
  return { store, pixels, list, folders, there };
}

test("what was used least lately goes first, shard by shard", async () => {
  using folder = temporaryFolder();
  const { store, there } = await filled(folder.path);
  const before = store.bytes;
  assertEquals(store.prune(before).shards, 0);
  const { after, shards } = store.prune(before - 1);
  assertEquals([shards, after], [1, store.bytes]);
  assertEquals(there(), { one: 1, two: 1, three: 5 / 6 });
  assertEquals(
    shardsBelow(folder.path).filter((path) => path.endsWith("00002.safetensors")).length,
    5,
  );
  store.prune(before / 2);
  const left = there();
  assert(left.one === 1 && left.two > 0 && left.two < 1 && left.three === undefined, `${left.two}`);
  store.prune(0);
  assertEquals(store.list(), []);
  assertThrows(() => store.prune(-1), ArgumentError);
  assertThrows(() => store.prune(NaN), ArgumentError);
});

test("reading notes the use, and what is open stays", async () => {
  using folder = temporaryFolder();
  const { store, pixels, list, there } = await filled(folder.path);
  const entry = store.find(await teachers.describeEntry(list[1], pixels, small))!;
  store.prune(0);
  assertEquals(there(), { three: 1 });
  entry.dispose();
  store.prune(0);
  assertEquals(there(), {});
});

test("a store's bound makes room for what is filled, or says that it cannot", async () => {
  using folder = temporaryFolder();
  const { store, pixels, there } = await filled(folder.path);
  const maxBytes = store.bytes + 500; // A head is estimated, and the fourth has an entry.json first.
  const bounded = new teachers.Store({ root: folder.path, maxBytes });
  const fourth = { ...small, teachers: [voter("four", 9)], pixels };
  await teachers.fill(bounded, fourth);
  assert(bounded.bytes <= maxBytes, `${bounded.bytes} of ${maxBytes}`);
  const left = there();
  assertEquals([left.one, left.two, left.four], [1, 1, 1]);
  const tight = new teachers.Store({ root: folder.path, maxBytes: 2000 });
  const more = { ...small, teachers: [voter("five", 10)], pixels };
  await assertRejects(() => teachers.fill(tight, more), StoreError, "Raise maxBytes");
  assertEquals([there().one, there().two, there().four], [1, 1, 1]);
});
