import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, FileError, FormatError } from "../../src/base/errors.ts";
import { type MetricRecord, MetricsLog, readMetrics } from "../../src/report/metrics.ts";
import { inFolder } from "../helpers.ts";

/** A file of the records { step: 1 } to { step: n }. */
function logged(folder: string, n: number): string {
  const path = `${folder}/metrics.jsonl`;
  using log = new MetricsLog(path);
  for (let step = 1; step <= n; step++) log.log({ step, loss: 1 / step });
  return path;
}

const steps = (records: MetricRecord[]): unknown[] => records.map(({ step }) => step);

Deno.test("records come back as they were logged, one JSON line each", () =>
  inFolder((folder) => {
    const path = `${folder}/new/metrics.jsonl`; // the folder is made
    const records: MetricRecord[] = [
      { step: 1, epoch: 0, phase: "student", loss: 0.1 + 0.2, done: false, note: null },
      { step: 2, phase: 'quotes " and\nline ends', perClass: [0.5, 1, 0] },
      {},
    ];
    {
      using log = new MetricsLog(path);
      for (const record of records) log.log(record);
    }
    assertEquals(readMetrics(path), records);
    const lines = Deno.readTextFileSync(path).trimEnd().split("\n");
    assertEquals(lines.length, 3);
    assertEquals(JSON.parse(lines[0]), records[0]);
  }));

Deno.test("numbers that JSON cannot hold come back too, and any JSON reader can read the file", () =>
  inFolder((folder) => {
    const path = `${folder}/metrics.jsonl`;
    const record = {
      step: 7,
      loss: NaN,
      norm: Infinity,
      low: -Infinity,
      list: [1, NaN, -Infinity],
    };
    {
      using log = new MetricsLog(path);
      log.log(record);
    }
    const parsed = JSON.parse(Deno.readTextFileSync(path));
    assertEquals(parsed.step, 7);
    assertEquals(parsed.loss, null);
    assertEquals(parsed.list, [1, null, null]);
    assertEquals(parsed.nonFinite[0], ["loss", "NaN"]);
    assertEquals(readMetrics(path), [record]);
  }));

Deno.test("a process that is killed loses nothing that was logged", () =>
  inFolder(async (folder) => {
    const path = `${folder}/metrics.jsonl`;
    const source = new URL("../../src/report/metrics.ts", import.meta.url).href;
    await Deno.writeTextFile(
      `${folder}/run.ts`,
      `import { MetricsLog } from "${source}";
      const log = new MetricsLog(${JSON.stringify(path)});
      for (let step = 1; step <= 500; step++) log.log({ step });
      Deno.kill(Deno.pid, "SIGKILL");`,
    );
    const config = new URL("../../deno.json", import.meta.url).pathname;
    await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--config", config, `${folder}/run.ts`],
    }).output();
    assertEquals(readMetrics(path).length, 500);
  }));

Deno.test("wherever a crash cuts the last line off, the whole ones are read and resumed", () =>
  inFolder((folder) => {
    const path = logged(folder, 3);
    const bytes = Deno.readFileSync(path);
    const from = bytes.lastIndexOf(10, bytes.length - 2) + 1; // where the last line begins
    for (let length = from; length <= bytes.length; length++) {
      Deno.writeFileSync(path, bytes.subarray(0, length));
      const whole = length >= bytes.length - 1 ? [1, 2, 3] : [1, 2]; // only the line end may lack
      assertEquals(steps(readMetrics(path)), whole, `${length} bytes`);
      {
        using log = new MetricsLog(path, { resume: true });
        log.log({ step: 9 });
      }
      assertEquals(steps(readMetrics(path)), [...whole, 9], `${length} bytes, resumed`);
    }
  }));

