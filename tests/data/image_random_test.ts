// Random numbers by image: a function of seed, variant, image and place, even, and unrelated to each other.
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { ImageRandom } from "../../src/data/mod.ts";
import { decodingSequence, variantSeed } from "../../src/data/image_sequence.ts";
import { RandomSequence } from "../../src/data/philox.ts";
import { AUGMENTATION } from "../../src/data/random_purposes.ts";

/** The numbers of each image. */
function byImage(numbers: ArrayLike<number>, count: number): number[][] {
  const each = numbers.length / count;
  const all = Array.from(numbers);
  return Array.from({ length: count }, (_, row) => all.slice(row * each, (row + 1) * each));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The correlation of numbers that are even from 0 to 1. */
function correlation(a: readonly number[], b: readonly number[]): number {
  return sum(a.map((value, i) => (value - 0.5) * (b[i] - 0.5))) / a.length * 12;
}

/** Chi-square of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = sum(counts) / counts.length;
  return sum(counts.map((count) => (count - expected) ** 2 / expected));
}

const images = [0, 1, 2, 40, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1];

Deno.test("an image's numbers are the upper 24 bits of its own sequence", () => {
  const numbers = byImage(new ImageRandom(5, 9, images).draw(7), images.length);
  for (const [row, image] of images.entries()) {
    const sequence = new RandomSequence(variantSeed(5, AUGMENTATION, 9), AUGMENTATION, image);
    const expected = numbers[row].map(() => Math.floor(sequence.next() / 2 ** 8) / 2 ** 24);
    assertEquals(numbers[row], expected, `image ${image}`);
  }
});

Deno.test("draws go on where the last one ended, whatever their sizes and kinds are", () => {
  const whole = byImage(new ImageRandom(5, 9, images).draw(12), images.length);
  for (const parts of [[1, 11], [4, 8], [3, 0, 2, 6, 1], [5, 3, 4], Array(12).fill(1)]) {
    const random = new ImageRandom(5, 9, images);
    const drawn = parts.map((part) => byImage(random.draw(part), images.length));
    assertEquals(images.map((_, row) => drawn.flatMap((part) => part[row])), whole, `${parts}`);
  }
  const random = new ImageRandom(5, 9, images);
  const whole24 = byImage(random.drawWhole(2 ** 24, 3, 2 ** 24), images.length);
  const rest = byImage(random.draw(9), images.length);
  for (const [row, numbers] of whole.entries()) {
    assertEquals(
      whole24[row],
      [0, 1, 2].map((i) => Math.floor(numbers[i] * (i === 1 ? 3 : 2 ** 24))),
    );
    assertEquals(rest[row], numbers.slice(3));
  }
});

Deno.test("an image has its numbers alone, among others, and in any order", () => {
  const all = byImage(new ImageRandom(1, 2, images).draw(5), images.length);
  const backwards = byImage(new ImageRandom(1, 2, images.toReversed()).draw(5), images.length);
  assertEquals(backwards.toReversed(), all);
  for (const [row, image] of images.entries()) {
    assertEquals([...new ImageRandom(1, 2, [image]).draw(5)], all[row]);
  }
  assertEquals(
    new ImageRandom(1, 2, Int32Array.of(40, 40)).draw(5).slice(5),
    Float32Array.from(all[3]),
  );
  assertEquals([...new ImageRandom(1, 2, []).draw(5)], []);
  assertEquals(new ImageRandom(1, 2, images).count, 7);
});

Deno.test("seed, variant and image each give other numbers, beyond 32 bits too", () => {
  const first = (seed: number, variant: number, image: number) =>
    new ImageRandom(seed, variant, [image]).draw(4).join();
  const lists = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
  const seen = new Set<string>();
  for (const seed of lists) {
    for (const variant of lists) {
      for (const image of lists) seen.add(first(seed, variant, image));
    }
  }
  assertEquals(seen.size, lists.length ** 3);
  // Decoding draws other numbers from the same seed, variant and image.
  const decoding = decodingSequence(1, 2, 3);
  const parts = Array.from({ length: 4 }, () => Math.floor(decoding.next() / 2 ** 8) / 2 ** 24);
  assertNotEquals(parts.join(), first(1, 2, 3));
});

Deno.test("numbers stay what they are from one version to the next", () => {
  assertEquals(
    [...new ImageRandom(3, 1, [7, 2 ** 33]).draw(2)],
    [0.08489036560058594, 0.36582428216934204, 0.14447253942489624, 0.7191080451011658],
  );
  assertEquals([...new ImageRandom(3, 1, [7, 8]).drawWhole(10, 1000)], [0, 365, 3, 594]);
});

Deno.test("numbers are even from 0 to below 1, in steps of 2^-24", () => {
  const count = 100_000;
  const numbers = new ImageRandom(1, 1, Array.from({ length: count }, (_, i) => i)).draw(2);
  const cells: number[] = Array(64).fill(0);
  const lowest: number[] = Array(64).fill(0);
  for (const number of numbers) {
    assert(number >= 0 && number < 1 && Number.isInteger(number * 2 ** 24));
    cells[Math.floor(number * 64)]++;
    lowest[number * 2 ** 24 % 64]++;
  }
  // 63 degrees of freedom: mean 63, deviation 11.2.
  for (const cell of [cells, lowest]) {
    const value = chiSquare(cell);
    assert(value > 63 - 3.5 * 11.2 && value < 63 + 5 * 11.2, `${value}`);
  }
  const mean = sum([...numbers]) / numbers.length;
  assert(Math.abs(mean - 0.5) < 5 / Math.sqrt(12 * numbers.length), `${mean}`);
});

Deno.test("neighboring images, numbers, variants and seeds have nothing to do with each other", () => {
  const count = 40_000;
  const indices = Array.from({ length: count }, (_, i) => i);
  const drawn = (seed: number, variant: number) =>
    byImage(new ImageRandom(seed, variant, indices).draw(6), count);
  const base = drawn(3, 8);
  const one = base.map(([first]) => first);
  const pairs: Record<string, number[]> = {
    "the next image": [...one.slice(1), one[0]],
    "the next number": base.map((numbers) => numbers[1]),
    "the next block": base.map((numbers) => numbers[4]),
    "the next variant": drawn(3, 9).map(([first]) => first),
    "the next seed": drawn(4, 8).map(([first]) => first),
    "seed and variant exchanged": drawn(8, 3).map(([first]) => first),
  };
  for (const [name, other] of Object.entries(pairs)) {
    const value = correlation(one, other);
    assert(Math.abs(value) < 5 / Math.sqrt(count), `${name}: ${value}`);
    const cells: number[] = Array(64).fill(0);
    one.forEach((number, i) => cells[Math.floor(number * 8) * 8 + Math.floor(other[i] * 8)]++);
    assert(chiSquare(cells) < 63 + 5 * 11.2, `${name}: ${chiSquare(cells)}`);
  }
  // One image over many variants is as even as many images in one variant.
  const over = Array.from({ length: 8000 }, (_, v) => new ImageRandom(3, v, [5]).draw(1)[0]);
  const cells: number[] = Array(64).fill(0);
  for (const number of over) cells[Math.floor(number * 64)]++;
  assert(chiSquare(cells) < 63 + 5 * 11.2, `${chiSquare(cells)}`);
  const shifted = correlation(over.slice(1), over.slice(0, -1));
  assert(Math.abs(shifted) < 5 / Math.sqrt(8000), `${shifted}`);
});

Deno.test("whole numbers are below their limits and even", () => {
  const count = 30_000;
  const indices = Array.from({ length: count }, (_, i) => i);
  const numbers = byImage(new ImageRandom(2, 0, indices).drawWhole(6, 1, 14, 2 ** 31), count);
  for (const [place, limit] of [[0, 6], [2, 14]]) {
    const cells: number[] = Array(limit).fill(0);
    for (const row of numbers) cells[row[place]]++;
    assertEquals(cells.length, limit);
    const free = limit - 1;
    assert(chiSquare(cells) < free + 5 * Math.sqrt(2 * free), `${chiSquare(cells)}`);
  }
  assert(numbers.every((row) => row[1] === 0 && row[3] >= 0));
  assert(numbers.some((row) => row[3] > 2 ** 31 - 2 ** 20));
});

Deno.test("what is no seed, variant, index, count or limit is refused", () => {
  for (const wrong of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    const text = String(wrong);
    assertThrows(() => new ImageRandom(wrong, 0, [0]), ArgumentError, text);
    assertThrows(() => new ImageRandom(0, wrong, [0]), ArgumentError, text);
    assertThrows(() => new ImageRandom(0, 0, [0, wrong]), ArgumentError, text);
    assertThrows(() => new ImageRandom(0, 0, [0]).draw(wrong), ArgumentError, text);
    assertThrows(() => new ImageRandom(0, 0, [0]).drawWhole(2, wrong), ArgumentError, text);
  }
  for (const wrong of [0, 2 ** 31 + 1]) {
    assertThrows(() => new ImageRandom(0, 0, [0]).drawWhole(wrong), ArgumentError, "limit");
  }
});
