import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { test } from "../helpers.ts";
import { EXAMPLES } from "./examples.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

Deno.test("every example is in the list of those that run", () => {
  const files = [...Deno.readDirSync(examples)].map(({ name }) => name);
  assertEquals(
    EXAMPLES.map(({ file }) => file).sort(),
    files.filter((name) => name.endsWith(".ts")).sort(),
  );
});

for (const { file, args = () => ["--small"], writes, seconds = 120 } of EXAMPLES) {
  test(`${file} runs`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const { success, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", examples + file, ...args(folder)],
        cwd: folder,
        env: { NO_COLOR: "1" },
        signal: AbortSignal.timeout(seconds * 1000),
      }).output();
      const text = new TextDecoder();
      const said = `${text.decode(stdout)}${text.decode(stderr)}`.slice(-4000);
      assert(signal === null, `${file} was ended after ${seconds} s; it said:\n${said}`);
      assert(success, `${file} failed; it said:\n${said}`);
      const found = [...Deno.readDirSync(folder)].map(({ name }) => name);
      for (const name of writes) assert(found.includes(name), `${file} wrote no ${name}:\n${said}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
