import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { elfDamage, libraryDamage } from "../../ffi/library_files.ts";
import { locate } from "../../ffi/locate.ts";
import { SetupError } from "../../src/base/errors.ts";
import { doctorIn } from "../../src/setup/doctor.ts";
import { setupIn, type SetupResult, type SetupSurroundings } from "../../src/setup/setup.ts";
import {
  envOf,
  libtorchFiles,
  nativeFiles,
  serveFolder,
  temporaryFolder,
  writeFiles,
  writeNative,
  writeWheel,
} from "./fakes.ts";

/** What happens to files: the first two end a process that opens them, the others need their checksum. */
const DAMAGES: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  "cut in half": (bytes) => bytes.slice(0, bytes.length >> 1),
  "cut to nothing": () => new Uint8Array(),
  "its last third zeroed": (bytes) => bytes.fill(0, Math.floor(bytes.length * 2 / 3)),
  "all zeroed": (bytes) => bytes.fill(0),
  "one bit flipped": (bytes) => bytes.with(bytes.length >> 1, bytes[bytes.length >> 1] ^ 4),
};

const spoil = (path: string, how: (bytes: Uint8Array) => Uint8Array): void =>
  Deno.writeFileSync(path, how(Deno.readFileSync(path)));

interface Ground extends AsyncDisposable {
  readonly surroundings: SetupSurroundings;
  readonly variables: Record<string, string | undefined>;
  readonly requests: string[];
  readonly run: () => Promise<SetupResult & { said: string[] }>;
}

/** A cache, a native source and a wheel to be fetched, for set-up's real code. */
async function ground(folder: string): Promise<Ground> {
  const server = serveFolder(join(folder, "server"));
  const source = writeNative(join(folder, "native"), nativeFiles());
  const wheel = await writeWheel(join(folder, "server"), server.base);
  const variables = { APPRENTICE_CACHE: join(folder, "cache") };
  const surroundings = { env: envOf(variables), source, wheel, pip: [] };
  return {
    surroundings,
    variables,
    requests: server.requests,
    run: async () => {
      const said: string[] = [];
      const result = await setupIn(surroundings, { onProgress: ({ text }) => said.push(text) });
      return { ...result, said };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

for (const [name, how] of Object.entries(DAMAGES)) {
  Deno.test(`a native library with ${name}: doctor says so, and set-up builds it anew`, async () => {
    using folder = temporaryFolder();
    await using g = await ground(folder.path);
    const first = await g.run();
    assertEquals((await g.run()).built, false);
    assertEquals((await doctorIn(g.surroundings)).usable, true);
    spoil(first.library, how);
    const report = await doctorIn(g.surroundings);
    assertEquals(report.usable, false);
    assertStringIncludes(report.library.problem!, `${first.library} is damaged`);
    assertStringIncludes(report.next.join("\n"), "setup");
    const second = await g.run();
    assertEquals(second.built, true);
    assertStringIncludes(second.said.join("\n"), "is damaged");
    assertEquals(g.requests.length, 1, "libtorch is sound");
    assertEquals((await doctorIn(g.surroundings)).usable, true);
    assertEquals((await g.run()).said, []);
  });

  Deno.test(`a fetched libtorch with ${name}: doctor says so, and set-up fetches it anew`, async () => {
    using folder = temporaryFolder();
    await using g = await ground(folder.path);
    const { libtorch } = await g.run();
    const path = `${libtorch!.path}/lib/libtorch_cpu.so`;
    const whole = Deno.readFileSync(path);
    spoil(path, how);
    const report = await doctorIn(g.surroundings);
    assertEquals(report.usable, false);
    assertStringIncludes(report.library.problem!, `${path} is damaged`);
    assertEquals((await g.run()).built, true);
    assertEquals(Deno.readFileSync(path), whole);
    assertEquals((await doctorIn(g.surroundings)).usable, true);
  });
}

Deno.test("a user's own libtorch that is cut short is not built against, and what is built is not opened", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  writeFiles(join(folder.path, "own"), libtorchFiles());
  g.variables.LIBTORCH = join(folder.path, "own");
  await g.run();
  const path = join(folder.path, "own/lib/libtorch_cpu.so");
  spoil(path, DAMAGES["cut in half"]);
  const { library, libtorch, files } = locate(g.surroundings);
  assertStringIncludes(libraryDamage(library!, libtorch!.path, files)!, path);
  // Without a record its own tables tell.
  assertStringIncludes(libraryDamage(library!, libtorch!.path)!, path);
  const error = await assertRejects(g.run, SetupError, "is damaged");
  assertStringIncludes(error.message, "Install it anew");
});

Deno.test("a cache that was copied, and one of an earlier version: looked at once, written down, kept", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  const { library, libtorch } = await g.run();
  const record = join(library, "../build.json");
  const files = JSON.parse(Deno.readTextFileSync(record)).files;
  assertEquals(files.map(({ path }: { path: string }) => path), [
    library,
    `${libtorch!.path}/lib/libc10.so`,
    `${libtorch!.path}/lib/libtorch_cpu.so`,
  ]);
  Deno.utimeSync(library, 1, 1);
  assertEquals((await g.run()).built, false);
  assertEquals(JSON.parse(Deno.readTextFileSync(record)).files[0].changed, 1000);
  const { files: _, ...earlier } = JSON.parse(Deno.readTextFileSync(record));
  Deno.writeTextFileSync(record, JSON.stringify(earlier));
  assertEquals((await g.run()).built, false);
  assertEquals(JSON.parse(Deno.readTextFileSync(record)).files.length, 3);
});

Deno.test("a kept object file that is cut short is compiled anew", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  const { library } = await g.run();
  const objects = join(folder.path, "cache/native/objects");
  for (const { name } of Deno.readDirSync(objects)) {
    spoil(join(objects, name), DAMAGES["cut in half"]);
  }
  Deno.removeSync(library);
  assertEquals((await g.run()).built, true);
});

Deno.test("a damaged APPRENTICE_LIBRARY is refused", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  const { library } = await g.run();
  const own = join(folder.path, "own.so");
  Deno.copyFileSync(library, own);
  g.variables.APPRENTICE_LIBRARY = own;
  assertEquals((await g.run()).library, own);
  spoil(own, DAMAGES["cut in half"]);
  await assertRejects(g.run, SetupError, "it needs");
});

Deno.test("a damaged library is a LibraryError at its first use, not the end of the process", async () => {
  using folder = temporaryFolder();
  const { library } = locate();
  const own = join(folder.path, "libapprentice.so");
  const main = join(folder.path, "main.ts");
  const torch = new URL("../../src/torch/mod.ts", import.meta.url).href;
  Deno.writeTextFileSync(
    main,
    `import * as torch from "${torch}";
     try { torch.ones([2]); } catch (error) { console.log(error.name, error.message); }`,
  );
  const config = new URL("../../deno.json", import.meta.url).pathname;
  for (const name of ["cut in half", "cut to nothing", "its last third zeroed"]) {
    Deno.writeFileSync(own, DAMAGES[name](Deno.readFileSync(library!)));
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", config, main],
      env: { APPRENTICE_LIBRARY: own },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0, name);
    assert(text.startsWith(`LibraryError ${own} is damaged`), `${name}: ${text}`);
  }
  assertEquals(elfDamage(library!), null);
});
