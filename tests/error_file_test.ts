import { assertEquals, assertStringIncludes } from "@std/assert";
import { ERROR_FILE, readErrorFile, recordError } from "../src/base/error_file.ts";
import { ApprenticeError } from "../src/base/errors.ts";
import { inFolder } from "./helpers.ts";

/** Runs with the variable that names the file. */
async function recording(work: (path: string) => void | Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/error.json`;
    const before = Deno.env.get(ERROR_FILE);
    Deno.env.set(ERROR_FILE, path);
    try {
      await work(path);
    } finally {
      if (before === undefined) Deno.env.delete(ERROR_FILE);
      else Deno.env.set(ERROR_FILE, before);
    }
  });
}

class Blaming extends ApprenticeError {
  readonly rank = 3;
}

Deno.test("error file: what was recorded is read back, with the rank that an error names", () =>
  recording((path) => {
    recordError(new ApprenticeError("there is no recipe"));
    assertEquals(readErrorFile(path), { text: "ApprenticeError: there is no recipe", rank: null });
    recordError(new Blaming("rank 3 is gone"));
    assertEquals(readErrorFile(path), { text: "Blaming: rank 3 is gone", rank: 3 });
    recordError("a text that was thrown");
    assertEquals(readErrorFile(path)?.text, "Error: a text that was thrown");
  }));

Deno.test("error file: it is as torchrun reads it", () =>
  recording((path) => {
    const before = Math.floor(Date.now() / 1000);
    recordError(new ApprenticeError("boom"));
    // torch/distributed/elastic/multiprocessing/errors: message.extraInfo has a call stack and int(timestamp).
    const { message: { message, extraInfo } } = JSON.parse(Deno.readTextFileSync(path));
    assertEquals(message, "ApprenticeError: boom");
    assertStringIncludes(extraInfo.py_callstack, "ApprenticeError: boom\n    at ");
    const seconds = Number(extraInfo.timestamp);
    assertEquals(Number.isInteger(seconds) && seconds >= before, true);
  }));

Deno.test("error file: a Python program's is read, and what is no error file is none", () =>
  inFolder((folder) => {
    const path = `${folder}/error.json`;
    const read = (text: string) => {
      Deno.writeTextFileSync(path, text);
      return readErrorFile(path);
    };
    const python = { message: "ValueError: x", extraInfo: { py_callstack: "", timestamp: "1" } };
    assertEquals(read(JSON.stringify({ message: python })), { text: "ValueError: x", rank: null });
    const native = { message: "terminate called", timestamp: "1" };
    assertEquals(read(JSON.stringify(native)), { text: "terminate called", rank: null });
    for (const wrong of ["", "{", "[]", "null", '{"message":{}}', '{"message":{"message":1}}']) {
      assertEquals(read(wrong), null);
    }
    assertEquals(readErrorFile(`${folder}/none`), null);
  }));

Deno.test("error file: without the variable, or where it cannot be written, nothing happens", () =>
  recording((path) => {
    Deno.mkdirSync(path);
    recordError(new Error("boom"));
    assertEquals(readErrorFile(path), null);
    Deno.env.delete(ERROR_FILE);
    recordError(new Error("boom"));
  }));
