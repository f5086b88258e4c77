import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { blocksOf } from "./blocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a command of the page prints. */
async function printed(command: string): Promise<string[]> {
  const [name, ...args] = command.trim().split(/\s+/);
  assertEquals(name, "apprentice");
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "src/cli/main.ts", ...args],
    cwd: root,
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\n");
}

Deno.test("the figures of docs/million_images.md are those that its commands print", async () => {
  const blocks = blocksOf(Deno.readTextFileSync(`${root}docs/million_images.md`));
  const planned = blocks.filter(({ language, note }) => language === "sh" && note === "");
  assertEquals(planned.length, 5);
  const outputs = await Promise.all(planned.map(({ code }) => printed(code)));
  for (const [i, block] of planned.entries()) {
    const shown = blocks[blocks.indexOf(block) + 1];
    assertEquals(shown.language, "text");
    const wanted = shown.code.trimEnd().split("\n");
    assert(wanted.length > 1, block.code);
    // Some of what is printed, line by line, in its order; of the first all.
    if (i === 0) assertEquals(wanted, outputs[i].join("\n").trimEnd().split("\n"));
    let at = 0;
    for (const line of wanted) {
      const found = outputs[i].indexOf(line, at);
      assert(found >= 0, `${block.code} does not print: ${line}`);
      at = found + 1;
    }
  }
});
