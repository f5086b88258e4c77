import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { philox, RandomSequence } from "../../src/data/philox.ts";
import { decodingSequence } from "../../src/data/image_sequence.ts";
import { inOrder, selectionOrder, splitOrder } from "../../src/data/shuffle.ts";
import { shuffledOrder } from "../../src/data/shuffled_order.ts";
import { ArgumentError } from "../../src/base/errors.ts";

Deno.test("Philox gives the known answers that its authors published", () => {
  const cases: [number[], [number, number], number[]][] = [
    [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ];
  for (const [counter, [key0, key1], expected] of cases) {
    const words = Uint32Array.from(counter);
    philox(words, key0, key1);
    assertEquals([...words], expected);
  }
});

Deno.test("an order has every index once, and is the same for the same seed and epoch", () => {
  const order = shuffledOrder(1000, 7, 3);
  assertEquals([...order].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
  assertEquals(shuffledOrder(1000, 7, 3), order);
  for (const other of [shuffledOrder(1000, 8, 3), shuffledOrder(1000, 7, 4)]) {
    assertNotEquals(other, order);
  }
  // Beyond 32 bits too, and another purpose has another order.
  assertNotEquals(shuffledOrder(1000, 7 + 2 ** 32, 3), order);
  assertNotEquals(shuffledOrder(1000, 7, 3 + 2 ** 32), order);
  assertNotEquals(selectionOrder(1000, 7), shuffledOrder(1000, 7, 0));
  assertEquals([...shuffledOrder(0, 1, 1)], []);
  assertEquals([...shuffledOrder(1, 1, 1)], [0]);
});

Deno.test("orders stay what they are from one version to the next", () => {
  assertEquals([...shuffledOrder(10, 0, 0)], [3, 1, 7, 6, 4, 0, 9, 5, 8, 2]);
  assertEquals([...shuffledOrder(10, 42, 1)], [1, 7, 8, 5, 6, 4, 9, 0, 3, 2]);
});

Deno.test("all orders of three are equally likely", () => {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 6000; epoch++) {
    const order = shuffledOrder(3, 1, epoch).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assertEquals(counts.size, 6);
  // Five standard deviations of a count whose mean is 1000.
  for (const count of counts.values()) assert(Math.abs(count - 1000) < 5 * 29, String(count));
});

Deno.test("numbers below a limit are below it and even", () => {
  const random = new RandomSequence(5, 1, 0);
  const counts = new Array(7).fill(0);
  for (let i = 0; i < 7000; i++) counts[random.below(7)]++;
  for (const count of counts) assert(Math.abs(count - 1000) < 5 * 30, String(count));
  for (let i = 0; i < 100; i++) assert(random.below(2 ** 31 + 1) <= 2 ** 31);
  for (let i = 0; i < 100; i++) assert(Number.isSafeInteger(random.next53()));
});

Deno.test("what an image is decoded with stays what it is from one version to the next", () => {
  const sequence = decodingSequence(3, 1, 7);
  assertEquals(Array.from({ length: 3 }, () => sequence.next()), [
    981238144,
    2917059627,
    1739760677,
  ]);
});

Deno.test("a seed that is none is refused", () => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => shuffledOrder(3, seed, 0), ArgumentError, "seed");
  }
});

Deno.test("counts, seeds, epochs and numbers that are none are refused", () => {
  const orders: Record<string, (value: number) => unknown> = {
    "inOrder's count": (value) => inOrder(value),
    "shuffledOrder's count": (value) => shuffledOrder(value, 1, 1),
    "shuffledOrder's seed": (value) => shuffledOrder(5, value, 1),
    "shuffledOrder's epoch": (value) => shuffledOrder(5, 1, value),
    "selectionOrder's count": (value) => selectionOrder(value, 1),
    "selectionOrder's seed": (value) => selectionOrder(5, value),
    "splitOrder's count": (value) => splitOrder("split", value, [0], 1),
    "splitOrder's sizes": (value) => splitOrder("split", 5, [value], 1),
    "splitOrder's seed": (value) => splitOrder("split", 5, [2], value),
    "decodingSequence's seed": (value) => decodingSequence(value, 1, 1),
    "decodingSequence's variant": (value) => decodingSequence(1, value, 1),
    "decodingSequence's image": (value) => decodingSequence(1, 1, value),
  };
  for (const [name, make] of Object.entries(orders)) {
    for (const value of [-3, 0.5, NaN, Infinity, -Infinity, 2 ** 53]) {
      assertThrows(() => make(value), ArgumentError, String(value), name);
    }
  }
  assertThrows(() => shuffledOrder(2 ** 31, 1, 1), ArgumentError, "2147483648");
});
