import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse } from "npm:deno-std@1.4.0/csv/mod.js";
import { ArgumentError, FileError } from "../../src/base/errors.ts";
import { type MetricRecord, metricsTo, readMetrics } from "../../src/train/mod.ts";
import { inFolder } from "../helpers.ts";

const csvOf = (folder: string) => Deno.readTextFileSync(`${folder}/metrics.csv`);
const eventFiles = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).filter((n) => n.includes("tfevents"))
    .sort();
const bytesOf = (folder: string, name: string) => Deno.readFileSync(`${folder}/${name}`);
const all = { csv: true, tensorboard: true };

Deno.test("CSV: columns as they come, quoted as RFC 4180 says, read back by another reader", () =>
  inFolder((folder) => {
    {
      using metrics = metricsTo(folder, all);
      metrics.log({ step: 1, loss: 0.5 });
      assertEquals(csvOf(folder), "step,loss\n1,0.5\n");
      metrics.log({ step: 2, loss: NaN });
      metrics.log({ step: 3, loss: -Infinity, 'a "quoted", name': "x" });
      metrics.log({ loss: Infinity, note: 'two\nlines, "said"', done: true, list: [1, NaN, 2e-9] });
      metrics.log({ note: "" });
      metrics.log({});
    }
    const empty = ",,,,,";
    assertEquals(
      csvOf(folder),
      `step,loss,"a ""quoted"", name",note,done,list
1,0.5,,,,
2,NaN,,,,
3,-inf,x,,,
,inf,,"two\nlines, ""said""",true,"[1,NaN,2e-9]"
,,,"",,
${empty}
`,
    );
    const rows: string[][] = parse(csvOf(folder));
    assertEquals(rows.map((row) => row.length), Array(7).fill(6));
    assertEquals(rows[0][2], 'a "quoted", name');
    assertEquals(rows[4][3], 'two\nlines, "said"');
    assertEquals([...Deno.readDirSync(folder)].length, 3, "nothing temporary is left");
  }));

Deno.test("CSV: a field alone that is empty is a record all the same", () =>
  inFolder((folder) => {
    using metrics = metricsTo(folder, { csv: true });
    metrics.log({}); // no column yet
    metrics.log({ a: null });
    assertEquals(csvOf(folder), 'a\n""\n""\n');
  }));

Deno.test("resuming takes what came after the checkpoint out of all files", () =>
  inFolder((folder) => {
    const log = (from: number, to: number, add = 0) => {
      using metrics = metricsTo(folder, { ...all, resume: from > 1 });
      metrics.retain(({ step }) => Number(step) < from);
      for (let step = from; step <= to; step++) metrics.log({ run: "a", step, loss: step + add });
    };
    log(1, 10);
    const [first] = eventFiles(folder);
    const old = bytesOf(folder, first);
    log(5, 6, 0.25);
    assertEquals(readMetrics(`${folder}/metrics.jsonl`).map(({ loss }) => loss), [
      ...[1, 2, 3, 4],
      5.25,
      6.25,
    ]);
    assertEquals(csvOf(folder), "run,step,loss\na,1,1\na,2,2\na,3,3\na,4,4\na,5,5.25\na,6,6.25\n");
    const files = eventFiles(folder);
    assertEquals([files.length, files[0]], [2, first]);
    assertEquals(bytesOf(folder, first).length, 0, "the old file is emptied");
    const now = bytesOf(folder, files[1]);
    // Version, restart and four records are the old ones, with their times.
    const each = (old.length - now.length) / 4;
    assertEquals(now.subarray(0, now.length - 2 * each), old.subarray(0, old.length - 6 * each));
    log(3, 3);
    assertEquals(eventFiles(folder).length, 2, "what was emptied before is gone");
    assert(!eventFiles(folder).includes(first));
  }));

Deno.test("a resume that takes nothing out goes on in the same files", () =>
  inFolder((folder) => {
    {
      using metrics = metricsTo(folder, all);
      metrics.log({ step: 1, loss: 1 });
    }
    const before = eventFiles(folder);
    const length = bytesOf(folder, before[0]).length;
    using metrics = metricsTo(folder, { ...all, resume: true });
    metrics.retain(() => true);
    metrics.log({ step: 2, loss: 2 });
    assertEquals(eventFiles(folder), before);
    assert(bytesOf(folder, before[0]).length > length);
    assertEquals(csvOf(folder), "step,loss\n1,1\n2,2\n");
  }));

