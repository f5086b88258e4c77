import { assertEquals, assertMatch } from "@std/assert";
import { create } from "../../src/models/create.ts";
import { saveSafetensors } from "../../src/torch/mod.ts";
import { inFolder } from "../helpers.ts";
import { architecture, writeClip } from "../teachers/clip_files.ts";

const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "teachers", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("a teacher's card says what it is", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    using model = create("resnet20");
    const path = `${folder}/resnet20-0a1b.safetensors`;
    saveSafetensors(path, model.stateDict());

    const words = await run("--", path);
    assertEquals(words.code, 0, words.err);
    assertMatch(words.out, /^teacher +resnet20-0a1b\.safetensors \(descriptive\)$/m);
    assertMatch(words.out, /^architecture +resnet20$/m);
    assertMatch(words.out, /^parameters +271,824$/m);
    assertMatch(words.out, /^features +64 wide$/m);
    assertMatch(words.out, /^images +32 x 32, bilinear.*; mean 0\.4914, /m);
    assertMatch(words.out, /^speed +[\d.]+ ms an image, 1 at a time$/m);

    const json = await run(path, "--predictive", "--json");
    const card = JSON.parse(json.out);
    assertEquals([card.kind, card.numClasses, card.featureDim], ["predictive", 10, 64]);

    const wrong = await run(path, "--architecture", "resnet56");
    assertEquals(wrong.code, 1);
    assertMatch(wrong.err, /^ArgumentError: .*does not fit this CifarResNet; nothing was loaded/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a CLIP's card has the classes in words that it is given", () =>
  inFolder(async (folder) => {
    const path = writeClip(folder);
    const options = ["--architecture", architecture];
    const words = await run(path, ...options, "--prompts", "a cat", "a dog");
    assertEquals(words.code, 0, words.err);
    assertMatch(words.out, /^teacher +model\.safetensors \(predictive, open vocabulary\)$/m);
    assertMatch(words.out, /^classes +2 by 2 texts: a cat, a dog$/m);

    Deno.writeTextFileSync(
      `${folder}/pets.json`,
      '{ "cat": ["a cat", "the cat"], "dog": "a dog" }',
    );
    const more = [
      "--prompts",
      `${folder}/pets.json`,
      "--templates",
      "{}",
      "a photo of {}",
      "--json",
    ];
    const json = await run(path, ...options, ...more);
    const card = JSON.parse(json.out);
    assertEquals([card.kind, card.numClasses, card.classNames], ["predictive", 2, ["cat", "dog"]]);
    assertEquals(card.openVocabulary.texts[1], ["a dog", "a photo of a dog"]);

    Deno.writeTextFileSync(`${folder}/pets.json`, "{");
    const wrong = await run(path, ...options, "--prompts", `${folder}/pets.json`);
    assertMatch(wrong.err, /^FormatError: .*pets\.json is not JSON/);
  }));
