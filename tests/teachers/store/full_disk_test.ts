import { assert, assertEquals, assertRejects } from "@std/assert";
import { FileError } from "../../../src/base/errors.ts";
import * as teachers from "../../../src/teachers/mod.ts";
import { test } from "../../helpers.ts";
import { temporaryFolder } from "../../setup/fakes.ts";
import { contents, Numbers, shardsBelow, voter } from "./stores.ts";

/** A disk of 256 kB, or null where this user may not mount one. */
function tinyDisk(path: string): Disposable | null {
  if (Deno.build.os !== "linux") return null;
  const run = (command: string, ...args: string[]) =>
    new Deno.Command(command, { args, stderr: "null" }).outputSync().success;
  try {
    if (!run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", path)) return null;
  } catch {
    return null;
  }
  return { [Symbol.dispose]: () => void run("umount", path) };
}

test("a disk that becomes full ends the filling; nothing of it is lost", async () => {
  using folder = temporaryFolder();
  using whole = temporaryFolder();
  using disk = tinyDisk(folder.path);
  if (disk === null) {
    console.log("    left out: a tmpfs cannot be mounted here");
    return;
  }
  const options = {
    shardImages: 1024,
    batchSize: 64,
    teachers: [voter()],
    pixels: new Numbers(8000),
  } as const;
  await teachers.fill(new teachers.Store({ root: whole.path }), options);
  const store = new teachers.Store({ root: folder.path });
  await assertRejects(() => teachers.fill(store, options), FileError, "No room for the store");
  assertEquals(shardsBelow(folder.path), []);
  // Somebody else takes the room when the filling has begun.
  const ballast = `${folder.path}/ballast`;
  const small = { ...options, variants: 1, pixels: new Numbers(4000) };
  const onStart = () => Deno.writeFileSync(ballast, new Uint8Array(110_000));
  const error = await assertRejects(
    () => teachers.fill(store, { ...small, onStart }),
    FileError,
    "Make room on that disk",
  );
  assert(error.message.includes(".safetensors"), error.message);
  const left = contents(folder.path);
  assertEquals(Object.values(left).filter((text) => text === "left over").length, 1);
  assert(Object.keys(left).length > 1);
  assertEquals((await store.verify()).damaged, []);
  Deno.removeSync(ballast);
  const filled = await teachers.fill(store, small);
  assert(filled.computed > 0 && filled.computed < 4);
  assertEquals(store.list().map(({ complete }) => complete).sort(), [0, 1]);
});
