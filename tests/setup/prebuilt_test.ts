import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { locate, readBuildRecord } from "../../ffi/locate.ts";
import { ChecksumError, SetupError } from "../../src/base/errors.ts";
import { sha256OfFile } from "../../src/base/file_hashes.ts";
import { VERSION } from "../../src/base/version.ts";
import { describeReport } from "../../src/setup/describe_report.ts";
import { doctorIn } from "../../src/setup/doctor.ts";
import { prebuiltFor, type PrebuiltTable, prebuiltUrl } from "../../src/setup/prebuilt.ts";
import { buildPrebuilt } from "../../src/setup/release/build.ts";
import { collectTable } from "../../src/setup/release/table.ts";
import { silentReport } from "../../src/setup/report.ts";
import { setupIn, type SetupOptions, type SetupResult } from "../../src/setup/setup.ts";
import type { SetupSurroundings } from "../../src/setup/site.ts";
import {
  envOf,
  libtorchFiles,
  nativeFiles,
  nobodyThere,
  serveFolder,
  temporaryFolder,
  writeFiles,
  writeNative,
  writeWheel,
} from "./fakes.ts";

const noCompiler = [["no-such-c++"]];

/** The stand-in for a release, made once: compiled from the stand-in for the native source. */
let made: Promise<{ file: string; bytes: Uint8Array<ArrayBuffer>; table: PrebuiltTable }>;

function release(): typeof made {
  return made ??= (async () => {
    using folder = temporaryFolder();
    const at = (name: string): string => join(folder.path, name);
    writeFiles(at("torch"), libtorchFiles());
    const source = writeNative(at("native"), nativeFiles());
    const { file } = await buildPrebuilt(at("dist"), {
      own: at("torch"),
      source,
      cache: at("cache"),
      report: silentReport,
    });
    const table = await collectTable(at("dist"), "http://nowhere.invalid", source);
    return { file, bytes: Deno.readFileSync(at(`dist/${file}`)), table };
  })();
}

interface Ground extends AsyncDisposable {
  readonly cache: string;
  /** What the release's server has. */
  readonly served: string;
  readonly requests: string[];
  readonly surroundings: SetupSurroundings;
  readonly variables: Record<string, string | undefined>;
  readonly run: (
    options?: SetupOptions,
    other?: SetupSurroundings,
  ) => Promise<SetupResult & { said: string }>;
}

/** A machine without a cache, and a server with a release and a wheel of libtorch. */
async function ground(folder: string): Promise<Ground> {
  const { file, bytes, table } = await release();
  const served = join(folder, "server");
  writeFiles(served, { [file]: bytes });
  const server = serveFolder(served);
  const cache = join(folder, "cache");
  const variables: Ground["variables"] = { APPRENTICE_CACHE: cache };
  const surroundings: SetupSurroundings = {
    env: envOf(variables),
    source: writeNative(join(folder, "native"), nativeFiles()),
    wheel: await writeWheel(served, server.base),
    pip: [],
    prebuilt: { ...table, base: `${server.base}/` },
  };
  return {
    cache,
    served: join(served, file),
    requests: server.requests,
    surroundings,
    variables,
    run: async (options = {}, other = {}) => {
      const said: string[] = [];
      const onProgress = ({ text }: { text: string }): unknown => said.push(text);
      const result = await setupIn({ ...surroundings, ...other }, { ...options, onProgress });
      return { ...result, said: said.join("\n") };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The requests for the library. */
const asked = (g: Ground): number =>
  g.requests.filter((path) => path.includes("apprentice-")).length;

/** Set-up has to fail on a machine without a compiler, saying both what could not be fetched and what to install. */
async function refusedWithoutCompiler(
  g: Ground,
  kind: typeof SetupError | typeof ChecksumError,
  reason: string,
): Promise<void> {
  const run = (): Promise<unknown> => g.run({ force: true }, { compilers: noCompiler });
  const { message } = await assertRejects(run, kind);
  for (const part of ["neither fetched nor built", reason, "no-such-c++", "apt-get install g++"]) {
    assertStringIncludes(message, part);
  }
}

Deno.test("a library that was compiled beforehand is fetched, needs no compiler, and is used", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  const without = { ...g.surroundings, compilers: noCompiler };
  const before = await doctorIn(without);
  assertStringIncludes(before.prebuilt!, g.surroundings.prebuilt!.base!);
  assertEquals(before.next, ["Run: deno task setup"], "nothing has to be installed");

  const first = await g.run({}, { compilers: noCompiler });
  assertEquals([first.built, first.fetched], [false, true]);
  assert(!first.said.includes("Compiling"), first.said);
  assertEquals(locate(g.surroundings).library, first.library);
  const sha256 = await sha256OfFile(g.served);
  const record = readBuildRecord(join(first.library, ".."))!;
  assertEquals(record.prebuilt, { url: before.prebuilt!, sha256 });
  assertEquals(record.files![0].sha256, sha256);
  assertEquals([...Deno.readDirSync(join(g.cache, "download"))], [], "nothing is left over");

  const report = await doctorIn(without);
  assert(report.usable, report.library.problem!);
  const text = describeReport(report);
  for (const part of [`fetched ${record.date} from ${before.prebuilt}`, sha256, record.compiler]) {
    assertStringIncludes(text, part);
  }
  const again = await g.run({}, { compilers: noCompiler });
  assertEquals([again.built, again.fetched, again.said], [false, false, ""]);
  assertEquals(asked(g), 1);
});

Deno.test("a prebuilt library with a wrong checksum is said and compiled instead, or refused", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  const bytes = Deno.readFileSync(g.served);
  Deno.writeFileSync(g.served, bytes.with(bytes.length >> 1, bytes[bytes.length >> 1] ^ 4));
  await refusedWithoutCompiler(g, ChecksumError, "damaged or is another file: its SHA-256 is");
  assert(!g.requests.some((path) => path.endsWith(".whl")), "libtorch was not fetched for nothing");
  const { built, fetched, said } = await g.run();
  assertEquals([built, fetched], [true, false]);
  assertStringIncludes(said, "damaged or is another file: its SHA-256 is");
  assertEquals([...Deno.readDirSync(join(g.cache, "download"))], []);
  assertStringIncludes(describeReport(await doctorIn(g.surroundings)), "built here");
});

Deno.test("a prebuilt library that is not there, or no server: it is compiled, or refused", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  Deno.removeSync(g.served);
  await refusedWithoutCompiler(g, SetupError, "404");
  g.variables.APPRENTICE_PREBUILT = nobodyThere();
  await refusedWithoutCompiler(g, SetupError, g.variables.APPRENTICE_PREBUILT);
  g.variables.APPRENTICE_PREBUILT = undefined;
  const { built, said } = await g.run();
  assert(built);
  assertStringIncludes(said, "404");
});

