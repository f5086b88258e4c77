import { assertEquals, assertMatch } from "@std/assert";
import { create } from "../../src/models/create.ts";
import { saveSafetensors } from "../../src/torch/mod.ts";

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
