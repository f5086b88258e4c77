/** Training steps on a card, a pretended one where there is no other: what the processor waits for, and steps that are recorded as graphs. */

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { METHODS } from "../../src/runs/methods.ts";

const hasCard = Deno.env.get("APPRENTICE_TEST_DEVICE")?.startsWith("cuda");
// The pretended one is built for Linux.
const ignore = Deno.build.os !== "linux";

/** Runs a script in a process of its own: the pretended card must be there before anything asks libtorch for cards. */
// deno-lint-ignore no-explicit-any -- what the script prints
async function run(script: string, ...args: string[]): Promise<{ found: any; said: string }> {
  const path = fileURLToPath(new URL(`card/${script}`, import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", path, ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals(code, 0, said);
  return { found: JSON.parse(new TextDecoder().decode(stdout)), said };
}

Deno.test({
  name:
    "no method waits for the card within a step, nor does the loop, the optimizer or the account",
  ignore,
  async fn() {
    const { found } = await run("steps.ts", "--quick");
    for (const name of Object.keys(METHODS)) {
      assert(Object.keys(found).some((title) => title.startsWith(`${name}, `)), name);
    }
    // One of each kind, which shows that waits are seen at all.
    const { control, ...methods } = found;
    if (hasCard) assert(control.waits >= 3, JSON.stringify(control));
    else {
      assertEquals(control, {
        "aten::index by a mask": 1,
        "aten::nonzero": 1,
        "copy from the card": 1,
        "copy to the card": 1,
      });
    }
    for (const [title, waits] of Object.entries(methods)) assertEquals(waits, {}, title);
  },
});

Deno.test({
  name: "steps that are recorded give the weights and losses of steps that are not",
  ignore,
  async fn() {
    const { found, said } = await run("captured.ts");
    for (const [title, { apart, replayed }] of Object.entries<Record<string, number>>(found)) {
      // A real card adds up in an order of its own, another one each time.
      const most = hasCard ? 0.05 : title === "CFL" ? 1e-3 : 2e-6;
      // A rate that lies on the card is float32, and Adam makes steps of gradients that are nothing but rounding.
      assertAlmostEquals(apart, 0, most, title);
      assert(title.endsWith("waiting") ? replayed === 0 : replayed >= 14, `${title}: ${replayed}`);
    }
    assertStringIncludes(said, 'training: steps of "training" are not recorded as a graph: ');
    if (!hasCard) assertStringIncludes(said, "not permitted when stream is capturing");
  },
});
