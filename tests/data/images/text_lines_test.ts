// Text files that are no lists.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { linesOf, readText } from "../../../src/data/images/text_lines.ts";
import * as data from "../../../src/data/mod.ts";
import { FormatError } from "../../../src/base/errors.ts";
import { withFiles } from "./pictures.ts";

Deno.test("lines are numbered from 1, of any length up to 65,536 bytes and with any ends", async () => {
  const long = "x".repeat(65_536);
  const files = { "a.txt": `\ufeffa\r\n\r\n  b c \n${long}\nlast`, "none.txt": "" };
  await withFiles(files, (root) => {
    assertEquals([...linesOf(readText(`${root}/a.txt`))], [
      [1, "a"],
      [3, "b c"],
      [4, long],
      [5, "last"],
    ]);
    assertEquals([...linesOf(readText(`${root}/none.txt`))], []);
  });
});

Deno.test("a file with a line too long is refused at that line, whatever its size", async () => {
  await withFiles(
    { "a.txt": `a.png 0\n${"x".repeat(65_537)}`, "sparse.csv": "path,label\n" },
    async (root) => {
      assertThrows(() => readText(`${root}/a.txt`), FormatError, "a.txt, line 2: it has more than");
      // Two hundred megabytes of zeros that take no room.
      await Deno.truncate(`${root}/sparse.csv`, 2e8);
      const began = performance.now();
      assertThrows(
        () => new data.ImageList(`${root}/sparse.csv`),
        FormatError,
        "line 2: it has more",
      );
      assert(performance.now() - began < 2000);
      await Deno.truncate(`${root}/sparse.csv`, 2 ** 30);
      assertThrows(() => new data.ImageList(`${root}/sparse.csv`), FormatError, "1073741824 bytes");
    },
  );
});

Deno.test("lines of blanks take no time that grows with their square", async () => {
  const blanks = `a${" ".repeat(60_000)}b c`;
  await withFiles({ "a.txt": `${blanks}\n`.repeat(20), "names.txt": `${blanks}\n` }, (root) => {
    const began = performance.now();
    assertThrows(() => new data.ImageList(`${root}/a.txt`), FormatError, "line 1");
    assertThrows(
      () => new data.ImageList(`${root}/a.txt`, { classNames: `${root}/names.txt` }),
      FormatError,
    );
    assert(performance.now() - began < 2000);
  });
});
