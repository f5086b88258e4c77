import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { FileError } from "../src/base/errors.ts";
import { makeFolderAtomic, writeAtomic, writeAtomicSync } from "../src/base/files.ts";
import { filesBelow, temporaryFolder } from "./setup/fakes.ts";

const ways: [string, (path: string, content: Uint8Array | string) => Promise<void>][] = [
  ["writeAtomic", writeAtomic],
  // deno-lint-ignore require-await -- so that both are called alike
  ["writeAtomicSync", async (path, content) => writeAtomicSync(path, content)],
];

for (const [name, write] of ways) {
  Deno.test(`${name}: writes text and bytes, makes folders, replaces, leaves nothing else`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "a/b/file.txt");
    await write(path, "grün");
    assertEquals(Deno.readTextFileSync(path), "grün");
    const bytes = crypto.getRandomValues(new Uint8Array(50_000));
    await write(path, bytes);
    assertEquals(Deno.readFileSync(path), bytes);
    assertEquals(filesBelow(folder.path), ["a/b/file.txt"]);
  });

  Deno.test(`${name}: a place that cannot be written is a FileError that names it`, async () => {
    using folder = temporaryFolder();
    Deno.writeTextFileSync(join(folder.path, "file"), "not a folder");
    Deno.mkdirSync(join(folder.path, "folder/full"), { recursive: true });
    for (const path of ["file/below", "folder"].map((name) => join(folder.path, name))) {
      const error = await assertRejects(() => write(path, "text"), FileError);
      assert(error.message.includes(folder.path), error.message);
    }
    assertEquals(Deno.readTextFileSync(join(folder.path, "file")), "not a folder");
    assertEquals(filesBelow(folder.path), ["file"]);
  });
}

Deno.test("writeAtomicSync: a bare name is written into the current folder", () => {
  using folder = temporaryFolder();
  const before = Deno.cwd();
  Deno.chdir(folder.path);
  try {
    writeAtomicSync("bare.txt", "text");
  } finally {
    Deno.chdir(before);
  }
  assertEquals(filesBelow(folder.path), ["bare.txt"]);
});

Deno.test("makeFolderAtomic: the folder appears whole, and replaces an older one", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "deep/result");
  for (const content of ["first", "second"]) {
    const result = await makeFolderAtomic(path, async (temporary) => {
      await Deno.writeTextFile(join(temporary, content), content);
      return content.length;
    });
    assertEquals(result, content.length);
    assertEquals(filesBelow(folder.path), [`deep/result/${content}`]);
  }
});

Deno.test("makeFolderAtomic: a failure leaves what was there and nothing else", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "result");
  Deno.mkdirSync(path);
  Deno.writeTextFileSync(join(path, "old"), "old");
  const failing = (): Promise<void> =>
    makeFolderAtomic(path, async (temporary) => {
      await Deno.writeTextFile(join(temporary, "half"), "half");
      throw new RangeError("on purpose");
    });
  await assertRejects(failing, RangeError, "on purpose");
  assertEquals(filesBelow(folder.path), ["result/old"]);
});

Deno.test("makeFolderAtomic: below a file it is a FileError", async () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(join(folder.path, "file"), "");
  await assertRejects(
    () => makeFolderAtomic(join(folder.path, "file/result"), () => Promise.resolve()),
    FileError,
    join(folder.path, "file/result"),
  );
  assertThrows(() => Deno.statSync(join(folder.path, "file/result")));
});
