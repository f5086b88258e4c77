import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inFolder } from "../helpers.ts";
import { resultsOf, startRanks } from "../torch/distributed/start_ranks.ts";
import type { Asked, Came } from "./together_child.ts";

const script = new URL("together_child.ts", import.meta.url);

/** What trainings come to in so many processes, by process; one of them alone is in no group. */
async function trainAll(processes: number, asked: readonly Asked[]): Promise<Came[][]> {
  const args = [JSON.stringify(asked)];
  return resultsOf<Came[]>(await startRanks(processes, script, { args }));
}

async function train(processes: number, asked: Asked): Promise<Came[]> {
  return (await trainAll(processes, [asked])).map(([came]) => came);
}

/** Asserts that all processes came to what one alone came to, up to rounding. */
function assertSame(alone: Came, several: readonly Came[], tolerance: number): void {
  for (const came of several) {
    assertEquals([came.step, came.done, came.left], [alone.step, alone.done, 0]);
    assertEquals(came.state.length, alone.state.length);
    came.state.forEach((value, i) => assertNear(value, alone.state[i], tolerance));
  }
  const [first, ...others] = several;
  assertEquals(first.records.length, alone.records.length);
  first.records.forEach((record, i) => {
    for (const [name, value] of Object.entries(alone.records[i])) {
      if (typeof value === "number") assertNear(Number(record[name]), value, tolerance);
      else if (!Array.isArray(value)) assertEquals(record[name], value);
    }
  });
  for (const { records } of others) assertEquals(records, []);
}

function assertNear(actual: number, expected: number, tolerance: number): void {
  const bound = tolerance * Math.max(1, Math.abs(expected));
  assert(Math.abs(actual - expected) <= bound, `${actual} is not ${expected} up to ${bound}`);
}

Deno.test("2 and 4 processes come to what one comes to, with clipping, accumulation and an average", async () => {
  const kinds = (["Uniform", "CustomKD"] as const).flatMap((method) => [
    { asked: { method, dtype: "float64", epochs: 2 } as const, tolerance: 1e-12 },
    { asked: { method, dtype: "float32", epochs: 2 } as const, tolerance: 1e-5 },
  ]);
  const all = kinds.map(({ asked }) => asked);
  const [alone] = await trainAll(1, all);
  for (const size of [2, 4]) {
    const several = await trainAll(size, all);
    kinds.forEach(({ tolerance }, i) =>
      assertSame(alone[i], several.map((came) => came[i]), tolerance)
    );
  }
});

Deno.test("a run goes on with another number of processes, to the same numbers", () =>
  inFolder(async (folder) => {
    const asked = { method: "CustomKD", dtype: "float64", epochs: 2 } as const;
    const [alone] = await train(1, asked);
    for (const [before, after] of [[2, 4], [1, 2]]) {
      const checkpoint = `${folder}/${before}-${after}.safetensors`;
      const begun = await train(before, { ...asked, checkpoint, stop: 9 });
      for (const { done, step } of begun) assertEquals([done, step], [false, 5]);
      const came = await train(after, { ...asked, checkpoint, resume: true });
      for (const { state, step, done } of came) {
        assertEquals([step, done], [alone.step, true]);
        state.forEach((value, i) => assertNear(value, alone.state[i], 1e-12));
      }
    }
  }));

for (
  const [what, differs] of [
    [{ odd: 1 }, ".lr: 0.01 at rank 0, 0.02 at rank 1"],
    [{ other: 1 }, "stages.train.batches.dataset"],
  ] as const
) {
  Deno.test(`a rank that is about something else is named, and in what: ${differs}`, async () => {
    const asked = { method: "Uniform", dtype: "float32", epochs: 1, ...what } as const;
    const ended = await startRanks(2, script, { args: [JSON.stringify([asked])] });
    for (const { code, stderr } of ended) {
      assertEquals(code, 1);
      assertStringIncludes(stderr, "Rank 1 would train something else than rank 0:");
      assertStringIncludes(stderr, differs);
    }
  });
}

Deno.test("a run that loses a process goes on from its checkpoint, to the same numbers", () =>
  inFolder(async (folder) => {
    const asked = { method: "Uniform", dtype: "float64", epochs: 2 } as const;
    const [alone] = await train(1, asked);
    const rank = 0;
    const checkpoint = `${folder}/${rank}.safetensors`;
    const args = [JSON.stringify([{ ...asked, checkpoint, kill: [rank, 8] }])];
    const ended = await startRanks(2, script, { args });
    const other = ended.find((one) => one.rank !== rank)!;
    assertStringIncludes(other.stderr, `Rank ${rank} is gone`);
    const came = await train(2, { ...asked, checkpoint, resume: true });
    for (const { state } of came) {
      state.forEach((value, i) => assertNear(value, alone.state[i], 1e-12));
    }
  }));
