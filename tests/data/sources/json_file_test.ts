import { assertEquals, assertRejects } from "@std/assert";
import { readJsonFile } from "../../../src/data/sources/json_file.ts";
import { FormatError } from "../../../src/base/errors.ts";

Deno.test("JSON file: read, and refused by name when truncated, empty or missing", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, '{"data": [1, 2]}');
    assertEquals(await readJsonFile(path), { data: [1, 2] });
    for (const text of ['{"data": [1, 2', "", "\u0000\u0001"]) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => readJsonFile(path), FormatError, path);
    }
  } finally {
    await Deno.remove(path);
  }
  await assertRejects(() => readJsonFile(path), FormatError, path);
});
