import { assert, assertEquals } from "@std/assert";
import * as apprentice from "../../mod.ts";

/** What `deno doc --json` says of a symbol, as far as it is looked at here. */
interface Shown {
  name: string;
  declarations: { kind: string; def?: { elements?: Shown[] } }[];
}

/** The names of values in a namespace, and in those within it, that the reference lacks. */
function missing(space: object, shown: readonly Shown[], path: string): string[] {
  return Object.entries(space).flatMap(([name, value]) => {
    const found = shown.find((symbol) => symbol.name === name);
    if (found === undefined) return [`${path}${name}`];
    if (Object.prototype.toString.call(value) !== "[object Module]") return [];
    const elements = found.declarations.flatMap(({ def }) => def?.elements ?? []);
    return missing(value, elements, `${path}${name}.`);
  });
}

// The tool drops named re-exports from a namespace: every mod.ts has `export *` of files that hold nothing else.
Deno.test("the reference shows every exported value", async () => {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "mod.ts"],
    cwd: new URL("../../", import.meta.url),
    stdout: "piped",
    stderr: "null",
  }).output();
  assert(success);
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const [{ symbols }] = Object.values(nodes) as { symbols: Shown[] }[];
  assertEquals(missing(apprentice, symbols, ""), []);
});
