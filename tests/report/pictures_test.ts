import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { addressesWithin, shrunkTo } from "../../src/report/images.ts";
import {
  exampleGallery,
  mostConfused,
  renderReport,
  type ReportBlock,
} from "../../src/train/mod.ts";

async function drawn(...blocks: ReportBlock[]): Promise<string> {
  return await renderReport({ title: "t", sections: [{ heading: "h", blocks }] });
}

/** Noise, which PNG cannot make smaller. */
function noise(width: number, height: number, channels: 1 | 3 = 3) {
  let state = width + height;
  const pixels = Uint8Array.from({ length: width * height * channels }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 16;
  });
  return { width, height, channels, pixels };
}

Deno.test("a smaller image has the means of its boxes, and keeps its shape", () => {
  const pixels = Uint8Array.of(0, 100, 10, 20, 50, 50, 30, 40);
  const small = shrunkTo({ width: 4, height: 2, channels: 1, pixels }, 2);
  assertEquals([small.width, small.height, ...small.pixels], [2, 1, 50, 25]);
  const rgb = shrunkTo({
    ...{ width: 2, height: 2, channels: 3 },
    pixels: Uint8Array.of(0, 10, 20, 10, 20, 30, 20, 30, 40, 30, 40, 50),
  }, 1);
  assertEquals([...rgb.pixels], [15, 25, 35]);
  const same = noise(20, 30);
  assert(shrunkTo(same, 30) === same);
  const flat = shrunkTo({ width: 1000, height: 1, channels: 1, pixels: new Uint8Array(1000) }, 24);
  assertEquals([flat.width, flat.height], [24, 1]);
  const odd = shrunkTo(noise(101, 67), 30);
  assertEquals([odd.width, odd.height, odd.pixels.length], [30, 20, 1800]);
});

Deno.test("images stay within the room that they have: smaller first, then fewer", () => {
  const sum = (list: string[]) => list.reduce((total, { length }) => total + length, 0);
  const images = Array.from({ length: 40 }, () => noise(200, 150));
  for (const bytes of [4_000_000, 500_000, 200_000]) {
    const addresses = addressesWithin(images, bytes);
    assertEquals(addresses.length, 40, `${bytes}`);
    assert(sum(addresses) <= bytes && sum(addresses) > bytes / 3, `${sum(addresses)} of ${bytes}`);
  }
  const few = addressesWithin(images, 20_000);
  assert(few.length > 5 && few.length < 40 && sum(few) <= 20_000, `${few.length}`);
  assertEquals(addressesWithin([], 0), []);
  assertEquals(addressesWithin(images.slice(0, 2), 10), []);
});

Deno.test("a page with many large photographs, or a thousand small ones, stays below 2 MB", async () => {
  const photo = noise(640, 480);
  const gallery = (count: number): ReportBlock => ({
    kind: "gallery",
    title: `${count} photographs`,
    images: Array.from({ length: count }, (_, i) => ({ ...photo, caption: `no. ${i}` })),
  });
  const page = await drawn(gallery(40), gallery(30));
  assert(page.length < 2_000_000 && page.length > 300_000, `${page.length}`);
  assertEquals(page.match(/<img/g)?.length, 70);
  const small = noise(32, 32);
  const many = await drawn({
    kind: "gallery",
    title: "many",
    images: Array.from({ length: 1000 }, () => ({ ...small, caption: "x" })),
  });
  assert(many.length < 2_000_000, `${many.length}`);
  assertStringIncludes(many, "of 1000 images: there is no room for more");
});

Deno.test("examples: wrong ones first, marked by word, with classes and probability", async () => {
  const pixels = { width: 1, height: 1, channels: 1 as const, pixels: Uint8Array.of(9) };
  const gallery = exampleGallery([
    { ...pixels, truth: "cat", predicted: "cat", probability: 0.934 },
    { ...pixels, truth: "cat", predicted: "dog", probability: NaN },
    { ...pixels, truth: null, predicted: "bird" },
  ], { title: "Test images" });
  assertEquals(gallery.images.map(({ caption, tone, details }) => [caption, tone, details]), [
    ["dog", "bad", [["probability", "–"], ["true class", "cat"]]],
    ["cat", "good", [["probability", "93.4%"], ["true class", "cat"]]],
    ["bird", undefined, []],
  ]);
  const page = await drawn(gallery);
  assertEquals(page.match(/✗ wrong/g)?.length, 1);
  assertEquals(page.match(/✓ right/g)?.length, 1);
  const example = (truth: string) => ({ ...pixels, truth, predicted: "a" });
  const shown = (right: number, wrong: number) =>
    exampleGallery(
      [...Array(right).fill(example("a")), ...Array(wrong).fill(example("b"))],
      { title: "t", atMost: 10 },
    ).images.map(({ tone }) => tone === "bad" ? "w" : "r").join("");
  assertEquals(shown(100, 100), "wwwwwrrrrr");
  assertEquals(shown(2, 100), "wwwwwwwwrr");
  assertEquals(shown(100, 1), "wrrrrrrrrr");
  assertEquals(shown(1, 2), "wwr");
  assertEquals(shown(0, 0), "");
});

