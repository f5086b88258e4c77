// Threads that a decoder blocks.
import { assertEquals, assertRejects } from "@std/assert";
import { DecodeNotes, DecodeWatch } from "../../../src/data/images/decode_watch.ts";
import * as data from "../../../src/data/mod.ts";
import { FormatError } from "../../../src/base/errors.ts";
import * as torch from "../../../src/torch/mod.ts";
import { test } from "../../helpers.ts";
import { picture, withFiles } from "./pictures.ts";

test("a watch tells which images took longer than a limit", () => {
  const watch = new DecodeWatch(2);
  const notes = new DecodeNotes(watch.memory);
  assertEquals(watch.overdue(0, 10), []);
  notes.begin(0, 5);
  notes.begin(1, 0);
  assertEquals(watch.overdue(1, 10), []);
  notes.end(1);
  assertEquals(watch.overdue(11, 10), []);
  assertEquals(watch.overdue(12, 10), [5]);
  // The same row again is another task.
  notes.begin(0, 5);
  assertEquals(watch.overdue(13, 10), []);
  notes.begin(1, 7);
  assertEquals(watch.overdue(14, 10), []);
  assertEquals(watch.overdue(30, 10), [5, 7]);
});

test("an image that blocks its thread is named, and the others are decoded by another thread", async () => {
  // Text takes long to become numbers, and nothing else comes to its turn meanwhile.
  const text = new TextEncoder().encode("P2\n5000 8000 1\n");
  const long = new Uint8Array(text.length + 2 * 5000 * 8000).fill(32);
  for (let at = text.length; at < long.length; at += 2) long[at] = 48;
  long.set(text);
  const files: Record<string, Uint8Array | string> = { "a/long.pgm": long };
  for (let i = 0; i < 20; i++) files[`a/${i + 10}.pgm`] = `P2 1 1 255 ${i}`;
  await withFiles(files, async (root) => {
    const options = { workers: 1, part: { kind: "whole", size: 1 }, timeLimit: 0.05 } as const;
    const all = Int32Array.from({ length: 21 }, (_, i) => i);
    using strict = new data.ImageFolder(root, options);
    await assertRejects(
      () => strict.batch(all),
      FormatError,
      "a/long.pgm: decoding took longer than 0.05 seconds",
    );
    using lenient = new data.ImageFolder(root, { ...options, onError: "skip", onSkip: () => {} });
    using batch = await lenient.batch(all);
    const values = torch.scope(() => batch.pixels.flatten(1).select(1, 0).toArray() as number[]);
    assertEquals(values, [...Array.from({ length: 20 }, (_, i) => i), 0]);
    assertEquals([...lenient.skipped.keys()], [20]);
  });
});

test("time in which the thread that decodes was busy with something else is not the image's", async () => {
  await withFiles({ "a/1.png": picture("color.png") }, async (root) => {
    // The first has sharp loaded.
    using once = new data.ImageFolder(root, { workers: 0, timeLimit: 10 });
    using _first = await once.batch(Int32Array.of(0));
    using photos = once.subset([0, 0, 0], { timeLimit: 0.2 });
    using warm = await photos.batch(Int32Array.of(0));
    assertEquals(warm.images.size(0), 1);
    const batch = photos.batch(Int32Array.of(0, 1, 2));
    // Decoding has begun, and not come far, when a long step begins.
    for (let turn = 0; turn < 20; turn++) await null;
    const until = performance.now() + 400;
    while (performance.now() < until);
    using done = await batch;
    assertEquals(done.images.size(0), 3);
  });
});
