import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as models from "../../src/models/mod.ts";
import { place } from "../hub/helpers.ts";
import { TOKEN } from "../hub/server.ts";
import { inFolder } from "../helpers.ts";

const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;

async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "export", ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stdout) + text(stderr) };
}

Deno.test("a student goes to several formats, and to a hub", () =>
  inFolder(async (folder) => {
    await using here = place();
    using model = models.create("mobilenetv3_small_050", { numClasses: 2 });
    const file = `${folder}/student.safetensors`;
    models.save(file, model, { classNames: ["cat", "dog"] });

    const both = await run([file, "--to", "safetensors", "--to", "hub"]);
    assertEquals(both.code, 0, both.said);
    const out = `${folder}/student.export`;
    assertStringIncludes(both.said, `${out}/safetensors: 2.`);
    assertStringIncludes(both.said, `timm.create_model("local-dir:${out}/safetensors"`);
    assertStringIncludes(both.said, "choose one with --license");
    assertEquals(
      [...Deno.readDirSync(`${out}/hub`)].map(({ name }) => name).toSorted(),
      ["README.md", "config.json", "model.safetensors"],
    );

    const unknown = await run([file, "--to", "safetensors", "--push", "me/pets"]);
    assertEquals(unknown.code, 1);
    assertStringIncludes(unknown.said, "--to safetensors has no option --push; it is for hub");

    const where = `${folder}/pets`;
    const pushed = await run(
      [file, "--to", "hub", "--out", where, "--push", "me/pets", "--private", "--license", "mit"],
      { ...here.environment, HF_TOKEN: TOKEN },
    );
    assertEquals(pushed.code, 0, pushed.said);
    assertStringIncludes(pushed.said, `uploaded to ${here.hub.endpoint}/me/pets, commit `);
    assert(!pushed.said.includes(TOKEN));
    const { commits, refs, private: isPrivate } = here.hub.repos["me/pets"];
    assertEquals(isPrivate, true);
    assertEquals(commits[refs.main]["README.md"], Deno.readFileSync(`${where}/README.md`));
    assertStringIncludes(Deno.readTextFileSync(`${where}/README.md`), 'license: "mit"');
  }));
