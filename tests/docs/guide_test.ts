/** Every block of the guide and of the README runs, in the order of its page, and prints what the page shows. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "npm:ajv@^8.17.1/dist/2020.js";
import { recipeSchema } from "../../src/runs/mod.ts";
import { type Block, blocksOf } from "./blocks.ts";
import { Readers } from "./reader.ts";
import { missingLines } from "./shown.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const guide = [...Deno.readDirSync(`${root}docs/guide`)].map(({ name }) => `docs/guide/${name}`);
/** One page alone, while it is written: what it prints is shown, and types are not checked. */
const only = Deno.env.get("GUIDE_PAGE");
const pages = ["README.md", ...guide.filter((name) => name.endsWith(".md")).sort()]
  .filter((page) => page.includes(only ?? ""));

/** What other tests run, or is this one: the two commands that a stranger begins with. */
const ELSEWHERE = /^npx -y deno task (demo|test)\b.*$/gm;

const validate = new Ajv2020({ strict: false }).compile(recipeSchema());

/** Runs one block in a page's folder, or puts the file that it is there; gives what was printed. */
async function run(
  readers: Readers,
  folder: string,
  block: Block,
  shortly: boolean,
): Promise<string | null> {
  const { language, note, code, line } = block;
  const notes = { sh: /^(fails)?$/, ts: /^([\w.]+\.ts)?$/, json: /^[\w.]+\.json$/ }[language];
  assert(notes?.test(note), `line ${line}: "${language} ${note}" is none of a page's fences`);
  if (language === "json") {
    assert(validate(JSON.parse(code)), `line ${line}: ${JSON.stringify(validate.errors)}`);
  }
  const file = language === "ts" && note === "" ? `block_${line}.ts` : note;
  if (language !== "sh") await Deno.writeTextFile(`${folder}/${file}`, code);
  if (language !== "sh" && note !== "") return null;
  const script = language === "ts" ? `deno run -A ${file}` : code.replace(ELSEWHERE, "true");
  const { code: status, printed } = await readers.run(folder, script, shortly);
  if (only !== undefined) console.log(`line ${line}:\n${printed}`);
  assertEquals(status !== 0, note === "fails", `line ${line} ended with ${status}:\n${printed}`);
  return printed;
}

/** Runs a page from top to bottom, in a folder of its own. */
async function walk(readers: Readers, page: string): Promise<void> {
  const folder = await readers.folder(page.replaceAll("/", "_"));
  let printed: string | null = null;
  for (const block of blocksOf(await Deno.readTextFile(root + page))) {
    const { language, code, line } = block;
    if (language !== "text") {
      printed = await run(readers, folder, block, page === "README.md");
      continue;
    }
    const missing = missingLines(code, printed ?? "");
    assertEquals(missing, [], `line ${line} shows what was not printed:\n${printed}`);
  }
}

/** Checks the types of all blocks at once. */
async function check(readers: Readers): Promise<void> {
  const folder = await readers.emptyFolder("types");
  for (const page of pages) {
    for (const { language, line, code } of blocksOf(await Deno.readTextFile(root + page))) {
      const file = `${page.replaceAll("/", "_")}_${line}.ts`;
      if (language === "ts") await Deno.writeTextFile(`${folder}/${file}`, code);
    }
  }
  const { code, printed } = await readers.run(folder, "deno check *.ts");
  assertEquals(code, 0, printed);
}

Deno.test("the guide", async (context) => {
  await using readers = await Readers.make();
  // Two pages at a time: what they start waits for one processor most of its time.
  const waiting = pages.map((page) => ({
    name: `${page}: its blocks run, and print what it shows`,
    fn: () => walk(readers, page),
  }));
  if (only === undefined) {
    waiting.unshift({
      name: "its TypeScript has no mistakes of types",
      fn: () => check(readers),
    });
  }
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await context.step({
        ...next,
        sanitizeExit: false,
        sanitizeOps: false,
        sanitizeResources: false,
      });
    }
  };
  await Promise.all([worker(), worker()]);
});
