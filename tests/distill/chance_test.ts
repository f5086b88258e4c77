import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { binomials } from "../../src/base/binomials.ts";
import { classChance, ClassChances, signChance, signTieChance } from "../../src/distill/mod.ts";
import { test } from "../helpers.ts";

/** All ways in which `length` choose one of `options` each. */
function* ways(length: number, options: number): Generator<number[]> {
  if (length === 0) return yield [];
  for (const rest of ways(length - 1, options)) {
    for (let c = 0; c < options; c++) yield [...rest, c];
  }
}

test("the chance of a sign is what all equally likely signs come to", () => {
  for (let teachers = 1; teachers <= 10; teachers++) {
    let [agree, ties, all] = [0, 0, 0];
    for (const way of ways(teachers, 2)) {
      const signs = way.map((bit) => 2 * bit - 1);
      const consensus = Math.sign(signs.reduce((a, b) => a + b, 0));
      all++;
      if (signs[0] === consensus) agree++;
      if (consensus === 0) ties++;
    }
    assertAlmostEquals(signChance(teachers), agree / all, 1e-12);
    assertAlmostEquals(signTieChance(teachers), ties / all, 1e-12);
  }
  assertEquals([1, 2, 3, 4].map(signChance), [1, 0.5, 0.75, 0.5]);
  // What was measured where signs were independent.
  assertAlmostEquals(signChance(9), 0.637, 5e-4);
  assertAlmostEquals(signChance(31), 0.572, 5e-4);
  assert(signChance(100_001) > 0.5 && signChance(100_001) < 0.502);
});

test("the chance of a class is what all equally likely votes come to, however ties are broken", () => {
  for (
    const [teachers, classes] of [[1, 3], [2, 2], [2, 10], [3, 3], [4, 3], [5, 4], [7, 2], [3, 1]]
  ) {
    let [most, first, all] = [0, 0, 0];
    for (const votes of ways(teachers, classes)) {
      const counts = Array.from({ length: classes }, (_, c) => votes.filter((v) => v === c).length);
      all++;
      most += Math.max(...counts) / teachers;
      // The share of those who voted for the winner, where of tied classes the first wins.
      first += votes.filter((v) => v === counts.indexOf(Math.max(...counts))).length / teachers;
    }
    assertAlmostEquals(
      classChance(teachers, classes),
      most / all,
      1e-12,
      `${teachers}, ${classes}`,
    );
    assertAlmostEquals(classChance(teachers, classes), first / all, 1e-12);
  }
  // Two classes are signs, but for ties: of even numbers somebody always wins.
  for (const teachers of [1, 3, 5, 127]) {
    assertAlmostEquals(classChance(teachers, 2), signChance(teachers), 1e-9);
  }
});

test("the chance of a class falls with classes and teachers, down to the mean", () => {
  const byClasses = [1, 2, 5, 20, 655].map((classes) => classChance(6, classes));
  assertEquals(byClasses.toSorted((a, b) => b - a), byClasses);
  const byTeachers = [1, 2, 5, 20, 128, 1000].map((teachers) => classChance(teachers, 10));
  assertEquals(byTeachers.toSorted((a, b) => b - a), byTeachers);
  assert(byTeachers.at(-1)! > 0.1 && byTeachers.at(-1)! < 0.12);
});

test("numbers that are no counts are refused", () => {
  for (const bad of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => signChance(bad), ArgumentError, "whole number of at least 1");
    assertThrows(() => classChance(bad, 3), ArgumentError, "teachers");
    assertThrows(() => classChance(3, bad), ArgumentError, "classes");
  }
});

test("probabilities of many trials add up to 1 and are those of few", () => {
  assertEquals([...binomials(0, 0.3)], [1]);
  [0.343, 0.441, 0.189, 0.027].forEach((p, k) =>
    assertAlmostEquals(binomials(3, 0.3)[k], p, 1e-15)
  );
  const many = binomials(20_000, 0.01);
  assertAlmostEquals(many.reduce((a, b) => a + b, 0), 1, 1e-12);
  assertAlmostEquals(many.reduce((sum, p, k) => sum + p * k, 0), 200, 1e-8);
});

/** By all ways in which voters choose one of what they know; ties are for any of the tied ones. */
function byHand(known: readonly (readonly number[])[]): number[] {
  const sums = known.map(() => 0);
  let all = 0;
  const walk = (chosen: number[], probability: number): void => {
    const next = known[chosen.length];
    if (next !== undefined) {
      for (const c of next) walk([...chosen, c], probability / next.length);
      return;
    }
    const counts = new Map<number, number>();
    for (const c of chosen) counts.set(c, (counts.get(c) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const winners = [...counts].filter(([, count]) => count === most).map(([c]) => c);
    all += probability;
    chosen.forEach((c, i) => {
      if (winners.includes(c)) sums[i] += probability / winners.length;
    });
  };
  walk([], 1);
  assertAlmostEquals(all, 1, 1e-12);
  return sums;
}

test("voters that know different classes have chances of their own", () => {
  const known = [[0, 1], [0, 1], [2, 3, 4], [0, 1, 2, 3, 4]];
  const chances = new ClassChances(4, { numClasses: 5, known: [...known.slice(0, 3), null] });
  byHand(known).forEach((expected, i) => assertAlmostEquals(chances.of(i, 4), expected, 0.012));
  assertEquals(chances.of(2, 1), 1);
  // Which two vote is drawn: the mean over all that may be beside.
  const pairs = [1, 2, 3].map((other) => byHand([known[0], known[other]])[0]);
  assertAlmostEquals(chances.of(0, 2), (pairs[0] + pairs[1] + pairs[2]) / 3, 0.012);
  // Always the same.
  const again = new ClassChances(4, { numClasses: 5, known });
  assertEquals(chances.of(1, 4), again.of(1, 4));
});

test("voters that know the same classes have the exact chance, of as many as they know", () => {
  const all = new ClassChances(5, { numClasses: 20 });
  assertEquals([all.of(0, 5), all.of(4, 2)], [classChance(5, 20), classChance(2, 20)]);
  const some = new ClassChances(3, { numClasses: 20, known: [[3, 4], [3, 4], [3, 4]] });
  assertEquals(some.of(1, 3), classChance(3, 2));
});
