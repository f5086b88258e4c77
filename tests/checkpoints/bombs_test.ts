import { assert, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { op } from "../../src/archive/pickle/opcodes.ts";
import { openWeights } from "../../src/checkpoints/mod.ts";
import { FormatError } from "../../src/base/errors.ts";
import { test } from "../helpers.ts";
import { inFolder } from "./folders.ts";
import {
  bytes,
  global,
  joined,
  pickle,
  tensor,
  text,
  torchZip,
  tuple,
  zip,
  type ZipFile,
} from "./hostile.ts";

/** Asserts that a file is refused with a word, without much memory. */
function assertRefused(content: Uint8Array, word: string): void {
  inFolder((folder) => {
    const path = join(folder, "bomb.pth");
    Deno.writeFileSync(path, content);
    const before = Deno.memoryUsage().rss;
    const start = performance.now();
    const { message } = assertThrows(() => openWeights(path), FormatError);
    assertStringIncludes(message, word);
    assert(message.length < 500, message);
    assert(performance.now() - start < 5000);
    assert(Deno.memoryUsage().rss - before < 500 * 2 ** 20);
  });
}

test("a file of many packed files that are small each is refused", () => {
  const content = new Uint8Array(2 ** 23);
  const files: ZipFile[] = Array.from({ length: 40 }, (_, i) => ({
    name: `x/data/${i}`,
    content,
    deflate: true,
  }));
  assertRefused(
    zip([{ name: "x/data.pkl", content: pickle(op.EMPTY_DICT) }, ...files]),
    "unpack to much more",
  );
});

test("a text that is in the names of many tensors, or copied again and again, is refused", () => {
  const long = "n".repeat(1_000_000);
  const inner = (key: string, count: number) => [
    op.EMPTY_DICT,
    text(key),
    op.EMPTY_DICT,
    tensor(),
    op.BINPUT,
    1,
    op.POP,
    op.MARK,
    Array.from({ length: count }, (_, i) => [text(`${i}`), op.BINGET, 1]),
    op.SETITEMS,
    op.SETITEM,
  ];
  assertRefused(torchZip(pickle(inner(long, 2000))), "a name of 1000002 characters");
  assertRefused(torchZip(pickle(inner(long.slice(0, 4000), 20_000))), "characters");
  const encode = bytes(op.BINGET, 0, op.BINGET, 1, op.REDUCE, op.POP);
  const copies = joined([
    pickle(
      global("_codecs", "encode"),
      op.BINPUT,
      0,
      tuple(text(long), text("latin1")),
      op.BINPUT,
      1,
    )
      .subarray(0, -1),
    ...new Array(2000).fill(encode),
    bytes(op.STOP),
  ]);
  assertRefused(torchZip(copies), "makes values of more than");
});
