import { assertEquals } from "@std/assert";
import { testCounts } from "./test_counts.ts";

Deno.test("the last line of a run of tests says how many passed and failed", () => {
  const line = "ok | 3 passed (4 steps) | 0 failed | 1 ignored (9s)";
  assertEquals(testCounts(`a ... ok (1ms)\n\n${line}\n`), "3 passed, 0 failed");
  const colored = "\x1b[0m\x1b[31mFAILED\x1b[0m | 12 passed | 1 failed \x1b[0m\x1b[38;5;245m(2s)";
  assertEquals(testCounts(`${line}\n${colored}\n`), "12 passed, 1 failed");
  assertEquals(testCounts("Checked 3 files\n"), "");
});
