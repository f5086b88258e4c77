import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  encodeIdx,
  loadFashionMnist,
  loadMnist,
  parseIdx,
  readIdx,
  readIdxFolder,
} from "../../../src/data/sources/mod.ts";
import { gunzip } from "../../../src/data/sources/read_file.ts";
import { ArgumentError, FormatError } from "../../../src/base/errors.ts";

/** An IDX file of two 2 x 3 images, written out by hand from the format's description. */
const BY_HAND = Uint8Array.from(
  [[0, 0, 8, 3], [0, 0, 0, 2], [0, 0, 0, 2], [0, 0, 0, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]]
    .flat(),
);

function header(magic: number, ...sizes: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * sizes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  sizes.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  return bytes;
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function inFolder(
  files: Record<string, Uint8Array>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(join(folder, name), bytes);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const PIXELS = Uint8Array.from({ length: 2 * 28 * 28 }, (_, i) => i % 251);
const IMAGES = encodeIdx({ shape: [2, 28, 28], data: PIXELS });
const LABELS = encodeIdx({ shape: [2], data: Uint8Array.of(9, 0) });

Deno.test("IDX: a file made by hand is read, and written the same", () => {
  const idx = parseIdx(BY_HAND, "hand");
  assertEquals(idx.shape, [2, 2, 3]);
  assertEquals([...idx.data], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);
  assertEquals(encodeIdx(idx), BY_HAND);
});

Deno.test("IDX: bytes inside a larger buffer are read at their own place", () => {
  const large = new Uint8Array(BY_HAND.length + 10);
  large.set(BY_HAND, 5);
  assertEquals(parseIdx(large.subarray(5, 5 + BY_HAND.length), "inside").shape, [2, 2, 3]);
});

Deno.test("IDX: every shorter length is refused as such, from nothing to one byte less", () => {
  for (let length = 0; length < BY_HAND.length; length++) {
    assertThrows(() => parseIdx(BY_HAND.subarray(0, length), "short"), FormatError, "short");
  }
});

Deno.test("IDX: bytes after the end are refused", () => {
  const longer = Uint8Array.from([...BY_HAND, 0]);
  assertThrows(() => parseIdx(longer, "long"), FormatError, "need 28 bytes, found 29");
});

Deno.test("IDX: a wrong magic number is refused and shown", () => {
  assertThrows(() => parseIdx(header(0x89504e47, 1), "a.png"), FormatError, "0x89504e47");
  assertThrows(() => parseIdx(header(0x00000701, 1), "x"), FormatError, "0x00000701");
  assertThrows(() => parseIdx(header(0x00000d01, 1), "x"), FormatError, "32-bit float");
  assertThrows(() => parseIdx(header(0x00000800), "x"), FormatError, "0 dimensions");
  assertThrows(() => parseIdx(header(0x00000805, 1, 1, 1, 1, 1), "x"), FormatError, "5 dimensions");
  assertThrows(() => parseIdx(header(0x000008ff, 1), "x"), FormatError, "255 dimensions");
  assertThrows(() => parseIdx(BY_HAND, "x", 1), FormatError, "expected 1");
});

Deno.test("IDX: dimensions that claim more than there is allocate nothing", () => {
  const max = 2 ** 32 - 1;
  const before = Deno.memoryUsage();
  for (let i = 0; i < 100; i++) {
    assertThrows(() => parseIdx(header(0x00000801, max), "lie"), FormatError, "truncated");
    assertThrows(
      () => parseIdx(header(0x00000804, max, max, max, max), "lie"),
      FormatError,
      "truncated",
    );
  }
  const after = Deno.memoryUsage();
  assert(after.external - before.external < 50e6);
  assert(after.rss - before.rss < 500e6);
});

Deno.test("IDX: what cannot be written is refused", () => {
  const data = new Uint8Array(4);
  for (const shape of [[], [5], [2, 2, 1, 1, 1], [-1, -4], [0.5, 8], [NaN], [2 ** 32]]) {
    assertThrows(() => encodeIdx({ shape, data }), ArgumentError, "IDX");
  }
});

Deno.test("IDX: a file is read plain or as gzip, whatever its name says", async () => {
  await inFolder({ plain: BY_HAND, "packed.gz": await gzip(BY_HAND) }, async (folder) => {
    for (const name of ["plain", "packed.gz"]) {
      assertEquals((await readIdx(join(folder, name))).shape, [2, 2, 3]);
    }
  });
});

Deno.test("IDX: damaged and truncated gzip files are refused by name", async () => {
  const packed = await gzip(IMAGES);
  const flipped = packed.slice();
  flipped[flipped.length - 6] ^= 0xff; // in the stream's own checksum
  const files = {
    "cut.gz": packed.subarray(0, packed.length - 9),
    "flipped.gz": flipped,
    "head.gz": Uint8Array.of(0x1f, 0x8b),
  };
  await inFolder(files, async (folder) => {
    for (const name of Object.keys(files)) {
      await assertRejects(() => readIdx(join(folder, name)), FormatError, name);
    }
  });
});

Deno.test("gzip that unpacks to more than the limit is stopped", async () => {
  const packed = await gzip(new Uint8Array(20_000_000));
  assert(packed.length < 100_000);
  await assertRejects(
    () => gunzip(packed, "bomb", () => 1_000_000),
    FormatError,
    "more than the 1000000",
  );
  assertEquals((await gunzip(packed, "fine", () => 20_000_000)).length, 20_000_000);
});

Deno.test("IDX folder: images and labels of each split, plain and gzip mixed", async () => {
  const files = {
    "train-images-idx3-ubyte.gz": await gzip(IMAGES),
    "train-labels-idx1-ubyte": LABELS,
    "t10k-images-idx3-ubyte": encodeIdx({ shape: [1, 28, 28], data: PIXELS.subarray(0, 784) }),
    "t10k-labels-idx1-ubyte.gz": await gzip(encodeIdx({ shape: [1], data: Uint8Array.of(3) })),
  };
  await inFolder(files, async (folder) => {
    const train = await loadMnist("train", { folder });
    assertEquals([train.count, train.height, train.width, train.channels], [2, 28, 28, 1]);
    assertEquals(train.images, PIXELS);
    assertEquals([...train.labels], [9, 0]);
    const test = await loadFashionMnist("test", { folder });
    assertEquals(test.count, 1);
    assertEquals(test.classNames[test.labels[0]], "Dress");
  });
});

Deno.test("IDX folder: a missing file or folder is named", async () => {
  await inFolder({ "train-images-idx3-ubyte": IMAGES }, async (folder) => {
    const labels = "train-labels-idx1-ubyte.gz";
    await assertRejects(() => loadMnist("train", { folder }), FormatError, labels);
    await assertRejects(() => loadMnist("test", { folder }), FormatError, "t10k-images");
    const nowhere = join(folder, "nowhere");
    await assertRejects(() => loadMnist("train", { folder: nowhere }), FormatError, nowhere);
  });
  await inFolder({}, async (folder) => {
    await Deno.mkdir(join(folder, "train-images-idx3-ubyte"));
    await assertRejects(
      () => readIdx(join(folder, "train-images-idx3-ubyte")),
      FormatError,
      "file",
    );
    await assertRejects(() => readIdx(join(folder, "none")), FormatError, "missing");
  });
});

Deno.test("IDX folder: files that do not belong together are refused", async (t) => {
  const cases: Record<string, [Uint8Array, Uint8Array, string]> = {
    "another number of labels": [IMAGES, encodeIdx({ shape: [3], data: new Uint8Array(3) }), "3"],
    "a label above 9": [IMAGES, encodeIdx({ shape: [2], data: Uint8Array.of(1, 10) }), "label 10"],
    "labels in place of images": [LABELS, LABELS, "1 dimensions"],
    "images in place of labels": [IMAGES, IMAGES, "3 dimensions"],
    "no images": [
      encodeIdx({ shape: [0, 28, 28], data: new Uint8Array() }),
      encodeIdx({ shape: [0], data: new Uint8Array() }),
      "no images",
    ],
    "images of another size": [
      encodeIdx({ shape: [2, 14, 56], data: PIXELS }),
      LABELS,
      "expected 28 x 28",
    ],
  };
  for (const [name, [images, labels, message]] of Object.entries(cases)) {
    await t.step(name, async () => {
      const files = { "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels };
      await inFolder(files, async (folder) => {
        await assertRejects(() => loadMnist("train", { folder }), FormatError, message);
      });
    });
  }
});

Deno.test("IDX folder: images of any size, for other sets than MNIST", async () => {
  const files = {
    "train-images-idx3-ubyte": BY_HAND,
    "train-labels-idx1-ubyte": encodeIdx({ shape: [2], data: Uint8Array.of(1, 0) }),
  };
  await inFolder(files, async (folder) => {
    const arrays = await readIdxFolder(folder, "train", ["cold", "warm"]);
    assertEquals([arrays.height, arrays.width], [2, 3]);
    assertEquals(arrays.classNames, ["cold", "warm"]);
  });
});