Deno.test("the most confused pairs, counted by hand", () => {
  const pairs = mostConfused([[8, 2, 0], [1, 1, 2], [0, 0, 0]]);
  assertEquals(pairs, [
    { truth: 1, predicted: 2, images: 2, share: 0.5 },
    { truth: 0, predicted: 1, images: 2, share: 0.2 },
    { truth: 1, predicted: 0, images: 1, share: 0.25 },
  ]);
  assertEquals(mostConfused([[8, 2, 0], [1, 1, 2], [0, 0, 0]], 1).length, 1);
  assertEquals(mostConfused([]), []);
  assertThrows(() => mostConfused([[1, 2]]), ArgumentError, "got 1 rows, one of 2");
  assertThrows(() => mostConfused([[1, NaN], [0, 1]]), ArgumentError, "NaN");
  assertThrows(() => mostConfused([[1, -1], [0, 1]]), ArgumentError, "-1");
});

const confusion = (classes: number, name: (i: number) => string = (i) => `class ${i}`) => ({
  kind: "confusion" as const,
  title: "Confusion",
  classes: Array.from({ length: classes }, (_, i) => name(i)),
  counts: Array.from(
    { length: classes },
    (_, i) => Array.from({ length: classes }, (_, j) => i === j ? 1000 : (i * j) % 3),
  ),
});

Deno.test("confusion: a map with every number up to 30 classes, pairs beyond", async () => {
  for (const classes of [1, 2, 16, 30]) {
    const page = await drawn(confusion(classes));
    assertEquals(page.match(/<td\s+class="n heat/g)?.length, classes ** 2, `${classes}`);
    assertEquals(page.match(/class="n heat right/g)?.length, classes);
    assertStringIncludes(page, "1,000");
  }
  const page = await drawn(confusion(200));
  assert(!/class="n heat/.test(page));
  assertEquals(page.match(/<th scope="row"/g)?.length, 30);
  assertStringIncludes(page, "images of 200 classes are right; these 30 pairs are");
  assert(page.length < 100_000, `${page.length}`);
  // By hand: 3 of 4 right, the row of a class without images is all dashes and zeros.
  const three = await drawn({
    kind: "confusion",
    title: "c",
    classes: ["a", "b", "c"],
    counts: [[3, 1, 0], [0, 7, 0], [0, 0, 0]],
  });
  for (const share of ["75.0%", "100.0%", "–"]) {
    assert(new RegExp(`class="n recall">${share}<`).test(three), share);
  }
  assertEquals([...three.matchAll(/--h:(\d+)/g)].map(([, h]) => Number(h)), [
    ...[87, 50, 0],
    ...[0, 100, 0],
    ...[0, 0, 0],
  ]);
  for (const classes of [0, 31]) { // nothing to be confused
    const none = confusion(classes);
    const counts = none.counts.map((row, i) => row.map((_, j) => i === j ? 1 : 0));
    assert(
      !/NaN|undefined/.test((await drawn({ ...none, counts })).replace(/<script>[\s\S]*/, "")),
    );
  }
  await assertRejects(
    () => drawn({ ...confusion(3), classes: ["a"] }),
    ArgumentError,
    "1 classes need 1 rows",
  );
});

Deno.test("names of classes are text, in every new block", async () => {
  const bad = `<script>alert(1)</script>"'&`;
  const pixels = { width: 1, height: 1, channels: 1 as const, pixels: Uint8Array.of(9) };
  const page = await drawn(
    confusion(3, () => bad),
    confusion(40, (i) => `${bad}${i}`),
    exampleGallery([{ ...pixels, truth: bad, predicted: "x" }, {
      ...pixels,
      truth: "x",
      predicted: bad,
    }], { title: bad }),
    { kind: "gallery", title: bad, images: [{ ...pixels, caption: bad, details: [[bad, bad]] }] },
    {
      kind: "curves",
      ...{ title: bad, x: bad, y: bad },
      series: [1, 2].map(() => ({ name: bad, points: [[0, 1], [1, 2]], band: [[0, 1, 2]] })),
    },
  );
  assert(!page.includes("<script>alert"));
  assertEquals(page.match(/<script>/g)?.length, 1);
  for (const [tag] of page.matchAll(/<(td|img|div|li)\b[^>]*>/g)) {
    assertEquals((tag.match(/"/g)?.length ?? 0) % 2, 0, tag);
    assert(!tag.includes("alert(1)") || tag.includes("&lt;script&gt;alert"), tag);
  }
});

Deno.test("what is wider than the page can be reached and scrolled without a mouse", async () => {
  const page = await drawn(
    { kind: "table", table: { columns: [{ title: "a" }], rows: [["x"]] } },
    confusion(5),
    { kind: "heatmap", title: "m", columns: ["a"], rows: ["r"], values: [[0.5]] },
    {
      kind: "curves",
      ...{ title: "c", x: "x", y: "y" },
      series: [{ name: "a", points: [[0, 1], [1, 2]] }],
    },
  );
  const boxes = [...page.matchAll(/<div\s+class="scroll"[^>]*>/g)].map(([tag]) => tag);
  assertEquals(boxes.length, 3);
  for (const tag of boxes) {
    assert(/tabindex="0"[^]*role="region"[^]*aria-label="[^"]+"/.test(tag), tag);
  }
  assertEquals(page.match(/data-xs="[^"]*"\s+tabindex="0"\s+role="group"/g)?.length, 2);
});
