/** What killed processes left half written: gone once the same file is written, or its run goes on. */

import { assertEquals } from "@std/assert";
import * as models from "../../src/models/mod.ts";
import { RUN_FILES, RunFolder } from "../../src/runs/folder.ts";
import { test } from "../helpers.ts";

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const process = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" })
    .spawn();
  await process.status;
  return process.pid;
}

test("students and run folders are rid of what killed processes left", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const pid = await deadProcess();
    const names = ["model.safetensors", ...Object.values(RUN_FILES)];
    for (const name of names) {
      await Deno.writeTextFile(`${folder}/${name}.${pid}-0123abcd.tmp`, "half");
      await Deno.writeTextFile(`${folder}/${name}.notes.tmp`, "a user's");
    }
    using model = new models.Mlp({ inputs: 4, numClasses: 2, widths: [3] });
    models.save(`${folder}/model.safetensors`, model);
    await RunFolder.open(folder);
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const users = names.map((name) => `${name}.notes.tmp`);
    assertEquals(left, ["model.safetensors", ...users].sort());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
