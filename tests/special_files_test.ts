import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FileError, FormatError } from "../src/base/errors.ts";
import { writeAtomic, writeAtomicSync } from "../src/base/files.ts";
import {
  openFile,
  openFileSync,
  readFile,
  readFileSync,
  readTextFileSync,
} from "../src/base/regular_files.ts";
import { temporaryFolder } from "./setup/fakes.ts";

/** What no reader may wait at or read to its end, by what messages call it. */
function specialFiles(folder: string): Record<string, string> {
  const { code } = new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).outputSync();
  assertEquals(code, 0);
  Deno.symlinkSync("fifo", `${folder}/to-fifo`);
  Deno.symlinkSync("/dev/zero", `${folder}/to-zero`);
  Deno.mkdirSync(`${folder}/folder`);
  return {
    [`${folder}/fifo`]: "FIFO",
    [`${folder}/to-fifo`]: "FIFO",
    [`${folder}/to-zero`]: "device",
    ["/dev/zero"]: "device",
    [`${folder}/folder`]: "folder",
  };
}

Deno.test("only files are read: a FIFO, a device and a folder are errors that say what they are", async () => {
  using folder = temporaryFolder();
  for (const [path, kind] of Object.entries(specialFiles(folder.path))) {
    const says = `${path}: it is a ${kind}, not a file`;
    for (const read of [openFileSync, readFileSync, readTextFileSync]) {
      assertThrows(() => read(path), FileError, says);
    }
    for (const read of [openFile, readFile]) await assertRejects(() => read(path), FileError, says);
  }
  assertThrows(() => openFileSync(`${folder.path}/none`), FormatError, "There is no file");
});

Deno.test("a file that is too large is refused before it is read", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/large`;
  using file = Deno.openSync(path, { write: true, create: true });
  file.truncateSync(2 ** 40);
  assertThrows(() => readTextFileSync(path), FormatError, "1099511627776 bytes");
  await assertRejects(() => readFile(path, 10), FormatError, "at most 10");
});

Deno.test("writing onto a FIFO, a device or a folder is refused and changes nothing", async () => {
  using folder = temporaryFolder();
  for (const [path, kind] of Object.entries(specialFiles(folder.path))) {
    const before = Deno.lstatSync(path);
    const a = assertThrows(() => writeAtomicSync(path, "text"), FileError, `a ${kind}, not a file`);
    assert(a.message.includes(path), a.message);
    await assertRejects(() => writeAtomic(path, "text"), FileError, `a ${kind}, not a file`);
    assertEquals(Deno.lstatSync(path).ino, before.ino);
  }
});

Deno.test("writing through links writes what they lead to, there already or not; the links stay", async () => {
  using folder = temporaryFolder();
  const at = (name: string): string => `${folder.path}/${name}`;
  Deno.mkdirSync(at("store"));
  Deno.writeTextFileSync(at("store/old"), "old", { mode: 0o640 });
  Deno.symlinkSync("store/old", at("first"));
  Deno.symlinkSync("first", at("second"));
  Deno.symlinkSync("store/new", at("third"));
  Deno.symlinkSync(at("store"), at("linked-folder"));
  await writeAtomic(at("second"), "one");
  assertEquals(Deno.readTextFileSync(at("store/old")), "one");
  assertEquals(Deno.statSync(at("store/old")).mode! & 0o777, 0o640);
  writeAtomicSync(at("third"), "two");
  assertEquals(Deno.readTextFileSync(at("store/new")), "two");
  writeAtomicSync(at("linked-folder/more"), "three");
  assertEquals(Deno.readTextFileSync(at("store/more")), "three");
  for (const link of ["first", "second", "third", "linked-folder"]) {
    assert(Deno.lstatSync(at(link)).isSymlink, link);
  }
  Deno.symlinkSync("circle", at("circle"));
  assertThrows(() => writeAtomicSync(at("circle"), ""), FileError, "in a circle");
});
