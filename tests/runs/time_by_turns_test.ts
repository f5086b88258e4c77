import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { latencyOf, notMeasured, quantile } from "../../src/runs/latency_numbers.ts";
import { timeByTurns } from "../../src/runs/time_by_turns.ts";

/** Keeps the processor busy. */
function busy(milliseconds: number): void {
  const start = performance.now();
  while (performance.now() - start < milliseconds);
}

Deno.test("functions are measured by turns, as long as they take", async () => {
  const order: string[] = [];
  const call = (name: string, milliseconds: number) => () => {
    order.push(name);
    busy(milliseconds);
  };
  const budget = 0.4;
  const [short, long] = await timeByTurns(
    [{ call: call("short", 1) }, { call: call("long", 5) }],
    { budget },
  ) as number[][];
  const median = (times: number[]) => quantile(times.toSorted((a, b) => a - b), 0.5);
  assert(short.every((time) => time >= 1) && long.every((time) => time >= 5));
  // Other work may disturb half of the calls, and not make them three times as long.
  assert(median(short) < 3 && median(long) < 15, `${median(short)} ${median(long)}`);
  assert(long.length >= 3 && short.length > long.length);
  const changes = order.filter((name, i) => i > 0 && name !== order[i - 1]).length;
  assert(changes >= 6, `${changes} turns`);
});

Deno.test("what takes too long is left out, and larger work of the kind not begun", async () => {
  let calls = 0;
  const slow = () => {
    calls++;
    busy(80);
  };
  let begun = false;
  const found = await timeByTurns([
    { call: slow },
    { call: () => begun = true, like: { index: 0, times: 32 } },
    { call: () => busy(1) },
    { call: () => begun = true, like: { index: 2, times: 400 } },
    {
      call: () => {
        throw new RangeError("no room for this");
      },
    },
  ], { budget: 0.1 });
  assert(typeof found[0] === "string" && /one call takes 0\.\d+ s, and 5 of them/.test(found[0]));
  assertEquals(found[1], "fewer images at once could not be measured");
  assert(Array.isArray(found[2]) && found[2].length >= 3);
  assert(typeof found[3] === "string" && found[3].startsWith("one call takes at least 0.1 s"));
  assertEquals(found[4], "no room for this");
  // There is no third call of 80 ms within twice the budget.
  assert(calls <= 2 && !begun);
});

Deno.test("first calls that make what later ones use do not count, and make nothing too slow", async () => {
  let calls = 0;
  const call = () => busy(++calls <= 2 ? 60 : 1);
  const [times] = await timeByTurns([{ call }], { budget: 0.2 }) as number[][];
  assert(times.length >= 3 && quantile(times.toSorted((a, b) => a - b), 0.5) < 20);
});

Deno.test("a signal stops between two calls", async () => {
  const controller = new AbortController();
  let calls = 0;
  const call = () => {
    if (++calls === 40) controller.abort(new Error("enough"));
    busy(0.5);
  };
  const { signal } = controller;
  await assertRejects(() => timeByTurns([{ call }], { budget: 100, signal }), Error, "enough");
  assert(calls < 2000);
});

Deno.test("latencies are quartiles for an image, and what was left out is told once", () => {
  assertEquals(quantile([1, 2, 3, 4], 0.5), 2.5);
  assertEquals(quantile([1, 2, 3, 4, 5], 0.25), 2);
  assertEquals(quantile([7], 0.75), 7);
  const one = { engine: "libtorch", threads: 1 } as const;
  const measured = [
    { ...one, batch: 2, times: [8, 2, 4] },
    { ...one, batch: 2, times: [6, 10] },
    { ...one, batch: 32, times: "too long" },
    { ...one, batch: 1, engine: "onnxruntime", times: "no export" },
    { ...one, batch: 2, engine: "onnxruntime", times: "no export" },
  ] as const;
  assertEquals(latencyOf(measured), [{
    ...{ engine: "libtorch", batch: 2, threads: 1 },
    ...{ median: 3, lower: 2, upper: 4, calls: 5 },
  }]);
  assertEquals(notMeasured(measured), [
    { what: "libtorch: 32 images, 1 thread", why: "too long" },
    { what: "onnxruntime", why: "no export" },
  ]);
  assertAlmostEquals(quantile([0, 10], 0.1), 1, 1e-12);
});
