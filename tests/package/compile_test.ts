/**
 * Programs that `deno compile` makes: what is put into one, and that it runs without a checkout.
 *
 * The second needs Deno's base of compiled programs, which Deno downloads the first time. Where it cannot be had, that test
 * is left out; what goes in is looked at without one.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { encode } from "fast-png";
import { locate } from "../../ffi/locate.ts";
import { sources } from "../gates/sources.ts";
import { inFolder } from "../helpers.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const settings = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));
/** The flags of the task, without the name of what it makes. */
const flags: string[] = settings.tasks.compile.command.match(/-[-\w]+(?= )/g)
  .filter((flag: string) => flag !== "--output");

/** What is read from a folder that the program has, and so named in `deno.json`. */
const FOLDERS = ["../native/", "../../"];
/** ONNX Runtime has 290 MB: who wants it names it. */
const NOT_TAKEN = "npm:onnxruntime-node@1.30.0";

async function run(
  command: string,
  args: string[],
  options: Deno.CommandOptions = {},
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args, ...options }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

function compile(
  folder: string,
  entry: string,
  output: string,
  env: Record<string, string> = {},
) {
  const args = ["compile", "--no-check", ...flags, "--output", output, entry];
  return run(Deno.execPath(), args, { cwd: folder, env: { NO_COLOR: "1", ...env } });
}

const files = ["src", "ffi"].flatMap((room) => [...sources(root, room)])
  .filter((path) => !path.startsWith("src/torch/codegen/"))
  .map((path) => ({ path, text: Deno.readTextFileSync(root + path) }));

Deno.test("compile: every package that is loaded by a name in a variable can be compiled in", () => {
  const taken = files.find(({ path }) => path === "src/setup/compiled_packages.ts")!;
  const named = [...taken.text.matchAll(/import\("(npm:[^"]+)"\)/g)].map(([, name]) => name);
  const loaded = files.flatMap(({ text }) =>
    [...text.matchAll(/^(?:export )?const \w+ = "(npm:[^"]+)";$/gm)].map(([, name]) => name)
  );
  assert(loaded.length > 5);
  assertEquals([...named, NOT_TAKEN].sort(), loaded.sort());
});

Deno.test("compile: every file that is named beside the code is in the program", async () => {
  const { out } = await run(Deno.execPath(), ["info", "--json", "src/cli/main.ts"], { cwd: root });
  const graph = new Set(
    JSON.parse(out).modules.map(({ specifier }: { specifier: string }) => specifier),
  );
  const named = files.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:new URL|import\.meta\.resolve)\(\s*"([^"]+)"/g)].map(([, name]) => ({
      path,
      name,
    }))
  );
  assert(named.length > 4);
  for (const { path, name } of named) {
    if (FOLDERS.includes(name) || !name.startsWith(".")) continue;
    // What only a child process of Deno runs is not wanted where there is no Deno.
    if (name === "./probe_main.ts") continue;
    const url = new URL(name, new URL(path, `file://${root}`)).href;
    assert(graph.has(url), `${path} names ${name}, which nothing imports`);
  }
  assert(settings.compile.include.includes("native"));
});

Deno.test("compile: who starts Deno thinks of programs where it is not Deno", () => {
  for (const { path, text } of files) {
    if (!text.includes("Deno.execPath()")) continue;
    assert(text.includes("isCompiled()"), path);
  }
});

Deno.test("compile: what deno.json names goes into the program", async () => {
  await inFolder(async (folder) => {
    // What goes in is listed before it is put behind the base: with one that is none, nothing large is written.
    const base = join(folder, "base");
    Deno.writeTextFileSync(base, "no program");
    const { err } = await compile(root, "src/cli/main.ts", join(folder, "program"), {
      DENORT_BIN: base,
    });
    const libvips = Deno.build.os === "linux" ? ["sharp-libvips-linux-"] : [];
    for (const name of ["native/*", "@julusian/jpeg-turbo/", "sharp/", "echarts/", ...libvips]) {
      assertStringIncludes(err, `\u2500 ${name}`);
    }
    assert(!err.includes("onnxruntime-node"), err);
  });
});

/** Whether Deno has, or can have, the base that compiled programs are made of. */
async function canCompile(): Promise<boolean> {
  if (Deno.env.get("DENORT_BIN")) return true;
  const { target } = Deno.build;
  const path = `release/v${Deno.version.deno}/denort-${target}.zip`;
  const { out } = await run(Deno.execPath(), ["info", "--json"]);
  const { denoDir } = JSON.parse(out);
  try {
    await Deno.stat(join(denoDir, "dl", path));
    return true;
  } catch {
    const signal = AbortSignal.timeout(5000);
    return await fetch(`https://dl.deno.land/${path}`, { method: "HEAD", signal })
      .then(({ ok }) => ok, () => false);
  }
}

const PROGRAM = `
import { data, evaluation, models, optim, runs, torch, train } from "./mod.ts";

torch.manualSeed(0);
const bright = (i) => i % 2;
const pixels = Uint8Array.from({ length: 64 * 64 }, (_, at) => 200 * bright(at >> 6) + at % 50);
using images = new data.ImageDataset({
  images: torch.tensor(pixels, { shape: [64, 1, 8, 8] }),
  labels: Int32Array.from({ length: 64 }, (_, i) => bright(i)),
  classNames: ["dark", "bright"],
});
using model = new models.SmallCnn({ numClasses: 2, widths: [4, 8] });
model.view = { size: [8, 8], mean: [0.5], std: [0.5] };
using optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
const batches = new data.Loader(images, { batchSize: 16, shuffle: true });
await train.fit({ method: new train.Supervised(model), optimizer, batches, epochs: 5 });
models.save("student.safetensors", model);
using again = runs.loadStudent("student.safetensors");
console.log((await evaluation.evaluate(again, images)).overall);
`;

