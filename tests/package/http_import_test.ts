/**
 * The package as its users get it: imported over HTTP, as from JSR, with no checkout beside it.
 */

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { locate } from "../../ffi/locate.ts";
import { cacheRoot } from "../../src/base/paths.ts";
import { NATIVE_SOURCES } from "../../src/setup/native_sources.ts";
import { buildPrebuilt } from "../../src/setup/release/build.ts";
import { collectTable } from "../../src/setup/release/table.ts";
import { silentReport } from "../../src/setup/report.ts";
import { filesBelow, serve, temporaryFolder } from "../setup/fakes.ts";
import { listedFiles, publishedFiles } from "./published.ts";

const TRAIN = (mod: string): string => `
import { nn, optim, torch } from ${JSON.stringify(mod)};

torch.manualSeed(1);
using _scope = torch.scope();
const x = torch.randn([30, 4]);
const classes = torch.tensor(Array.from({ length: 30 }, (_, i) => i % 3), { dtype: "int64" });
const model = new nn.Sequential(new nn.Linear(4, 16), new nn.ReLU(), new nn.Linear(16, 3));
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
const lossNow = () => nn.functional.crossEntropy(model.forward(x), classes);
const loss = lossNow();
loss.backward();
optimizer.step();
console.log(JSON.stringify({ before: loss.item(), after: lossNow().item() }));
`;

const USE_BEFORE_SETUP = (mod: string): string => `
import { torch } from ${JSON.stringify(mod)};

console.log("imported");
try {
  torch.tensor([1, 2, 3]);
} catch (error) {
  console.log(error.name + ": " + error.message);
}
`;

/** A computer without a checkout: an empty folder, an empty cache, Deno with only npm packages fetched. */
interface Computer extends Disposable {
  folder: string;
  cache: string;
  deno(
    args: string[],
    env?: Record<string, string>,
  ): Promise<{ code: number; stdout: string; stderr: string }>;
}

