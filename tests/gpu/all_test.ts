/** The script that does everything on a GPU, in its smallest form on the processor. */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inFolder } from "../helpers.ts";

const script = fileURLToPath(new URL("all.sh", import.meta.url));
const hasCard = Deno.env.get("APPRENTICE_TEST_DEVICE")?.startsWith("cuda");

function run(...args: string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command("bash", { args: [script, ...args], env: { DENO: Deno.execPath() } })
    .output();
}

// On a card it is what runs these tests.
const options = { ignore: Deno.build.os !== "linux" || hasCard };

Deno.test("all.sh runs its parts, and leaves results, logs and a summary", options, async () => {
  await inFolder(async (folder) => {
    const { code, stdout, stderr } = await run("--tiny", "--out", folder);
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, said);
    const { outcomes } = JSON.parse(await Deno.readTextFile(`${folder}/results.json`));
    assert(outcomes.length >= 5, said);
    // deno-lint-ignore no-explicit-any -- as it was written
    const by = Object.fromEntries(outcomes.map((one: any) => [one.name, one]));
    assert(by["suite/few"].tests.passed > 5 && by["suite/few"].tests.failed === 0, said);
    assert(by["steps/uniform-8/ours"].figures.stepsPerSecond > 0, said);
    const log = await Deno.readTextFile(`${folder}/doctor.txt`);
    assert(log.includes("libtorch"), log);
    assert((await Deno.readTextFile(`${folder}/summary.txt`)).includes("suite/few"));
  });
});

Deno.test(
  "all.sh tells by its exit code that a part failed, and goes on to the next",
  options,
  async () => {
    await inFolder(async (folder) => {
      const { code } = await run("--tiny", "--minutes", "0", "--out", folder);
      assertEquals(code, 1);
      const { outcomes } = JSON.parse(await Deno.readTextFile(`${folder}/results.json`));
      assert(outcomes.length >= 5);
      for (const { passed, why } of outcomes) {
        assertEquals([passed, why], [false, "no time was left"]);
      }
    });
  },
);