Deno.test("resuming drops what was logged after the checkpoint", () =>
  inFolder((folder) => {
    const path = logged(folder, 10);
    {
      using log = new MetricsLog(path, { resume: true, keep: ({ step }) => Number(step) <= 4 });
      log.log({ step: 5, loss: NaN });
    }
    const records = readMetrics(path);
    assertEquals(steps(records), [1, 2, 3, 4, 5]);
    assertEquals(records[2].loss, 1 / 3);
    assertEquals(records[4].loss, NaN);
    // What is left beside it, if anything, is a temporary file.
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["metrics.jsonl"]);
  }));

Deno.test("resuming where there is nothing yet begins a file", () =>
  inFolder((folder) => {
    new MetricsLog(`${folder}/metrics.jsonl`, { resume: true }).close();
    assertEquals(readMetrics(`${folder}/metrics.jsonl`), []);
  }));

Deno.test("an earlier run's metrics are not overwritten", () =>
  inFolder((folder) => {
    const path = logged(folder, 2);
    assertThrows(() => new MetricsLog(path), FileError, "resume: true");
    assertEquals(readMetrics(path).length, 2);
  }));

Deno.test("a damaged line in the middle is named", () =>
  inFolder((folder) => {
    const path = `${folder}/metrics.jsonl`;
    for (
      const bad of ["{half", "[1]", "7", "", '{"nonFinite":3}', '{"nonFinite":[["a",0,"NaN"]]}']
    ) {
      Deno.writeTextFileSync(path, `{"step":1}\n${bad}\n{"step":3}\n`);
      assertThrows(() => readMetrics(path), FormatError, "line 2");
      assertThrows(() => new MetricsLog(path, { resume: true }), FormatError, "line 2");
    }
    assertEquals(Deno.readTextFileSync(path).split("\n").length, 4, "the file is left as it was");
  }));

Deno.test("what is not a metric is refused, with the field's name, and nothing is written", () =>
  inFolder((folder) => {
    const path = `${folder}/metrics.jsonl`;
    using log = new MetricsLog(path);
    for (const bad of [{ a: {} }, { a: 1n }, { a: () => 1 }, { a: ["x"] }, { a: [[1]] }]) {
      assertThrows(() => log.log(bad as unknown as MetricRecord), ArgumentError, '"a"');
    }
    assertThrows(() => log.log({ nonFinite: 1 }), ArgumentError, "nonFinite");
    assertEquals(Deno.readTextFileSync(path), "");
  }));

Deno.test("files that cannot be read or written, and a closed log", () =>
  inFolder((folder) => {
    assertThrows(() => readMetrics(`${folder}/none.jsonl`), FileError, "none.jsonl");
    Deno.writeTextFileSync(`${folder}/file`, "");
    assertThrows(() => new MetricsLog(`${folder}/file/metrics.jsonl`), FileError);
    assertThrows(() => new MetricsLog(folder, { resume: true }), FileError);
    const log = new MetricsLog(`${folder}/metrics.jsonl`);
    log.close();
    log.close();
    assertThrows(() => log.log({ step: 1 }), FileError, "closed");
  }));

Deno.test("a record costs little beside a training step", () =>
  inFolder((folder) => {
    using log = new MetricsLog(`${folder}/metrics.jsonl`);
    const from = performance.now();
    for (let step = 0; step < 2000; step++) {
      log.log({ step, phase: "student", loss: 0.3, lr: 1e-3 });
    }
    const each = (performance.now() - from) / 2000;
    assert(each < 0.2, `${each} ms`); // measured: 0.01 ms
  }));

Deno.test("an open log drops the records that are not wanted any more, and goes on", () =>
  inFolder((folder) => {
    const path = logged(folder, 5);
    using log = new MetricsLog(path, { resume: true });
    log.log({ step: 6 });
    log.retain(({ step }) => Number(step) <= 3);
    log.log({ step: 4, again: true });
    assertEquals(steps(readMetrics(path)), [1, 2, 3, 4]);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
    log.close();
    assertThrows(() => log.retain(() => true), FileError, "is closed");
  }));
