/** Each name in the right column of the tables for those who come from PyTorch is one that there is. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import * as apprentice from "../../mod.ts";
import { test } from "../helpers.ts";

const page = fileURLToPath(new URL("../../docs/guide/from_pytorch.md", import.meta.url));
const spaces = Object.keys(apprentice);

/** What has the methods that the tables call on something that they do not name the class of. */
const OWNERS: Readonly<Record<string, object>> = {
  x: apprentice.torch.Tensor.prototype,
  loss: apprentice.torch.Tensor.prototype,
  model: apprentice.models.create("resnet20"),
};

/** Whether there is a name below namespaces, or on what a variable stands for. */
function isThere(path: string): boolean {
  const [first, ...rest] = path.split(".");
  let at: unknown = OWNERS[first] ?? apprentice[first as keyof typeof apprentice];
  for (const name of rest) {
    if (at === null || at === undefined || !(name in Object(at))) return false;
    // What a getter of a prototype would give is not to be asked for.
    at = Object.getOwnPropertyDescriptor(Object(at), name)?.get ? {} : (at as never)[name];
  }
  return true;
}

test("each name that a table of PyTorch's and timm's names has is there", () => {
  const rows = Deno.readTextFileSync(page).split("\n").filter((line) => line.startsWith("| "));
  const right = rows.map((row) => row.split(" | ").at(-1)!);
  const known = [...spaces, ...Object.keys(OWNERS)].join("|");
  const names = right.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, code]) =>
      [
        ...code.replaceAll(/"[^"]*"/g, '""').matchAll(
          new RegExp(`(?<![\\w.])(?:${known})(?:\\.[A-Za-z]\\w*)+`, "g"),
        ),
      ].map(([name]) => name)
    )
  );
  assert(names.length > 50, `${names.length} names`);
  assertEquals(names.filter((name) => !isThere(name)), []);
});
