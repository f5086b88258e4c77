import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, FileError } from "../../src/base/errors.ts";
import { RUN_FILES, RunFolder } from "../../src/runs/folder.ts";
import { inFolder } from "../helpers.ts";
import { spoken } from "../spoken.ts";

Deno.test("a run gets a folder named for what it is and when it began", () =>
  inFolder(async (folder) => {
    const run = await RunFolder.create(
      `${folder}/deep/runs`,
      "uniform",
      new Date(2026, 0, 31, 14, 5, 1),
    );
    assertMatch(run.root, /runs[/\\]uniform-20260131-140501$/);
    assert((await Deno.stat(run.root)).isDirectory);
    assertMatch(run.path("checkpoints", "4.json"), /140501[/\\]checkpoints[/\\]4\.json$/);
  }));

Deno.test("runs that begin in the same second do not share a folder", () =>
  inFolder(async (folder) => {
    const date = new Date();
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => RunFolder.create(folder, "run", date)),
    );
    assertEquals(new Set(runs.map(({ root }) => root)).size, 8);
    assertEquals([...Deno.readDirSync(folder)].length, 8);
  }));

Deno.test("JSON comes back, with what JSON cannot hold as text; nothing else is left beside it", () =>
  inFolder(async (folder) => {
    const run = await RunFolder.create(folder, "run");
    const config = { seed: 1, lr: 1e-3, teachers: ["a", "b"], nothing: null };
    await run.writeJson(RUN_FILES.config, config);
    await run.writeJson(RUN_FILES.config, { ...config, seed: 2 }); // over the old one
    assertEquals(JSON.parse(await Deno.readTextFile(run.path("config.json"))), {
      ...config,
      seed: 2,
    });
    await run.writeJson("odd.json", { a: NaN, b: -Infinity, c: 2n ** 60n });
    assertEquals(JSON.parse(await Deno.readTextFile(run.path("odd.json"))), {
      a: "NaN",
      b: "-Infinity",
      c: "1152921504606846976",
    });
    await run.writeText("notes/summary.txt", "wörds\n");
    assertEquals(await Deno.readTextFile(run.path("notes/summary.txt")), "wörds\n");
    assertEquals([...Deno.readDirSync(run.root)].map(({ name }) => name).sort(), [
      "config.json",
      "notes",
      "odd.json",
    ]);
  }));

Deno.test("a value that refers to itself is refused and the old file stays", () =>
  inFolder(async (folder) => {
    const run = await RunFolder.create(folder, "run");
    await run.writeText("config.json", "old");
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    await assertRejects(() => run.writeJson("config.json", loop), ArgumentError, "config.json");
    assertEquals(await Deno.readTextFile(run.path("config.json")), "old");
  }));

Deno.test("names that would leave the folder or hide are refused", () =>
  inFolder(async (folder) => {
    for (const name of ["", "a/b", "..", ".hidden", "a b", "-x", "a\\b"]) {
      await assertRejects(
        () => RunFolder.create(folder, name),
        ArgumentError,
        JSON.stringify(name),
      );
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("places that cannot be written, and runs that are not there", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(() => RunFolder.create(`${folder}/file`, "run"), FileError, "file");
    await assertRejects(() => RunFolder.create(`${folder}/file/runs`, "run"), FileError, "file");
    await assertRejects(() => RunFolder.open(`${folder}/none`), FileError, "none");
    await assertRejects(() => RunFolder.open(`${folder}/file`), FileError, "file");
    const run = await RunFolder.create(folder, "run");
    assertEquals((await RunFolder.open(run.root)).root, run.root);
    await Deno.remove(run.root);
    await Deno.writeTextFile(run.root, ""); // a file now stands where the folder was
    await assertRejects(() => run.writeText("a.txt", "x"), FileError, run.root);
  }));

Deno.test("who waits for a folder gets it as soon as it is free, and says once for whom it waits", () =>
  inFolder(async (root) => {
    const [first, second] = [await RunFolder.at(root), await RunFolder.at(root)];
    const held = first.hold();
    assertThrows(() => second.hold(), FileError, "works in the run folder");
    let got: Disposable | null | undefined;
    const said = await spoken(async () => {
      const waiting = second.holdWhenFree().then((own) => got = own);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assertEquals(got, undefined);
      held[Symbol.dispose]();
      await waiting;
    });
    assertEquals(said, `waiting for process ${Deno.pid}, which works in ${root}\n`);
    assertThrows(() => first.hold(), FileError);
    const stop = new AbortController();
    const other = first.holdWhenFree({ progress: false, signal: stop.signal });
    stop.abort();
    assertEquals(await other, null);
    got![Symbol.dispose]();
  }));