async function newComputer(libtorch: string): Promise<Computer> {
  const temporary = temporaryFolder();
  const folder = join(temporary.path, "empty");
  const cache = join(temporary.path, "cache");
  const denoDir = join(temporary.path, "deno");
  for (const path of [folder, denoDir]) Deno.mkdirSync(path);
  const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(info.stdout));
  Deno.symlinkSync(npmCache, join(denoDir, "npm"));
  return {
    folder,
    cache,
    async deno(args, env = {}) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args,
        cwd: folder,
        env: {
          NO_COLOR: "1",
          DENO_DIR: denoDir,
          APPRENTICE_CACHE: cache,
          LIBTORCH: libtorch,
          APPRENTICE_LIBRARY: "",
          ...env,
        },
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

const TYPES: Record<string, string> = {
  ts: "application/typescript",
  js: "text/javascript",
  json: "application/json",
};

/** Serves files by their paths. */
function serveFiles(files: Map<string, Uint8Array<ArrayBuffer>>): ReturnType<typeof serve> {
  return serve((request) => {
    const path = decodeURIComponent(new URL(request.url).pathname).slice(1);
    const content = files.get(path);
    const type = TYPES[path.split(".").at(-1)!] ?? "text/plain";
    return content
      ? new Response(content, { headers: { "content-type": type } })
      : new Response("not found", { status: 404 });
  });
}

Deno.test("the package works when it is imported over HTTP, as from JSR", async (t) => {
  const { libtorch } = locate();
  if (!libtorch) throw new Error("run `deno task setup` first");
  const files = await publishedFiles();

  await t.step(
    "what is published is what the dry run lists, the native source with it",
    async () => {
      const names = [...files.keys()].sort();
      assertEquals(names, (await listedFiles()).sort());
      for (const name of ["mod.ts", "deno.json", "LICENSE", "README.md", "src/cli/main.ts"]) {
        assert(files.has(name), name);
      }
      for (const name of NATIVE_SOURCES) {
        assertEquals(
          files.get(`native/${name}`),
          await Deno.readFile(new URL(`../../native/${name}`, import.meta.url)),
        );
      }
      assertEquals(
        names.filter((name) => /^(tests|runs|\.ci|\.git|src\/setup\/release)\b/.test(name)),
        [],
      );
    },
  );

  await using server = serveFiles(files);
  const mod = `${server.base}/mod.ts`;
  const cli = `${server.base}/src/cli/main.ts`;
  using computer = await newComputer(libtorch.path);
  const isNative = (path: string): boolean => path.startsWith("/native/");

  await t.step(
    "importing it fetches nothing but modules; the first use says what to run",
    async () => {
      Deno.writeTextFileSync(join(computer.folder, "use.ts"), USE_BEFORE_SETUP(mod));
      const { code, stdout, stderr } = await computer.deno(["run", "-A", "use.ts"]);
      assertEquals(code, 0, stderr);
      assert(stdout.startsWith("imported\nLibraryError: "), stdout);
      assert(stdout.includes(`deno run -A ${cli} setup`), stdout);
      assert(stdout.includes(computer.cache), stdout);
      assert(stdout.includes(`LIBTORCH=${libtorch.path}`), stdout);
      assertEquals(server.requests.filter(isNative), []);
      assertEquals(
        [...Deno.readDirSync(join(computer.cache, ".."))].length,
        2,
        "no cache was made",
      );
    },
  );

  await t.step("set-up builds the library from the source that was served", async () => {
    // Object files are kept by the content they were compiled from: those of set-up in this checkout can
    // be used only as far as the served source is the same, and save half a minute.
    const kept = join(cacheRoot(), "native/objects");
    const objects = join(computer.cache, "native/objects");
    Deno.mkdirSync(objects, { recursive: true });
    for (const { name } of Deno.readDirSync(kept)) {
      if (name.endsWith(".o")) Deno.copyFileSync(join(kept, name), join(objects, name));
    }
    const { code, stderr } = await computer.deno(["run", "-A", cli, "setup"]);
    assertEquals(code, 0, stderr);
    assertEquals(
      server.requests.filter(isNative).sort(),
      NATIVE_SOURCES.map((name) => `/native/${name}`).sort(),
    );
    assert(filesBelow(computer.cache).some((name) => name.endsWith("/build.json")), stderr);
    const again = await computer.deno(["run", "-A", cli, "setup"]);
    assert(again.stderr.includes("Ready: "), again.stderr);
    assertEquals(server.requests.filter(isNative).length, NATIVE_SOURCES.length, "built once");
  });

  await t.step("a script in an empty folder trains a step", async () => {
    Deno.writeTextFileSync(join(computer.folder, "train.ts"), TRAIN(mod));
    const { code, stdout, stderr } = await computer.deno(["run", "-A", "train.ts"]);
    assertEquals(code, 0, stderr);
    const { before, after } = JSON.parse(stdout);
    assert(Number.isFinite(before) && after < before, stdout);
  });

  await t.step("doctor finds all well", async () => {
    const { code, stdout, stderr } = await computer.deno(["run", "-A", cli, "doctor", "--json"]);
    assertEquals(code, 0, stdout + stderr);
    const report = JSON.parse(stdout);
    assertEquals(report.package.source, `${server.base}/`);
    assert(report.library.path.startsWith(computer.cache), report.library.path);
  });

  await t.step("launch starts the command line again from where it came", async () => {
    const words = ["launch", "-n", "2", "--verbose", "--", "train", "none.json"];
    const { code, stderr } = await computer.deno(["run", "-A", cli, ...words]);
    assertEquals(code, 1, stderr);
    for (const prefix of ["", "[rank 1] "]) {
      assert(stderr.includes(`\n${prefix}FileError: There is no recipe at none.json`), stderr);
    }
  });

  await t.step(
    "with a release's table the library is fetched, and no compiler is needed",
    async () => {
      const dist = join(computer.folder, "dist");
      const { file } = await buildPrebuilt(dist, { own: libtorch.path, report: silentReport });
      const released = new Map(files);
      await using registry = serveFiles(released);
      const table = await collectTable(dist, `${registry.base}/release`);
      released.set("src/setup/prebuilt.json", new TextEncoder().encode(JSON.stringify(table)));
      released.set(`release/${file}`, Deno.readFileSync(join(dist, file)));
      using other = await newComputer(libtorch.path);
      const main = `${registry.base}/src/cli/main.ts`;
      const { code, stderr } = await other.deno(["run", "-A", main, "setup"], { PATH: "/nowhere" });
      assertEquals(code, 0, stderr);
      assertEquals(registry.requests.filter(isNative), []);
      assertEquals(registry.requests.filter((path) => path === `/release/${file}`).length, 1);
      assert(filesBelow(other.cache).some((name) => name.endsWith("/build.json")), stderr);
    },
  );
});
