import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../../src/base/errors.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import { blockOf, shareOf } from "../../../src/teachers/store/shares.ts";
import { shardPlaces, shardRange } from "../../../src/teachers/store/layout.ts";
import { test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { contents, describer, freed, Numbers, shardsBelow, voter } from "./stores.ts";

const IMAGES = 100;
const VIEWS = 2;
/** Two teachers, two variants, thirteen shards of at most eight images. */
const SHARDS = 52;

/** The sizes of an entry that is cut so. */
function sizes(images: number, variants: number, shardImages: number): teachers.EntrySizes {
  return { images, variants, shardImages, featureDim: 4, numClasses: null, dtype: "float16" };
}

Deno.test("whatever the images, variants, cuts and machines, each shard is in one share", () => {
  let checked = 0;
  for (let seed = 0; seed < 60; seed++) {
    // Numbers that jump about: a generator of Park and Miller's.
    let state = seed * 7919 + 1;
    const draw = (below: number) => (state = state * 48271 % 2147483647) % below;
    const images = 1 + draw(1000);
    const variants = 1 + draw(4);
    const entries = Array.from(
      { length: 1 + draw(5) },
      () => sizes(images, variants, 2 ** draw(11)),
    );
    const of = 1 + draw(40);
    const counted = entries.map(() => new Map<string, number>());
    const imagesOf: number[] = [];
    for (let index = 0; index < of; index++) {
      const share = shareOf(entries, { index, of });
      let count = 0;
      for (const [entry, places] of share.entries()) {
        for (const place of places) {
          const name = `${place.variant} ${place.shard}`;
          counted[entry].set(name, (counted[entry].get(name) ?? 0) + 1);
          const { begin, end } = shardRange(entries[entry], place.shard);
          count += end - begin;
        }
      }
      imagesOf.push(count);
    }
    for (const [entry, counts] of counted.entries()) {
      assert(counts.size === shardPlaces(entries[entry]).length);
      assert([...counts.values()].every((count) => count === 1));
    }
    // No share is further from an equal one than a shard at either end.
    const equal = images * variants * entries.length / of;
    const most = Math.min(blockOf(entries), images);
    for (const count of imagesOf) assert(Math.abs(count - equal) <= most, `${count} of ${equal}`);
    checked++;
  }
  assertEquals(checked, 60);
});

Deno.test("a share is a stretch of the images, and of the teachers where there are fewer blocks than machines", () => {
  const entries = [sizes(8192, 1, 1024), sizes(8192, 1, 2048)];
  const read = (of: number) =>
    Array.from(
      { length: of },
      (_, index) =>
        shareOf(entries, { index, of }).map((places, entry) =>
          places.map(({ shard }) => shardRange(entries[entry], shard)).map(({ begin, end }) =>
            `${begin}-${end}`
          ).join(" ")
        ),
    );
  assertEquals(read(2), [
    ["0-1024 1024-2048 2048-3072 3072-4096", "0-2048 2048-4096"],
    ["4096-5120 5120-6144 6144-7168 7168-8192", "4096-6144 6144-8192"],
  ]);
  assertEquals(read(8).slice(0, 4), [
    ["0-1024 1024-2048", ""],
    ["", "0-2048"],
    ["2048-3072 3072-4096", ""],
    ["", "2048-4096"],
  ]);
  for (const [index, of] of [[2, 2], [-1, 2], [0, 0], [0.5, 2], [0, 100_001]]) {
    const error = assertThrows(() => shareOf(entries, { index, of }), ArgumentError);
    assert(error.message.includes(`got ${index} of ${of}`), error.message);
  }
});

interface Child {
  readonly process: Deno.ChildProcess;
  /** Waits until it has written a line that begins with some words; returns the line. */
  said(words: string): Promise<string>;
}

function start(root: string, slow: number, ...part: (number | string)[]): Child {
  const script = new URL("part_child.ts", import.meta.url).pathname;
  const given = [root, IMAGES, VIEWS, slow, ...part].map(String);
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...given],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    process,
    async said(words) {
      for (;;) {
        const line = text.split("\n").slice(0, -1).find((line) => line.startsWith(words));
        if (line !== undefined) return line;
        const { value, done } = await reader.read();
        if (done) throw new Error(`The process ended and said only: ${text}`);
        text += value;
      }
    },
  };
}

/** Waits until processes are done; returns how many shards each computed. */
function computedBy(children: readonly Child[]): Promise<number[]> {
  return Promise.all(children.map(async (child) => {
    const line = await child.said("computed");
    assertEquals((await child.process.status).code, 0);
    return Number(/\d+/.exec(line)![0]);
  }));
}

/** What one machine makes of all of it. */
async function ofOne(): Promise<Record<string, string>> {
  using folder = temporaryFolder();
  const list = [describer(), voter()];
  using _ = freed(...list);
  await teachers.fill(new teachers.Store({ root: folder.path }), {
    shardImages: 8,
    batchSize: 4,
    teachers: list,
    pixels: new Numbers(IMAGES, VIEWS),
  });
  return contents(folder.path);
}