Deno.test("copies that a crash cut off, or that were not written before, are made whole", () =>
  inFolder((folder) => {
    const records: MetricRecord[] = Array.from({ length: 5 }, (_, step) => ({ step, loss: 1 }));
    {
      using metrics = metricsTo(folder);
      for (const record of records) metrics.log(record);
    }
    assertEquals([...Deno.readDirSync(folder)].length, 1);
    metricsTo(folder, { ...all, resume: true }).close();
    const [csv, [name]] = [csvOf(folder), eventFiles(folder)];
    const events = bytesOf(folder, name);
    assertEquals(csv.split("\n").length, 7);
    for (const cut of [0, 1, 30, events.length - 1]) {
      const [last] = eventFiles(folder).slice(-1);
      Deno.writeFileSync(`${folder}/${last}`, events.subarray(0, cut));
      Deno.writeTextFileSync(`${folder}/metrics.csv`, csv.slice(0, cut));
      metricsTo(folder, { ...all, resume: true }).close();
      assertEquals(csvOf(folder), csv);
      assertEquals(bytesOf(folder, eventFiles(folder).at(-1)!).length, events.length, `${cut}`);
    }
  }));

Deno.test("a process that is killed loses nothing, and what it left is resumed", () =>
  inFolder(async (folder) => {
    const source = new URL("../../src/report/metrics_to.ts", import.meta.url).href;
    await Deno.writeTextFile(
      `${folder}/run.ts`,
      `import { metricsTo } from "${source}";
      const metrics = metricsTo(${
        JSON.stringify(`${folder}/run`)
      }, { csv: true, tensorboard: true });
      for (let step = 1; step <= 200; step++) metrics.log({ step, ["f" + step % 20]: step });
      Deno.kill(Deno.pid, "SIGKILL");`,
    );
    const config = new URL("../../deno.json", import.meta.url).pathname;
    await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--config", config, `${folder}/run.ts`],
    }).output();
    const run = `${folder}/run`;
    const [csv, files] = [csvOf(run), eventFiles(run)];
    assertEquals(parse(csv).length, 201);
    metricsTo(run, { ...all, resume: true }).close();
    assertEquals([csvOf(run), eventFiles(run)], [csv, files]);
  }));

Deno.test("another run's files are not overwritten, and nothing is begun beside them", () =>
  inFolder((folder) => {
    for (const name of ["metrics.csv", "events.out.tfevents.1700000000.apprentice"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "old");
      assertThrows(() => metricsTo(folder, all), FileError, name);
      assertEquals([...Deno.readDirSync(folder)].length, 1);
      Deno.removeSync(`${folder}/${name}`);
    }
    metricsTo(folder, all).close();
    assertThrows(() => metricsTo(folder, all), FileError, "resume: true");
  }));

Deno.test("a record that is none goes into no file, and a closed sink says so", () =>
  inFolder((folder) => {
    const metrics = metricsTo(folder, all);
    metrics.log({ step: 1 });
    const before = [csvOf(folder), bytesOf(folder, eventFiles(folder)[0]).length];
    assertThrows(() => metrics.log({ step: 2, a: {} as never }), ArgumentError, '"a"');
    metrics.flush();
    assertEquals([csvOf(folder), bytesOf(folder, eventFiles(folder)[0]).length], before);
    metrics.close();
    metrics.close();
    metrics.flush();
    assertThrows(() => metrics.log({ step: 1 }), FileError, "closed");
    assertThrows(() => metrics.retain(() => true), FileError, "closed");
    assertEquals(readMetrics(`${folder}/metrics.jsonl`).length, 1);
  }));

Deno.test("copies that cannot be written are named", () =>
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/metrics.csv`);
    assertThrows(() => metricsTo(folder, { csv: true, resume: true }), FileError, "metrics.csv");
    Deno.writeTextFileSync(`${folder}/file`, "");
    assertThrows(() => metricsTo(`${folder}/file/run`, all), FileError);
    assertThrows(() => metricsTo(`${folder}/file/run`, { ...all, resume: true }), FileError);
  }));

Deno.test("a record in all three files costs little beside a training step", () =>
  inFolder((folder) => {
    using metrics = metricsTo(folder, all);
    const from = performance.now();
    for (let step = 0; step < 2000; step++) {
      metrics.log({ run: "student", event: "steps", step, loss: 0.3, lr: 1e-3 });
    }
    const each = (performance.now() - from) / 2000;
    assert(each < 0.5, `${each} ms`); // measured: 0.05 ms
  }));
