import { assertEquals } from "@std/assert";
import { ensureWritable } from "../src/data/sources/cached_images.ts";
import {
  makeFolderAtomic,
  removeTemporaries,
  writeAtomic,
  writeAtomicSync,
} from "../src/base/files.ts";
import { removeTemporariesIn } from "../src/base/temporaries.ts";
import { filesBelow, temporaryFolder } from "./setup/fakes.ts";

const FILES = new URL("../src/base/files.ts", import.meta.url).href;

/** Starts a process that writes `path` or makes it as a folder, and is stopped half-way through. */
async function halfWay(path: string, how: "file" | "folder"): Promise<Deno.ChildProcess> {
  const code = how === "file"
    ? `import { writeAtomicSync } from "${FILES}";
       writeAtomicSync(${JSON.stringify(path)}, (function* () {
         yield new Uint8Array(1000);
         console.log("half");
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       })());`
    : `import { makeFolderAtomic } from "${FILES}";
       await makeFolderAtomic(${JSON.stringify(path)}, async (folder) => {
         Deno.writeTextFileSync(folder + "/part", "half");
         console.log("half");
         await new Promise((resolve) => setTimeout(resolve, 60_000));
       });`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return child;
}

const leftovers = (folder: string): string[] =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".tmp"));

Deno.test("a write that a killed process left is cleared away by the next; a living one's is not", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/model.safetensors`;
  const [dead, living] = [await halfWay(path, "file"), await halfWay(path, "file")];
  try {
    Deno.writeTextFileSync(`${path}.notes.tmp`, "a user's");
    Deno.writeTextFileSync(`${folder.path}/other.1-0123abcd.tmp`, "of another file");
    assertEquals(leftovers(folder.path).length, 4);
    dead.kill("SIGKILL");
    await dead.status;
    await writeAtomic(path, "whole");
    assertEquals(Deno.readTextFileSync(path), "whole");
    assertEquals(leftovers(folder.path).length, 3);
    living.kill("SIGKILL");
    await living.status;
    removeTemporaries(path);
    assertEquals(leftovers(folder.path).sort(), [
      "model.safetensors.notes.tmp",
      "other.1-0123abcd.tmp",
    ]);
    removeTemporariesIn(folder.path);
    assertEquals(leftovers(folder.path), ["model.safetensors.notes.tmp"]);
  } finally {
    for (const child of [dead, living]) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
    }
  }
});

Deno.test("a folder that a killed process half made is cleared away by the next", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/made`;
  const child = await halfWay(path, "folder");
  removeTemporaries(path);
  assertEquals(filesBelow(folder.path).length, 1, "it is alive");
  child.kill("SIGKILL");
  await child.status;
  await makeFolderAtomic(path, (at) => Deno.writeTextFile(`${at}/whole`, ""));
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["made"]);
});

Deno.test("writes of one process to one file do not clear each other away", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  const bytes = new Uint8Array(1 << 20);
  await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    removeTemporaries(path);
    if (i % 4 === 0) writeAtomicSync(path, bytes);
    else await writeAtomic(path, bytes);
    removeTemporaries(path);
  }));
  assertEquals(filesBelow(folder.path), ["file"]);
});

Deno.test("what killed processes left in caches goes when the caches are next written", async () => {
  using folder = temporaryFolder();
  const left = ["cnn-0123.safetensors.1-0123abcd.tmp", "probe.2-0123abcd.tmp"];
  for (const name of left) Deno.writeTextFileSync(`${folder.path}/${name}`, "half");
  await ensureWritable(folder.path);
  assertEquals(filesBelow(folder.path), []);
});
