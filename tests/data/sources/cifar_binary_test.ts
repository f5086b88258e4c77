import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  CIFAR100_CLASSES,
  CIFAR100_COARSE_CLASSES,
  loadCifar10,
  parseCifar10,
  parseCifar100,
  readCifar100Folder,
} from "../../../src/data/sources/mod.ts";
import { FormatError } from "../../../src/base/errors.ts";

/** A record whose red, green and blue of pixel p are p, p + 1, p + 2 (modulo 256), plus `base`. */
function record(label: number, base = 0): Uint8Array {
  const bytes = new Uint8Array(3073);
  bytes[0] = label;
  for (let plane = 0; plane < 3; plane++) {
    for (let p = 0; p < 1024; p++) bytes[1 + plane * 1024 + p] = p + plane + base;
  }
  return bytes;
}

function join2(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from([...a, ...b]);
}

Deno.test("CIFAR-10 binary: planes become pixels, in order", () => {
  const arrays = parseCifar10([
    { name: "a", bytes: join2(record(3), record(9, 100)) },
    { name: "b", bytes: record(0, 200) },
  ]);
  assertEquals([arrays.count, arrays.height, arrays.width, arrays.channels], [3, 32, 32, 3]);
  assertEquals([...arrays.labels], [3, 9, 0]);
  for (const [image, base] of [[0, 0], [1, 100], [2, 200]]) {
    for (const [y, x] of [[0, 0], [0, 31], [17, 5], [31, 31]]) {
      const at = ((image * 32 + y) * 32 + x) * 3;
      const p = y * 32 + x + base;
      assertEquals([...arrays.images.subarray(at, at + 3)], [0, 1, 2].map((c) => (p + c) % 256));
    }
  }
});

Deno.test("CIFAR-10 binary: empty, truncated and other files are refused by name", () => {
  const two = join2(record(1), record(2));
  for (const length of [0, 1, 3072, 3074, 6145]) {
    const files = [{ name: "good", bytes: record(0) }, {
      name: "bad",
      bytes: two.subarray(0, length),
    }];
    assertThrows(() => parseCifar10(files), FormatError, `bad has ${length} bytes`);
  }
  assertThrows(() => parseCifar10([]), FormatError, "at least one");
});

Deno.test("CIFAR-10 binary: a label above 9 is refused with its place", () => {
  const files = [{ name: "good", bytes: record(0) }, {
    name: "bad",
    bytes: join2(record(9), record(10)),
  }];
  assertThrows(() => parseCifar10(files), FormatError, "bad: label 10 of record 1");
});

Deno.test("CIFAR-10 binary: a folder gives both splits, and names the file it lacks", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (let i = 1; i <= 5; i++) {
      await Deno.writeFile(join(folder, `data_batch_${i}.bin`), record(i));
    }
    await Deno.writeFile(join(folder, "test_batch.bin"), record(7, 50));
    const train = await loadCifar10("train", { folder });
    assertEquals([...train.labels], [1, 2, 3, 4, 5]);
    const test = await loadCifar10("test", { folder });
    assertEquals(test.classNames[test.labels[0]], "horse");
    assertEquals([...test.images.subarray(0, 3)], [50, 51, 52]);

    await Deno.remove(join(folder, "data_batch_4.bin"));
    await assertRejects(() => loadCifar10("train", { folder }), FormatError, "data_batch_4.bin");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("CIFAR-100 binary: two labels, fine and coarse, before the planes", async () => {
  const both = (coarse: number, fine: number, base: number) =>
    join2(Uint8Array.of(coarse), record(fine, base));
  const files = [{ name: "a", bytes: join2(both(0, 4, 5), both(19, 99, 7)) }];
  const fine = parseCifar100(files);
  assertEquals([...fine.labels], [4, 99]);
  const coarse = parseCifar100(files, "coarse");
  assertEquals([...coarse.labels], [0, 19]);
  assertEquals(fine.images, coarse.images);
  assertEquals([...fine.images.subarray(3072, 3075)], [7, 8, 9]);
  const name = (arrays: typeof fine, image: number) => arrays.classNames[arrays.labels[image]];
  assertEquals([name(fine, 0), name(coarse, 0)], ["beaver", "aquatic_mammals"]);
  assertThrows(
    () => parseCifar100([{ name: "bad", bytes: both(20, 0, 0) }]),
    FormatError,
    "bad: label 20 of record 0; expected 0 to 19",
  );
  assertThrows(
    () => parseCifar100([{ name: "bad", bytes: both(0, 100, 0) }], "coarse"),
    FormatError,
    "expected 0 to 99",
  );
  assertThrows(
    () => parseCifar100([{ name: "ten", bytes: record(0) }]),
    FormatError,
    "ten has 3073 bytes; expected one or more records of 3074 bytes",
  );
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(folder, "train.bin"), both(1, 1, 0));
    assertEquals((await readCifar100Folder(folder, "train")).count, 1);
    await assertRejects(() => readCifar100Folder(folder, "test"), FormatError, "test.bin");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("CIFAR-100 has 100 classes in the order of the alphabet, and 20 coarse ones", () => {
  // A few places that the data set's own list of names has.
  const known = { apple: 0, beaver: 4, crab: 26, lawn_mower: 41, pine_tree: 59, worm: 99 };
  for (const [name, label] of Object.entries(known)) assertEquals(CIFAR100_CLASSES[label], name);
  assertEquals([CIFAR100_CLASSES.length, new Set(CIFAR100_CLASSES).size], [100, 100]);
  assertEquals([CIFAR100_COARSE_CLASSES.length, CIFAR100_COARSE_CLASSES[13]], [
    20,
    "non-insect_invertebrates",
  ]);
});
