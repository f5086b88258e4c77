/**
 * Set-up for CUDA for real: 2.5 GB are fetched, 3.6 GB unpacked, the native library is compiled, and tensors are used on the
 * processor, with or without a GPU. Runs only if it is asked for:
 *
 *     APPRENTICE_TEST_CUDA_INSTALL=1 deno test -A tests/setup/cuda_real_test.ts
 *
 * `APPRENTICE_TEST_CUDA_INSTALL` may also be a folder: the cache, which stays, and is used the next time.
 */

import { assert, assertEquals } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { temporaryFolder } from "./fakes.ts";

const wanted = Deno.env.get("APPRENTICE_TEST_CUDA_INSTALL") ?? "";

Deno.test({
  name:
    "setup --cuda: fetches libtorch and NVIDIA's libraries, builds, and tensors work without a GPU, too",
  ignore: wanted === "" || wanted === "0",
  async fn() {
    using folder = temporaryFolder();
    const cache = wanted === "1" ? join(folder.path, "cache") : wanted;
    const env = { APPRENTICE_CACHE: cache, LIBTORCH: "", APPRENTICE_LIBRARY: "", NO_COLOR: "1" };
    const root = new URL("../../", import.meta.url);
    const run = async (args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env })
        .output();
      const decoder = new TextDecoder();
      assertEquals(code, 0, decoder.decode(stderr));
      return decoder.decode(stdout);
    };
    const main = new URL("src/cli/main.ts", root).href;
    await run(["run", "-A", main, "setup", "--cuda"]);
    const report = JSON.parse(await run(["run", "-A", main, "doctor", "--json"]));
    assertEquals([report.usable, report.libtorch.variant], [true, "cu130"]);
    assertEquals(report.cuda.libraries.length, 15);
    assert(report.cuda.libraries.every(({ reached }: { reached: boolean }) => reached));
    assertEquals([...Deno.readDirSync(join(cache, "download"))].map(({ name }) => name), []);

    const script = join(folder.path, "use.ts");
    Deno.writeTextFileSync(
      script,
      `import { torch } from ${JSON.stringify(new URL("mod.ts", root).href)};\n` +
        "const x = torch.ones([3, 4]);\n" +
        "console.log(x.matmul(x.t()).sum().item(), torch.cuda.isAvailable());\n",
    );
    const said = await run(["run", "-A", toFileUrl(script).href]);
    assertEquals(said.trim(), `36 ${report.cuda.available}`);
  },
});
