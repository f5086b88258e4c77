import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { type ComparedRun, compareRuns } from "../../src/report/compare_runs.ts";
import { comparisonTable } from "../../src/report/comparison_table.ts";
import { twoSidedP, twoSidedT } from "../../src/report/student_t.ts";
import { formatTable } from "../../src/report/table.ts";

/** What scipy says: tests/golden/paired_tests.py. */
const golden: {
  cases: {
    base: number[];
    other: number[];
    mean: number;
    deviation: number;
    difference: number;
    p: number;
    interval90: [number, number];
  }[];
  tails: [t: number, freedom: number, p: number][];
  quantiles: [p: number, freedom: number, t: number][];
} = JSON.parse(
  await Deno.readTextFile(new URL("../golden/paired_tests.json", import.meta.url)),
);

function assertNear(actual: number | null | undefined, wanted: number, what: string, rtol = 1e-9) {
  if (typeof actual !== "number") throw new Error(what);
  assert(
    Math.abs(actual - wanted) <= rtol * Math.abs(wanted) + 1e-300,
    `${what}: ${actual}, not ${wanted}`,
  );
}

const runsOf = (scores: Record<string, (number | null)[]>): ComparedRun[] =>
  Object.entries(scores).flatMap(([method, list]) =>
    list.map((score, seed) => ({ method, seed, score }))
  );

Deno.test("the t distribution is scipy's, far into its tails", () => {
  for (const [t, freedom, p] of golden.tails) {
    assertNear(twoSidedP(t, freedom), p, `t ${t}, ${freedom} degrees of freedom`, 1e-9);
  }
  for (const [p, freedom, t] of golden.quantiles) {
    assertNear(twoSidedT(p, freedom), t, `p ${p}, ${freedom} degrees of freedom`, 1e-9);
  }
  // By hand: with one degree of freedom it is Cauchy's, with two p = 1 - t / sqrt(2 + t²).
  assertNear(twoSidedP(1, 1), 0.5, "Cauchy", 1e-14);
  assertNear(1 - twoSidedP(1e-9, 1), 2e-9 / Math.PI, "Cauchy near 0", 1e-6);
  assertNear(twoSidedP(3, 2), 1 - 3 / Math.sqrt(11), "two degrees", 1e-13);
  assertEquals(twoSidedP(0, 5), 1);
  assertEquals(twoSidedP(Infinity, 5), 0);
  assertEquals(twoSidedP(NaN, 5), NaN);
});

Deno.test("mean, deviation, difference, interval and p are scipy's", () => {
  for (const [i, { base, other, ...wanted }] of golden.cases.entries()) {
    const [, compared] = compareRuns(runsOf({ base, other }), {
      baseline: "base",
      confidence: 0.9,
    });
    assertNear(compared.mean, wanted.mean, `case ${i} mean`);
    assertNear(compared.deviation, wanted.deviation, `case ${i} deviation`);
    const paired = compared.paired!;
    assertEquals(paired.seeds, base.length);
    assertNear(paired.difference, wanted.difference, `case ${i} difference`, 1e-8);
    assertNear(paired.p, wanted.p, `case ${i} p`, 1e-6);
    assertNear(paired.interval![0], wanted.interval90[0], `case ${i} low`, 1e-7);
    assertNear(paired.interval![1], wanted.interval90[1], `case ${i} high`, 1e-7);
  }
});

Deno.test("by hand: differences 1, 2, 3 have t = 2 sqrt(3) and p = 1 - t / sqrt(2 + t²)", () => {
  const [a, b] = compareRuns(runsOf({ A: [4, 4, 4], B: [5, 6, 7] }), { baseline: "A" });
  assertEquals([a.mean, a.deviation, a.paired], [4, 0, null]);
  assertEquals([b.mean, b.deviation, b.seeds], [6, 1, 3]);
  assertNear(b.paired!.p, 1 - Math.sqrt(12 / 14), "p", 1e-12);
  const reach = 4.302652729911275 / Math.sqrt(3); // t's table: 95 %, two degrees
  assertNear(b.paired!.interval![0], 2 - reach, "low");
  assertNear(b.paired!.interval![1], 2 + reach, "high");
});

