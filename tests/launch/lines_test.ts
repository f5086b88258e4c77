import { assertEquals } from "@std/assert";
import { PrefixedLines } from "../../src/launch/prefixed.ts";
import { Tail } from "../../src/launch/tail.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Takes three bytes at most at a time, as a full pipe may. */
function slowSink(terminal = false) {
  const taken: number[] = [];
  const sink = {
    isTerminal: () => terminal,
    writeSync(chunk: Uint8Array): number {
      taken.push(...chunk.subarray(0, 3));
      return Math.min(3, chunk.length);
    },
  };
  return { sink, text: () => new TextDecoder().decode(Uint8Array.from(taken)) };
}

Deno.test("launch: every line gets its prefix, wherever the stream is cut", () => {
  for (const size of [1, 2, 5, 100]) {
    const { sink, text } = slowSink();
    const lines = new PrefixedLines("[rank 2] ", sink);
    const all = bytes("one\n\nthree é\nfour");
    for (let at = 0; at < all.length; at += size) lines.add(all.subarray(at, at + size));
    lines.end();
    assertEquals(text(), "[rank 2] one\n[rank 2] \n[rank 2] three é\n[rank 2] four\n");
  }
});

Deno.test("launch: a line without an end is shown in pieces, and its memory bounded", () => {
  const { sink, text } = slowSink();
  const lines = new PrefixedLines("> ", sink);
  for (let i = 0; i < 20; i++) lines.add(bytes("x".repeat(10_000)));
  lines.end();
  const shown = text().split("\n");
  assertEquals(shown.map((line) => line.length), [70_002, 70_002, 60_002, 0]);
});

Deno.test("launch: on a terminal a line begins by clearing the bar that is there", () => {
  const { sink, text } = slowSink(true);
  new PrefixedLines("[rank 1] ", sink).add(bytes("hello\n"));
  assertEquals(text(), "\r\x1b[K[rank 1] hello\n");
});

Deno.test("launch: the last lines of a flood are remembered, and nothing else", () => {
  const tail = new Tail();
  for (let i = 0; i < 50_000; i++) tail.add(bytes(`line ${i}\n\n`));
  assertEquals(tail.lines(2), ["line 49998", "line 49999"]);
  // Bars and colors would move the cursor of whoever reads.
  tail.add(bytes("\r 10 %\r 20 %\x1b[31m red\x1b[0m\n\tat f\u0007\n"));
  assertEquals(tail.lines(3), [" 10 %", " 20 % red", "  at f"]);
  tail.add(new Uint8Array(100_000).fill(65));
  const [line, ...others] = tail.lines(10);
  assertEquals([line.length, others], [16_384, []]);
  assertEquals(new Tail().lines(5), []);
});
