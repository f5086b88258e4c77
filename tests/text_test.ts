import { assert, assertEquals } from "@std/assert";
import {
  fitText,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatPercent,
  oneLine,
  parseBytes,
  textWidth,
} from "../src/base/text.ts";

Deno.test("width on a terminal, as Unicode's East Asian Width has it", () => {
  const known: [string, number][] = [
    ["", 0],
    ["plain", 5],
    ["café", 4],
    ["cafe\u0301", 4], // the accent as a mark of its own
    ["天地玄黃", 8],
    ["한국어", 6],
    ["カタカナ", 8],
    ["ｶﾀｶﾅ", 4], // half-width
    ["ｆｕｌｌ", 8],
    ["🎓", 2],
    ["👩‍👩‍👧", 2],
    ["\x1b[1mbold\x1b[22m", 4],
    ["━╸–…", 4],
    ["\u200b", 0],
  ];
  for (const [text, width] of known) assertEquals(textWidth(text), width, JSON.stringify(text));
});

Deno.test("text is cut to a width without halving a character", () => {
  assertEquals(fitText("abcdef", 6), "abcdef");
  assertEquals(fitText("abcdef", 4), "abc…");
  assertEquals(fitText("天地玄", 4), "天…");
  assertEquals(fitText("天地玄", 1), "…");
  assertEquals(fitText("abc", 0), "");
  for (let n = 0; n < 12; n++) assert(textWidth(fitText("a天b地c玄d", n)) <= n);
});

Deno.test("foreign text becomes one harmless line", () => {
  assertEquals(oneLine("a\r\n\tb\x1b[2Jc\x07"), "a bc ");
});

Deno.test("numbers for people", () => {
  assertEquals([0, 7, 1234, 16000.4, 4.237, 0.0831, NaN].map(formatCount), [
    "0",
    "7",
    "1,234",
    "16,000",
    "4.2",
    "0.083",
    "?",
  ]);
  assertEquals([812, 3400, 192_400_000, 999_960, 2e12, 5e15].map(formatBytes), [
    "812 bytes",
    "3.4 kB",
    "192.4 MB",
    "1.0 MB",
    "2.0 TB",
    "5000.0 TB",
  ]);
  assertEquals([0, 7.4, 725, 3753, Infinity].map(formatClock), [
    "0:00",
    "0:07",
    "12:05",
    "1:02:33",
    "?",
  ]);
  assertEquals([formatPercent(0.9312), formatPercent(0.9312, 2)], ["93.1 %", "93.12 %"]);
  assertEquals([0.421, 12.34, 59.96, 245, 3725].map(formatDuration), [
    "0.42 s",
    "12.3 s",
    "1 min 00 s",
    "4 min 05 s",
    "1 h 02 min",
  ]);
});

Deno.test("sizes are read as they are written", () => {
  assertEquals(["20GB", "500M", "0", "1.5 kb", "much", "-1", ""].map(parseBytes), [
    20e9,
    500e6,
    0,
    1500,
    null,
    null,
    null,
  ]);
});