test("three processes fill three parts, in one folder and in three that are merged, with the bytes of one", async () => {
  using folder = temporaryFolder();
  const shared = `${folder.path}/shared`;
  const own = [0, 1, 2].map((part) => `${folder.path}/own-${part}`);
  const children = [0, 1, 2].map((part) => start(shared, 2, part, 3, own[part]));
  const computed = await computedBy(children);
  assertEquals(computed.reduce((sum, count) => sum + count), SHARDS);
  assert(computed.every((count) => count >= 16 && count <= 19), `${computed}`);
  assertEquals(contents(shared), await ofOne());
  assertEquals(own.map((root) => shardsBelow(root).length), computed);
  const store = new teachers.Store({ root: `${folder.path}/all` });
  const merged = await teachers.mergeStores(store, own);
  assertEquals([merged.copied, merged.same], [SHARDS, 0]);
  assertEquals(merged.entries.map(({ complete }) => complete), [1, 1]);
  assertEquals(contents(store.root), await ofOne());
});

test("a part that is killed five times is told to be missing, and done again without a shard twice", async () => {
  using folder = temporaryFolder();
  const root = folder.path;
  assertEquals(await computedBy([start(root, 0, 0, 2)]), [26]);
  for (let kill = 0; kill < 5; kill++) {
    const child = start(root, 6, 1, 2);
    await child.said("begun");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
    child.process.kill("SIGKILL");
    await child.process.status;
    await child.said("never").catch(() => {});
  }
  const list = [describer(), voter()];
  using _ = freed(...list);
  const pixels = new Numbers(IMAGES, VIEWS);
  const asked = { shardImages: 8, teachers: list, pixels, parts: 2 };
  const store = new teachers.Store({ root });
  const there = shardsBelow(root).length;
  const status = await teachers.fillStatus(store, asked);
  assertEquals(status.parts.map(({ missingShards }) => missingShards), [0, SHARDS - there]);
  assertEquals(status.entries.map(({ claimedShards }) => claimedShards), [0, 0]);
  assertEquals([status.whole, there < SHARDS], [false, true]);
  assertEquals(await computedBy([start(root, 0, "rest")]), [SHARDS - there]);
  assertEquals(contents(root), await ofOne());
  assertEquals((await teachers.fillStatus(store, asked)).whole, true);
});

test("two who are given the same part notice, and share it", async () => {
  using folder = temporaryFolder();
  const list = [describer(), voter()];
  using _ = freed(...list);
  const filling = () =>
    teachers.fill(new teachers.Store({ root: folder.path }), {
      shardImages: 8,
      batchSize: 4,
      teachers: list,
      pixels: new Numbers(IMAGES, VIEWS, "numbers", 3),
      part: { index: 0, of: 2 },
    });
  const both = await Promise.all([filling(), filling()]);
  const [first, second] = both.sort((a, b) =>
    Number(a.beside !== null) - Number(b.beside !== null)
  );
  assertEquals(first.beside, null);
  assert(
    second.beside?.startsWith(`process ${Deno.pid} on ${Deno.hostname()} since `),
    `${second.beside}`,
  );
  assertEquals(first.computed + second.computed, 26);
  assertEquals(
    contents(folder.path),
    Object.fromEntries(
      Object.entries(await ofOne()).filter(([path]) => path.includes("variant-00")),
    ),
  );
});

test("status tells ranges of images by teacher, before and after", async () => {
  using folder = temporaryFolder();
  const list = [describer(), voter()];
  using _ = freed(...list);
  const pixels = new Numbers(IMAGES, VIEWS);
  const asked = { shardImages: 8, batchSize: 4, teachers: list, pixels };
  const store = new teachers.Store({ root: folder.path });
  const before = await teachers.fillStatus(store, asked);
  assertEquals(
    before.entries.map(({ missing }) => missing),
    [0, 1].map(() => [
      { variant: 0, begin: 0, end: 100 },
      { variant: 1, begin: 0, end: 100 },
    ]),
  );
  assertEquals(before.parts, []);
  await teachers.fill(store, { ...asked, part: { index: 1, of: 4 } });
  const after = await teachers.fillStatus(store, { ...asked, parts: 4 });
  // A quarter of 400 outputs from 100 on: the block of eight images that holds the middle of the first variant.
  assertEquals(after.parts.map(({ missingShards }) => missingShards === 0), [
    false,
    true,
    false,
    false,
  ]);
  assertEquals(after.entries[0].missing, [
    { variant: 0, begin: 0, end: 48 },
    { variant: 1, begin: 0, end: 100 },
  ]);
  assertEquals(
    await estimated(store, asked),
    after.entries.reduce((sum, one) => sum + one.missingBytes, 0),
  );
});

async function estimated(store: teachers.Store, asked: teachers.FillOptions): Promise<number> {
  return (await teachers.estimateFill(store, asked)).missingBytes;
}
