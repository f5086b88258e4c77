import { assertEquals } from "@std/assert";
import { subjectless } from "./subjectless.ts";

Deno.test("docstrings that name no subject are found, on one line and on several", () => {
  const source = [
    "/** Of lists: the folder. */",
    "const a = 1;",
    "  /**",
    "   * Whether it was loaded.",
    "   *",
    "   * It is.",
    "   */",
    "/** The file's path. It is absolute. */",
    "/** Italic text, and what its author wrote. */",
    "// Of no interest",
    "/** These. */",
  ].join("\n");
  assertEquals(subjectless(source), [
    { line: 1, text: "Of lists: the folder." },
    { line: 3, text: "Whether it was loaded." },
    { line: 11, text: "These." },
  ]);
});
