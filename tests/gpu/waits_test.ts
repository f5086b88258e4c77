/** What the processor waits for in a training step on a card. */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { METHODS } from "../../src/runs/methods.ts";

const script = fileURLToPath(new URL("card/steps.ts", import.meta.url));

// A process of its own: the pretended card must be there before anything asks libtorch for cards.
Deno.test({
  name: "no method waits for the card within a step, nor does the loop, the optimizer or the account",
  ignore: Deno.build.os !== "linux" || Deno.env.get("APPRENTICE_TEST_DEVICE")?.startsWith("cuda"),
  async fn() {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, "--quick"],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const found = JSON.parse(new TextDecoder().decode(stdout));
    for (const name of Object.keys(METHODS)) {
      assert(Object.keys(found).some((title) => title.startsWith(`${name}, `)), name);
    }
    // The step that is looked at once shows that waits are seen at all.
    const { "control": control, ...methods } = found;
    assertEquals(control, {
      "aten::index by a mask": 1,
      "aten::nonzero": 1,
      "copy from the card": 1,
      "copy to the card": 1,
    });
    for (const [title, waits] of Object.entries(methods)) assertEquals(waits, {}, title);
  },
});