Deno.test("a prebuilt library that does not open here is compiled instead, or refused", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  Deno.writeTextFileSync(g.served, "no library, though it is the file that was released");
  const { size } = Deno.statSync(g.served);
  const sha256 = await sha256OfFile(g.served);
  const libraries = g.surroundings.prebuilt!.libraries.map((one) => ({ ...one, size, sha256 }));
  g.surroundings.prebuilt = { ...g.surroundings.prebuilt!, libraries };
  await refusedWithoutCompiler(g, SetupError, "cannot be used");
  const { built, library, said } = await g.run();
  assert(built);
  assertStringIncludes(said, "does not work here");
  assertEquals(readBuildRecord(join(library, ".."))?.prebuilt, undefined);
  assertEquals((await doctorIn(g.surroundings)).usable, true);
});

Deno.test("setup --build compiles: nothing is fetched, and what was fetched is replaced", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  await assertRejects(
    () => g.run({ build: true }, { compilers: noCompiler }),
    SetupError,
    "No C++ compiler was found",
  );
  assertEquals(asked(g), 0);
  assert((await g.run()).fetched);
  assertEquals(asked(g), 1);
  assert((await g.run({ build: true })).built);
  for (const options of [{ build: true }, {}]) {
    const { built, fetched } = await g.run(options);
    assertEquals([built, fetched], [false, false], "it is there, and compiled");
  }
  assertEquals(asked(g), 1);
  assert((await g.run({ force: true })).fetched);
});

Deno.test("other source than the release's is compiled, whatever the table has", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  Deno.writeTextFileSync(join(folder.path, "native/second.cpp"), "int second() { return 3; }\n");
  assertEquals((await doctorIn(g.surroundings)).prebuilt, null);
  assert((await g.run()).built);
  assertEquals(asked(g), 0);
});

Deno.test("APPRENTICE_PREBUILT names a folder or an address with the files", async () => {
  using folder = temporaryFolder();
  await using g = await ground(folder.path);
  g.variables.APPRENTICE_PREBUILT = join(folder.path, "server");
  assert((await g.run({}, { compilers: noCompiler })).fetched);
  assertEquals(asked(g), 0);
  const { table, file } = await release();
  const url = (base?: string): string | undefined =>
    prebuiltUrl(table, table.libraries[0], envOf({ APPRENTICE_PREBUILT: base }));
  assertEquals(url(), `http://nowhere.invalid/${file}`);
  assertEquals(url("https://mirror.invalid/a//"), `https://mirror.invalid/a/${file}`);
  assertEquals(url("file:///a/b"), `file:///a/b/${file}`);
  assertEquals(prebuiltUrl({ ...table, base: null }, table.libraries[0], envOf({})), undefined);
});

Deno.test("a library fits one version and variant of libtorch, on one system", async () => {
  const { table } = await release();
  using folder = temporaryFolder();
  const source = writeNative(join(folder.path, "native"), nativeFiles());
  const { os, arch } = Deno.build;
  const fits = (
    version: string,
    variant: string,
    system: Parameters<typeof prebuiltFor>[3],
    from = source,
    of = table,
  ): boolean => prebuiltFor(of, from, { version, variant }, system) !== undefined;
  assertEquals(fits("2.13.0", "cpu", { os, arch }), true);
  assertEquals(fits("2.13.1", "cpu", { os, arch }), false);
  assertEquals(fits("2.13.0", "cu130", { os, arch }), false);
  const other = os === "linux" ? "darwin" : "linux";
  assertEquals(fits("2.13.0", "cpu", { os: other, arch }), false);
  assertEquals(fits("2.13.0", "cpu", { os, arch: "aarch64" }), arch === "aarch64");
  // A package that was imported over HTTP was published with its table.
  const remote = new URL("https://registry.invalid/native/");
  assertEquals(fits("2.13.0", "cpu", { os, arch }, remote), true);
  assertEquals(fits("2.13.0", "cpu", { os, arch }, remote, { ...table, package: "0" }), false);
  // So was one that was bundled into a file, which has no native source beside it.
  const gone = new URL("gone/", source);
  assertEquals(fits("2.13.0", "cpu", { os, arch }, gone), true);
  assertEquals(fits("2.13.0", "cpu", { os, arch }, gone, { ...table, package: "" }), false);
  assertEquals(table.package, VERSION);
});