Deno.test({
  name: "compile: programs train, decode photographs, write reports and predict without a checkout",
  ignore: !(await canCompile()),
  fn: () =>
    inFolder(async (folder) => {
      const checkout = join(folder, "checkout");
      Deno.mkdirSync(checkout);
      const parts = ["deno.json", "deno.lock", "ffi", "mod.ts", "native", "recipes", "src"];
      const copied = await run("cp", ["-r", ...parts.map((part) => root + part), checkout]);
      assertEquals(copied.code, 0, copied.err);
      Deno.writeTextFileSync(join(checkout, "program.ts"), PROGRAM);
      const away = join(folder, "away");
      Deno.mkdirSync(away);
      for (const [entry, name] of [["src/cli/main.ts", "apprentice"], ["program.ts", "program"]]) {
        const made = await compile(checkout, entry, join(away, name));
        assertEquals(made.code, 0, made.err);
      }
      Deno.removeSync(checkout, { recursive: true });
      const { library } = locate();
      if (library === null) throw new Error("run `deno task setup` first");
      const env = {
        PATH: "/usr/bin:/bin",
        HOME: folder,
        NO_COLOR: "1",
        APPRENTICE_CACHE: library.slice(0, library.indexOf("/native/")),
      };
      const start = (name: string, args: string[], more: Record<string, string> = {}) =>
        run(join(away, name), args, { cwd: away, clearEnv: true, env: { ...env, ...more } });
      const apprentice = (...args: string[]) => start("apprentice", args);

      const program = await start("program", []);
      assertEquals([program.code, program.out], [0, "1\n"], program.err);

      assertEquals((await apprentice("--version")).out, `${settings.version}\n`);
      assertStringIncludes((await apprentice("--help")).out, "predict [options]");
      const doctor = await apprentice("doctor", "--json");
      assertEquals(doctor.code, 0, doctor.out + doctor.err);
      const report = JSON.parse(doctor.out);
      assertEquals([report.usable, report.library.path], [true, library]);
      assertEquals(report.package.source, `file://${join(away, "apprentice")}`);
      const lost = await start("apprentice", ["doctor"], { APPRENTICE_CACHE: `${folder}/empty` });
      assertStringIncludes(lost.out, `Run: ${join(away, "apprentice")} setup`);
      const unready = await start("program", [], { APPRENTICE_CACHE: `${folder}/empty` });
      assertMatch(unready.err, /LibraryError: .+ call `await setup\(\)`/);

      await photographs(join(away, "photos"));
      const part = { kind: "whole", size: 8 };
      const recipe = {
        name: "colors",
        data: { train: { folder: "photos", part }, test: { folder: "photos", part } },
        student: { name: "SmallCnn", channels: 3, widths: [8, 16, 32] },
        optimizer: { name: "AdamW", lr: 0.01 },
        epochs: 4,
        batchSize: 8,
      };
      Deno.writeTextFileSync(join(away, "recipe.json"), JSON.stringify(recipe));
      const code = `import { runs } from "@apprentice/distill";\n` +
        `export default runs.recipe(${JSON.stringify({ ...recipe, name: "code" })});\n`;
      Deno.writeTextFileSync(join(away, "recipe.js"), code);
      for (const file of ["recipe.json", "recipe.js"]) {
        const trained = await apprentice("train", file);
        assertEquals(trained.code, 0, trained.err);
        assertStringIncludes(trained.out, "of 16 test images");
        assert(!trained.err.includes("decoded in this thread"), trained.err);
      }
      const [ran] = [...Deno.readDirSync(join(away, "runs"))].map(({ name }) => name).sort()
        .filter((name) => name.startsWith("colors"));
      const folderOfRun = join(away, "runs", ran);
      assertStringIncludes(Deno.readTextFileSync(join(folderOfRun, "report.html")), "<svg");
      const said = await apprentice("predict", folderOfRun, "photos/red/0.jpg", "--json");
      assertEquals(said.code, 0, said.err);
      assertEquals(JSON.parse(said.out).guesses[0].className, "red");

      const launched = await apprentice("launch", "-n", "2", "--verbose", "train", "none.json");
      assertEquals(launched.code, 1);
      assertStringIncludes(launched.err, "[rank 1] FileError: There is no recipe at none.json");

      const missing = Deno.readTextFileSync(join(away, "recipe.js")).replace(
        "@apprentice/distill",
        "./nowhere.js",
      );
      Deno.writeTextFileSync(join(away, "missing.js"), missing);
      const refused = await apprentice("train", "missing.js");
      assertEquals(refused.code, 1);
      assertMatch(refused.err, /^FormatError: missing\.js cannot be run: .+deno run\.\n$/);
    }),
});

/** Red and blue squares as JPEG and PNG. */
async function photographs(folder: string): Promise<void> {
  const { default: sharp } = await import("npm:sharp@^0.34.5");
  for (const [name, color] of [["red", [220, 30, 20]], ["blue", [20, 40, 210]]] as const) {
    Deno.mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < 8; i++) {
      const data = Uint8Array.from(
        { length: 24 * 24 * 3 },
        (_, at) => color[at % 3] + at % (3 + i),
      );
      const png = encode({ width: 24, height: 24, data, channels: 3 });
      const file = i % 2 === 1 ? png : new Uint8Array(await sharp(png).jpeg().toBuffer());
      Deno.writeFileSync(join(folder, name, `${i}.${i % 2 === 1 ? "png" : "jpg"}`), file);
    }
  }
}
