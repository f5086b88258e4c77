import { assert, assertEquals } from "@std/assert";
import * as teachers from "../../../src/teachers/mod.ts";
import { test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { contents, describer, freed, Numbers, shardsBelow, voter } from "./stores.ts";

/** How often a filling is killed; more with APPRENTICE_KILLS=40. */
const KILLS = Number(Deno.env.get("APPRENTICE_KILLS") ?? 10);
const IMAGES = 100;
const VIEWS = 2;

interface Child {
  readonly process: Deno.ChildProcess;
  /** Waits until it has written a line that begins with some words; returns the line. */
  said(words: string): Promise<string>;
}

function start(root: string, slow: number, ...more: string[]): Child {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("child.ts", import.meta.url).pathname,
      root,
      String(IMAGES),
      String(VIEWS),
      String(slow),
      ...more,
    ],
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

/** Fills a store in this process, undisturbed. */
async function undisturbed(): Promise<Record<string, string>> {
  using folder = temporaryFolder();
  const list = [describer(), voter()];
  using _ = freed(...list);
  const options = { shardImages: 8, batchSize: 4, teachers: list };
  await teachers.fill(new teachers.Store({ root: folder.path }), {
    ...options,
    pixels: new Numbers(IMAGES, VIEWS),
  });
  return contents(folder.path);
}

test("two processes that fill one store share the work, and give the bytes of one", async () => {
  using folder = temporaryFolder();
  const children = [start(folder.path, 5), start(folder.path, 5)];
  const computed = await Promise.all(
    children.map(async (child) => Number((await child.said("computed")).split(" ")[1])),
  );
  for (const { process } of children) assertEquals((await process.status).code, 0);
  assertEquals(computed[0] + computed[1], 52);
  assertEquals(contents(folder.path), await undisturbed());
});

test(`a filling that is killed ${KILLS} times at random moments ends with the same bytes`, async () => {
  using folder = temporaryFolder();
  let grew = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const before = shardsBelow(folder.path).length;
    const child = start(folder.path, 3);
    await child.said("begun");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2000 / KILLS));
    try {
      child.process.kill("SIGKILL");
    } catch {
      // It was done already.
    }
    await child.process.status;
    await child.said("never").catch(() => {});
    if (shardsBelow(folder.path).length > before) grew++;
  }
  assert(grew > 0, "No filling came as far as a shard.");
  const child = start(folder.path, 0);
  await child.said("computed");
  assertEquals((await child.process.status).code, 0);
  assertEquals(contents(folder.path), await undisturbed());
});

test("what a living process has open is not evicted; what a dead one had is", async () => {
  using folder = temporaryFolder();
  const store = new teachers.Store({ root: folder.path });
  await teachers.fill(store, {
    shardImages: 8,
    batchSize: 4,
    teachers: [voter()],
    pixels: new Numbers(IMAGES, VIEWS),
  });
  const child = start(folder.path, 0, "hold");
  await child.said("held");
  assertEquals(store.prune(0).shards, 0);
  child.process.kill("SIGKILL");
  await child.process.status;
  await child.said("never").catch(() => {});
  assertEquals(store.prune(0).shards, 26);
});
