import { assertEquals } from "@std/assert";
import { ApprenticeError, FileError, FormatError, ResumeError } from "../src/base/errors.ts";

Deno.test("a message that ends with another's message has one full stop", () => {
  const inner = new FormatError("it has no random/cpu.");
  const outer = new FileError(`The checkpoint does not fit: ${inner.message}. Remove it.`);
  assertEquals(outer.message, "The checkpoint does not fit: it has no random/cpu. Remove it.");
  assertEquals(new FileError(`${outer.message}.`).message, outer.message);
  assertEquals(new FileError(`a: ${inner.message}.\nb.`).message, "a: it has no random/cpu.\nb.");
});

Deno.test("what looks like two full stops and is none stays", () => {
  for (
    const text of [
      "Cannot list the folder ..",
      "Cannot list .. in ../..",
      'There is nothing in "..".',
      "and so on...",
      "Lists a, b, … (7 in all).",
      "src/a..b is no name.",
    ]
  ) assertEquals(new ApprenticeError(text).message, text);
});

Deno.test("errors have their class's name, and may have no message", () => {
  assertEquals(new FormatError().message, "");
  assertEquals(`${new ResumeError("other", [])}`, "ResumeError: other");
});