Deno.test("only seeds that both have are paired, whatever their order; runs that failed do not count", () => {
  const runs: ComparedRun[] = [
    { method: "A", seed: 1, score: 1 },
    { method: "B", seed: 3, score: 33 },
    { method: "B", seed: 9, score: 1000 },
    { method: "A", seed: 2, score: 2 },
    { method: "A", seed: 3, score: 3 },
    { method: "B", seed: 2, score: 22 },
    { method: "B", seed: 1, score: 11 },
    { method: "A", seed: 4, score: 4 },
    { method: "B", seed: 4, score: NaN },
    { method: "B", seed: "x", score: null },
    { method: "B", seed: 5, score: Infinity },
  ];
  const [a, b] = compareRuns(runs, { baseline: "A" });
  assertEquals([a.method, a.seeds, a.failed], ["A", 4, []]);
  assertEquals([b.seeds, b.failed], [4, [4, "x", 5]]);
  assertEquals([b.paired!.seeds, b.paired!.difference], [3, 20]); // of 10, 20, 30
});

Deno.test("too few seeds, no spread, nothing in common: no p", () => {
  const paired = (scores: Record<string, (number | null)[]>) =>
    compareRuns(runsOf(scores), { baseline: "A" })[1].paired;
  const none = { interval: null, p: null };
  assertEquals(paired({ A: [1, 2], B: [2, 2.5] }), { seeds: 2, difference: 0.75, ...none });
  assertEquals(paired({ A: [1], B: [4] }), { seeds: 1, difference: 3, ...none });
  assertEquals(paired({ A: [null], B: [1] }), { seeds: 0, difference: null, ...none });
  assertEquals(paired({ A: [1, 2, 4], B: [1, 2, 4] }), { seeds: 3, difference: 0, ...none });
  const rounding = paired({ A: [0.1, 0.2, 0.3], B: [0.4, 0.5, 0.6] })!;
  assertEquals(rounding.p, null, "what rounding leaves is no spread");
  const [only] = compareRuns(runsOf({ A: [7] }));
  assertEquals([only.mean, only.deviation, only.seeds, only.paired], [7, null, 1, null]);
  const [bare] = compareRuns(runsOf({ A: [NaN] }));
  assertEquals([bare.mean, bare.deviation, bare.seeds], [null, null, 0]);
  assertEquals(compareRuns([]), []);
});

Deno.test("what cannot be compared is refused by name", () => {
  const twice = [...runsOf({ A: [1] }), ...runsOf({ A: [2] })];
  assertThrows(() => compareRuns(twice), ArgumentError, 'two runs of "A" with seed 0');
  assertThrows(
    () => compareRuns(runsOf({ A: [1] }), { baseline: "B" }),
    ArgumentError,
    '"B" has no run; choose one of "A"',
  );
  assertThrows(() => compareRuns([], { baseline: "B" }), ArgumentError, '"B"');
  for (const confidence of [0, 1, 95, NaN]) {
    assertThrows(() => compareRuns([], { confidence }), ArgumentError, `${confidence}`);
  }
});

Deno.test("the table says all of it, on a terminal as on a page", () => {
  const scores = { KD: [0.9, 0.91, 0.92], UNIFORM: [0.93, 0.95, 0.941], One: [0.8], None: [NaN] };
  const table = comparisonTable(runsOf(scores), {
    figure: "accuracy",
    percent: true,
    baseline: "KD",
  });
  const text = formatTable(table);
  for (
    const part of [
      "difference from KD, in points",
      "95% interval",
      "91.00 ± 1.00%",
      "94.03 ± 1.00%",
      "+3.03",
      "too few seeds",
      "None gave no number with seed 0",
    ]
  ) assertStringIncludes(text, part);
  const cells = table.rows.map((row) => "cells" in row ? row.cells : row);
  assertEquals(cells[0].slice(3), [null, null, null]);
  assertEquals(cells[2].slice(0, 4), ["One", "80.00%", 1, "−10.00"]);
  assertEquals(cells[3], ["None", null, 0, null, null, "too few seeds"]);
  // Without a baseline there is nothing to compare with.
  assertEquals(comparisonTable(runsOf(scores), { figure: "loss" }).columns.length, 3);
  const same = comparisonTable(runsOf({ A: [1, 2, 3], B: [2, 3, 4] }), {
    figure: "loss",
    baseline: "A",
    digits: 1,
  });
  assertStringIncludes(formatTable(same), "no spread");
  const far = comparisonTable(runsOf({ A: [1, 2, 3, 4], B: [101, 102.1, 103, 104] }), {
    figure: "loss",
    baseline: "A",
  });
  assertStringIncludes(formatTable(far), "< 0.001");
});
