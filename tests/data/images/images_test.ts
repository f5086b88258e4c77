// Files that are none, and what Deno does not permit.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as data from "../../../src/data/mod.ts";
import { FileError } from "../../../src/base/errors.ts";
import { test } from "../../helpers.ts";
import { grayPng, withFiles } from "./pictures.ts";

const part = { kind: "whole", size: 2 } as const;

test("pipes and devices are refused, not read", async () => {
  await withFiles({ "a/1.png": grayPng(1), "zero.csv": "" }, async (root) => {
    const pipe = await new Deno.Command("mkfifo", {
      args: [`${root}/a/pipe.png`, `${root}/pipe.tar`],
    })
      .output();
    assert(pipe.success);
    await Deno.symlink("/dev/zero", `${root}/a/zero.png`);
    await Deno.remove(`${root}/zero.csv`);
    await Deno.symlink("/dev/zero", `${root}/zero.csv`);
    using folder = data.images(`${root}/a`, { workers: 0, part });
    assertEquals(folder.length, 1);
    await Deno.writeTextFile(`${root}/list.txt`, "a/pipe.png 0\na/zero.png 0\n");
    using list = new data.ImageList(`${root}/list.txt`, { workers: 0, part });
    await assertRejects(() => list.batch(Int32Array.of(0)), FileError, "it is a FIFO");
    await assertRejects(() => list.batch(Int32Array.of(1)), FileError, "it is a device");
    assertThrows(() => new data.TarShards(`${root}/pipe.tar`), FileError, "it is a FIFO");
    assertThrows(() => new data.ImageList(`${root}/zero.csv`), FileError, "it is a device");
  });
});

test("what was not permitted stays that, and names the permission", async () => {
  const mod = new URL("../../../mod.ts", import.meta.url).href;
  await withFiles({ "a/1.png": grayPng(1) }, async (root) => {
    const script = `import { data } from "${mod}";
      try { data.images("${root}/a", { workers: 0 }); } catch (error) { console.log(error.name, error.message); }
      try { await data.mnist("train", { cache: "${root}/none" }); } catch (error) { console.log(error.name); }`;
    await Deno.writeTextFile(`${root}/script.ts`, script);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--allow-env", "--allow-ffi", `${root}/script.ts`],
      stderr: "null",
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert(lines[0].startsWith("NotCapable") && lines[0].includes("--allow-read"), lines[0]);
    assertEquals(lines[1], "NotCapable");
  });
});
