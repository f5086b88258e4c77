/**
 * Checks that TensorBoard shows what was logged, and after a resume what stayed, with its own readers: the Python
 * one, opened anew and kept open, and its data server.
 *
 * Run: deno run -A tests/parity/tensorboard.ts PYTHON (with tensorboard installed: see tensorboard_reader.py)
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { type MetricRecord, metricsTo } from "../../src/train/mod.ts";

type Curves = Record<string, [wall: number, step: number, value: number | string][]>;

const text = (value: number): number | string => {
  const float = Math.fround(value);
  return Number.isNaN(float) ? "nan" : Number.isFinite(float) ? float : float > 0 ? "inf" : "-inf";
};

/** What has to be shown, without the times, written apart from the code that is checked. */
function expected(records: readonly MetricRecord[]): Record<string, [number, number | string][]> {
  const curves: Record<string, [number, number | string][]> = {};
  for (const { run, event, step, ...fields } of records) {
    for (const [field, value] of Object.entries(fields)) {
      if (typeof value !== "number" || typeof step !== "number") continue;
      (curves[`${run}/${event === "epoch" ? "epoch/" : ""}${field}`] ??= [])
        .push([step, text(value)]);
    }
  }
  return curves;
}

const folder = await Deno.makeTempDir();
const reader = new Deno.Command(Deno.args[0] ?? "python3", {
  args: [new URL("tensorboard_reader.py", import.meta.url).pathname, folder],
  stdin: "piped",
  stdout: "piped",
}).spawn();
const input = reader.stdin.getWriter();
const lines = createInterface({ input: Readable.fromWeb(reader.stdout as never) })
  [Symbol.asyncIterator]();

let checked = 0;
async function check(what: string, records: readonly MetricRecord[]): Promise<Curves> {
  await input.write(new TextEncoder().encode("\n"));
  const shown: Record<string, Curves> = JSON.parse((await lines.next()).value ?? "{}");
  for (const [who, curves] of Object.entries(shown)) {
    const wanted = expected(records);
    assertEquals(Object.keys(curves).sort(), Object.keys(wanted).sort(), `${who}: ${what}`);
    for (const [tag, points] of Object.entries(curves)) {
      const where = `${who}: ${what}: ${tag}`;
      assertEquals(points.length, wanted[tag].length, where);
      points.forEach(([, ...point], i) => assertEquals<unknown>(point, wanted[tag][i], where));
    }
    for (const points of Object.values(curves)) {
      for (const [i, [wall]] of points.entries()) {
        assert(Math.abs(wall - Date.now() / 1000) < 600, `${wall}`);
        assert(i === 0 || wall >= points[i - 1][0], "times ascend");
        checked++;
      }
    }
  }
  return shown.fresh;
}

const steps = (run: string, from: number, to: number, add = 0): MetricRecord[] =>
  Array.from({ length: to - from + 1 }, (_, i): MetricRecord => {
    const step = from + i;
    const odd = step === 3 ? NaN : step === 4 ? -Infinity : step === 5 ? 1e39 : 1 / step + add;
    return {
      run,
      event: step % 10 === 0 ? "epoch" : "steps",
      step,
      loss: odd,
      "teachers.Lehrer größe/2.agreement": 0.1 + 0.2,
      note: "text",
      list: [1, 2],
      large: 123456789 * step,
    };
  });

try {
  const teacher = steps("teacher", 1, 900);
  const student = steps("student", 1, 300);
  {
    using metrics = metricsTo(folder, { tensorboard: true, csv: true });
    for (const record of [...teacher, ...student]) metrics.log(record);
    metrics.log({ run: "student", message: "no step" });
    await check("all values", [...teacher, ...student]);
    const more = steps("student", 301, 310);
    for (const record of more) metrics.log(record);
    await check("while it is written", [...teacher, ...student, ...more]);
  }
  // The student goes on from step 120: the teacher, which went further, keeps its records.
  const kept = student.filter(({ step }) => Number(step) <= 120);
  const again = steps("student", 121, 140, 7);
  let before: Curves;
  {
    using metrics = metricsTo(folder, { tensorboard: true, csv: true, resume: true });
    metrics.retain((record) => record.run !== "student" || !(Number(record.step) > 120));
    before = await check("after the cut", [...teacher, ...kept]);
    for (const record of again) metrics.log(record);
    await check("after going on", [...teacher, ...kept, ...again]);
  }
  using metrics = metricsTo(folder, { tensorboard: true, resume: true });
  metrics.retain(({ run, step }) => run === "teacher" || Number(step) <= 50);
  const after = await check("after a second cut", [...teacher, ...student.slice(0, 50)]);
  assertEquals(
    after["teacher/loss"],
    before["teacher/loss"],
    "the times of what stays are what they were",
  );
  console.log(`${checked} points are what was logged, for each of the three readers.`);
} finally {
  await input.close();
  await reader.status;
  await Deno.remove(folder, { recursive: true });
}
