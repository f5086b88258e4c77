/** Each message that the troubleshooting page quotes is one that the source has. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { sources } from "../gates/sources.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What others say: Deno and libtorch. */
const OTHERS = ["Requires … access to", "mat1 and mat2 shapes cannot be multiplied"];

/** A source without what breaks a message into pieces: quotes and plus signs between lines, comments, values. */
function flat(source: string): string {
  return source
    .replaceAll(/["'`]\s*\+\s*["'`]|"\s*\n\s*"/g, "")
    .replaceAll(/\\(["'`])/g, "$1")
    .replaceAll(/\s+/g, " ");
}

const files = ["src", "ffi", "native"].flatMap((place) =>
  place === "native"
    ? [...Deno.readDirSync(`${root}native`)].filter(({ isFile }) => isFile)
      .map(({ name }) => `native/${name}`)
    : [...sources(root, place)]
).map((file) => flat(Deno.readTextFileSync(root + file)));

/** Whether the pieces stand in a text in this order. */
function hasInOrder(text: string, pieces: readonly string[]): boolean {
  let from = 0;
  return pieces.every((piece) => {
    const at = text.indexOf(piece, from);
    from = at + piece.length;
    return at >= 0;
  });
}

Deno.test("each message of the troubleshooting page is in the source", () => {
  const page = Deno.readTextFileSync(`${root}docs/guide/troubleshooting.md`);
  const messages = [...page.matchAll(/^### `(.+)`$/gm)].map(([, message]) => message);
  assert(messages.length > 30, `${messages.length} messages`);
  const unknown = messages.filter((message) => {
    if (OTHERS.some((other) => message.startsWith(other))) return false;
    const pieces = message.split("…").map((piece) => piece.trim()).filter((piece) => piece !== "");
    assert(pieces.join("").length >= 12, `${message} says too little`);
    return !files.some((file) => hasInOrder(file, pieces));
  });
  assertEquals(unknown, []);
});
