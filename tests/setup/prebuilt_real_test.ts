import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { locate, NATIVE_SOURCE } from "../../ffi/locate.ts";
import { buildPrebuilt } from "../../src/setup/release/build.ts";
import { collectTable } from "../../src/setup/release/table.ts";
import { silentReport } from "../../src/setup/report.ts";
import { setupIn } from "../../src/setup/setup.ts";
import { envOf, serveFolder, temporaryFolder } from "./fakes.ts";

/** Computes something. */
const SCRIPT = `
  import { torch } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url))};
  console.log("sum", torch.tensor([[1, 2], [3, 4]]).matmul(torch.ones([2, 1])).sum().item());
`;

Deno.test("the release's own library, put anywhere, loads the libtorch that set-up found, with no flag more", async () => {
  using folder = temporaryFolder();
  const cache = join(folder.path, "cache");
  const libtorch = locate().libtorch!.path;
  // Its object files are kept from the last set-up, so this is a link only.
  await buildPrebuilt(join(folder.path, "dist"), { own: libtorch, report: silentReport });
  await using server = serveFolder(join(folder.path, "dist"));
  const prebuilt = await collectTable(join(folder.path, "dist"), server.base);
  // Nobody's path of the machine that it was built on goes out with it.
  const bytes = Deno.readFileSync(join(folder.path, "dist", prebuilt.libraries[0].file));
  const text = new TextDecoder("latin1").decode(bytes);
  assert(!text.includes(libtorch) && text.includes("$ORIGIN/libtorch/lib"));

  const variables = { APPRENTICE_CACHE: cache, LIBTORCH: libtorch };
  const compilers = [["no-such-c++"]];
  const { fetched, library } = await setupIn(
    { env: envOf(variables), compilers, prebuilt },
    { quiet: true },
  );
  assert(fetched);
  const script = join(folder.path, "script.ts");
  Deno.writeTextFileSync(script, SCRIPT);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--allow-ffi",
      "--allow-env=APPRENTICE_LIBRARY,APPRENTICE_CACHE,XDG_CACHE_HOME,HOME,LIBTORCH",
      `--allow-read=${[fromFileUrl(NATIVE_SOURCE), cache, libtorch].join(",")}`,
      script,
    ],
    env: {
      ...variables,
      NO_COLOR: "1",
      LD_DEBUG: "files",
      LD_DEBUG_OUTPUT: join(folder.path, "ld"),
    },
    cwd: fromFileUrl(new URL("../../", import.meta.url)),
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  assertEquals(decoder.decode(stdout).trim(), "sum 10");
  const loaded = [...Deno.readDirSync(folder.path)].filter(({ name }) => name.startsWith("ld."))
    .map(({ name }) => Deno.readTextFileSync(join(folder.path, name))).join("");
  const link = join(library, "../libtorch/lib/libtorch_cpu.so");
  assertEquals(Deno.realPathSync(link), join(libtorch, "lib/libtorch_cpu.so"));
  assertStringIncludes(loaded, link);
});
