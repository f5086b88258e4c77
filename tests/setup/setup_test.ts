import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { locate } from "../../ffi/locate.ts";
import { abiVersion } from "../../ffi/symbols.ts";
import {
  ChecksumError,
  FileError,
  LibraryError,
  SetupError,
  VersionError,
} from "../../src/base/errors.ts";
import type { SetupProgress } from "../../src/setup/report.ts";
import { setupIn, type SetupSurroundings } from "../../src/setup/setup.ts";
import {
  envOf,
  filesBelow,
  libtorchFiles,
  nativeFiles,
  serveFolder,
  temporaryFolder,
  writeFiles,
  writeNative,
  writeWheel,
} from "./fakes.ts";

interface Place {
  cache: string;
  variables: Record<string, string | undefined>;
  surroundings: SetupSurroundings;
}

/** A machine in a folder: an empty cache, a libtorch that LIBTORCH names, a native source. */
function place(folder: string, native = nativeFiles()): Place {
  const cache = join(folder, "cache");
  writeFiles(join(folder, "torch"), libtorchFiles());
  const variables: Place["variables"] = {
    APPRENTICE_CACHE: cache,
    LIBTORCH: join(folder, "torch"),
  };
  const source = writeNative(join(folder, "native"), native);
  return {
    cache,
    variables,
    surroundings: { env: envOf(variables), source, pip: [["no-such-pip"]] },
  };
}

/** What is under a final name and could be taken for a library. */
function libraries(cache: string): string[] {
  return filesBelow(cache).filter((name) => /libapprentice|build\.json|\.default|\.tmp/.test(name));
}

const quiet = { quiet: true };

Deno.test("setup: without native source, as in a bundled program, nothing is fetched", async () => {
  using folder = temporaryFolder();
  const { cache, variables, surroundings } = place(folder.path);
  variables.LIBTORCH = undefined;
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeWheel(join(folder.path, "wheels"), server.base);
  const source = toFileUrl(join(folder.path, "nowhere/"));
  await assertRejects(
    () => setupIn({ ...surroundings, wheel, source }, quiet),
    SetupError,
    `There is no native source in ${source.href}. `,
  );
  assertEquals(libraries(cache), []);
  assertEquals(server.requests, []);
});

Deno.test("setup: fetches libtorch, builds, and what it built is found and used", async () => {
  using folder = temporaryFolder();
  const { cache, variables, surroundings } = place(folder.path);
  variables.LIBTORCH = undefined;
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeWheel(join(folder.path, "wheels"), server.base);
  const said: SetupProgress[] = [];
  const first = await setupIn({ ...surroundings, wheel }, { onProgress: (p) => said.push(p) });
  assert(first.built);
  assertEquals(first.libtorch?.path, join(cache, "libtorch/2.13.0-cpu/torch"));
  assertEquals(locate(surroundings).library, first.library);
  for (
    const text of ["Downloading libtorch", "Unpacking libtorch", "Compiling the native library"]
  ) {
    assert(said.some((progress) => progress.text === text && progress.done! > 0), text);
  }
  const record = JSON.parse(Deno.readTextFileSync(join(first.library, "../build.json")));
  assertEquals(record.libtorch, first.libtorch);
  assertEquals(record.abi, abiVersion);

  const modified = Deno.statSync(first.library).mtime;
  const again = await setupIn({ ...surroundings, wheel }, quiet);
  assertEquals(again, { ...first, built: false });
  assertEquals(Deno.statSync(first.library).mtime, modified);

  const forced = await setupIn({ ...surroundings, wheel }, { ...quiet, force: true });
  assertEquals(forced, first);
  assertNotEquals(Deno.statSync(first.library).mtime, modified);
  assertEquals(server.requests.length, 1, "one download for all three");
});

Deno.test("setup: only what was edited is compiled again, and older builds are removed", async () => {
  using folder = temporaryFolder();
  const { cache, surroundings } = place(folder.path);
  const first = await setupIn(surroundings, quiet);
  const objects = filesBelow(join(cache, "native/objects"));
  assertEquals(objects.length, 2);
  Deno.writeTextFileSync(join(folder.path, "native/second.cpp"), "int second() { return 3; }\n");
  assertEquals(locate(surroundings).library, null);

  const second = await setupIn(surroundings, quiet);
  assert(second.built);
  assertNotEquals(second.library, first.library);
  const after = filesBelow(join(cache, "native/objects"));
  assertEquals(after.length, 3);
  assert(objects.every((name) => after.includes(name)));
  assertEquals(libraries(cache).length, 3, "library, build.json and .default of one build");

  Deno.writeTextFileSync(join(folder.path, "native/fake.h"), "#error changed\n", { append: true });
  const broken = await assertRejects(() => setupIn(surroundings, quiet), SetupError);
  assertMatch(broken.message, /#error changed/, "a header counts for every file");
});

Deno.test("setup: a CUDA build is linked to the CUDA libraries, a CPU build is not", async () => {
  using folder = temporaryFolder();
  const { surroundings } = place(folder.path);
  const needs = async (): Promise<boolean> => {
    const { library } = await setupIn(surroundings, quiet);
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(library));
    return text.includes("libtorch_cuda.so\0") && text.includes("libc10_cuda.so\0");
  };
  assertEquals(await needs(), false);
  const files = libtorchFiles("2.13.0", "13.0");
  const empty = files["lib/libc10.so"];
  writeFiles(join(folder.path, "torch"), {
    ...files,
    "lib/libtorch_cuda.so": empty,
    "lib/libc10_cuda.so": empty,
  });
  assertEquals(await needs(), true);
});

Deno.test("setup: LIBTORCH decides, and stays in force once it is unset", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = place(folder.path);
  writeFiles(join(folder.path, "other"), libtorchFiles("2.14.0"));
  const first = await setupIn(surroundings, quiet);
  variables.LIBTORCH = join(folder.path, "other");
  const other = await setupIn(surroundings, quiet);
  assertEquals(other.libtorch?.version, "2.14.0");
  assertNotEquals(other.library, first.library);

  variables.LIBTORCH = undefined;
  assertEquals((await setupIn(surroundings, quiet)).library, other.library);
  variables.LIBTORCH = join(folder.path, "torch");
  assertEquals(await setupIn(surroundings, quiet), { ...first, built: false });
  variables.LIBTORCH = undefined;
  assertEquals(locate(surroundings).library, first.library);
});

Deno.test("setup: APPRENTICE_LIBRARY is taken as it is, or refused", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = place(folder.path);
  variables.APPRENTICE_LIBRARY = join(folder.path, "torch/lib/libc10.so");
  const result = await setupIn(surroundings, quiet);
  assertEquals([result.library, result.built], [variables.APPRENTICE_LIBRARY, false]);
  variables.APPRENTICE_LIBRARY = join(folder.path, "none.so");
  await assertRejects(() => setupIn(surroundings, quiet), SetupError, variables.APPRENTICE_LIBRARY);
  assert([...Deno.readDirSync(folder.path)].every((entry) => entry.name !== "cache"));
});

Deno.test("setup: without a compiler it says what to install, before anything is downloaded", async () => {
  using folder = temporaryFolder();
  const { cache, variables, surroundings } = place(folder.path);
  variables.LIBTORCH = undefined;
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeWheel(join(folder.path, "wheels"), server.base);
  const compilers = [["/no/such/c++"], ["no-such-g++", "-x"]];
  const { message } = await assertRejects(
    () => setupIn({ ...surroundings, wheel, compilers }, quiet),
    SetupError,
  );
  for (const part of ["/no/such/c++, no-such-g++ -x", "apt-get install g++", "CXX"]) {
    assert(message.includes(part), message);
  }
  assertEquals(server.requests, []);
  assertEquals(libraries(cache), []);
});

Deno.test("setup: CXX names the compiler, with arguments", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = place(folder.path);
  variables.CXX = " g++  -DFROM_CXX ";
  Deno.writeTextFileSync(
    join(folder.path, "native/second.cpp"),
    "#ifndef FROM_CXX\n#error not given\n#endif\n",
  );
  assert((await setupIn(surroundings, quiet)).built);
});

Deno.test("setup: what the compiler refuses is told with its last lines and the path of the log", async () => {
  using folder = temporaryFolder();
  const { cache, surroundings } = place(folder.path);
  const file = join(folder.path, "native/second.cpp");
  Deno.writeTextFileSync(file, "int second() { return nonsense; }\n");
  const { message } = await assertRejects(() => setupIn(surroundings, quiet), SetupError);
  assert(message.includes(`${file}:1:`), message);
  assert(message.includes("nonsense"), message);
  const log = join(cache, "native/build.log");
  assert(message.includes(log), message);
  assertMatch(Deno.readTextFileSync(log), /-std=c\+\+20.*second\.cpp\n.*nonsense/s);
  assertEquals(libraries(cache), []);
});

Deno.test("setup: a function that is declared and not there fails at the link, not at its first call", async () => {
  using folder = temporaryFolder();
  const { cache, surroundings } = place(folder.path);
  Deno.writeTextFileSync(
    join(folder.path, "native/second.cpp"),
    "int missing_function();\nint second() { return missing_function(); }\n",
  );
  await assertRejects(() => setupIn(surroundings, quiet), SetupError, "missing_function");
  assertEquals(libraries(cache), []);
});

Deno.test("setup: a library that lacks a function is refused after the build", async () => {
  using folder = temporaryFolder();
  const { cache, surroundings } = place(folder.path, nativeFiles({ without: "ap_op_call" }));
  await assertRejects(() => setupIn(surroundings, quiet), LibraryError, "ap_op_call");
  assertEquals(libraries(cache), []);
});

Deno.test("setup: a library of another version of the C interface is refused after the build", async () => {
  using folder = temporaryFolder();
  const { cache, surroundings } = place(folder.path, nativeFiles({ abi: 99 }));
  await assertRejects(() => setupIn(surroundings, quiet), LibraryError, "99");
  assertEquals(libraries(cache), []);
});

Deno.test("setup: a library that brings the process down is refused after the build", async () => {
  using folder = temporaryFolder();
  const { cache, surroundings } = place(folder.path);
  Deno.writeTextFileSync(
    join(folder.path, "native/second.cpp"),
    "#include <cstdlib>\nstatic int dead = (std::abort(), 0);\nint second() { return dead; }\n",
  );
  await assertRejects(() => setupIn(surroundings, quiet), LibraryError, "cannot be used");
  assertEquals(libraries(cache), []);
});

Deno.test("setup: LIBTORCH pointing nowhere, to half a folder, to a wrong version", async () => {
  using folder = temporaryFolder();
  const { cache, variables, surroundings } = place(folder.path);
  variables.LIBTORCH = join(folder.path, "nowhere");
  await assertRejects(() => setupIn(surroundings, quiet), SetupError, variables.LIBTORCH);
  const torch = join(folder.path, "torch");
  variables.LIBTORCH = torch;
  writeFiles(torch, libtorchFiles("2.8.0"));
  await assertRejects(() => setupIn(surroundings, quiet), VersionError, "2.8.0");
  Deno.removeSync(join(torch, "lib"), { recursive: true });
  await assertRejects(() => setupIn(surroundings, quiet), SetupError, "lib/libtorch_cpu.so");
  assertEquals(libraries(cache), []);
});

Deno.test("setup: a cache that cannot be written is a FileError that names it", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = place(folder.path);
  Deno.writeTextFileSync(join(folder.path, "file"), "");
  for (
    const cache of [join(folder.path, "file"), join(folder.path, "file/below"), "/proc/nothing"]
  ) {
    variables.APPRENTICE_CACHE = cache;
    const { message } = await assertRejects(() => setupIn(surroundings, quiet), FileError);
    assert(message.includes(cache), message);
  }
});

Deno.test("setup: a damaged download is a ChecksumError and leaves nothing behind", async () => {
  using folder = temporaryFolder();
  const { cache, variables, surroundings } = place(folder.path);
  variables.LIBTORCH = undefined;
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeWheel(join(folder.path, "wheels"), server.base);
  const file = join(folder.path, "wheels", wheel.file);
  const whole = Deno.readFileSync(file);
  Deno.writeFileSync(file, whole.subarray(0, whole.length - 100));
  await assertRejects(() => setupIn({ ...surroundings, wheel }, quiet), ChecksumError);
  assertEquals(filesBelow(cache), ["setup.lock"]);

  Deno.writeFileSync(file, whole);
  assert((await setupIn({ ...surroundings, wheel }, quiet)).built, "the next try is not harmed");
});

Deno.test("setup: an edit of the source while it is built is noticed", async () => {
  using folder = temporaryFolder();
  const { cache, surroundings } = place(folder.path);
  const edit = (): void =>
    Deno.writeTextFileSync(join(folder.path, "native/second.cpp"), "int second() { return 5; }\n");
  const onProgress = ({ text }: SetupProgress): void => {
    if (text === "Compiling the native library") edit();
  };
  await assertRejects(() => setupIn(surroundings, { onProgress }), SetupError, "edited");
  assertEquals(libraries(cache), []);
  assert((await setupIn(surroundings, quiet)).built);
});

Deno.test("setup: several at once build once, and all get the same library", async () => {
  using folder = temporaryFolder();
  const { variables, surroundings } = place(folder.path);
  variables.LIBTORCH = undefined;
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeWheel(join(folder.path, "wheels"), server.base);
  const results = await Promise.all(
    Array.from({ length: 4 }, () => setupIn({ ...surroundings, wheel }, quiet)),
  );
  assertEquals(results.filter((result) => result.built).length, 1);
  assertEquals(new Set(results.map((result) => result.library)).size, 1);
  assertEquals(server.requests.length, 1);
});

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  Deno.test(`setup: one that ${signal} ends in the middle harms nobody`, async () => {
    using folder = temporaryFolder();
    const { cache, surroundings, variables } = place(folder.path);
    // A compiler that never ends, once it is asked to compile.
    const slow = join(folder.path, "slow-g++");
    Deno.writeTextFileSync(
      slow,
      '#!/bin/sh\ncase "$1" in --version) exec g++ --version;; esac\nexec sleep 10\n',
      { mode: 0o755 },
    );
    const script = `
    import { setupIn } from ${JSON.stringify(new URL("../../src/setup/setup.ts", import.meta.url))};
    await setupIn({ source: new URL(${JSON.stringify(surroundings.source)}) });
  `;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", script],
      cwd: new URL("../../", import.meta.url),
      env: { APPRENTICE_CACHE: cache, LIBTORCH: variables.LIBTORCH!, CXX: slow },
      stderr: "piped",
    }).spawn();
    let said = "";
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += chunk;
      if (said.includes("Compiling")) break;
    }
    assert(said.includes("Compiling"), said);
    child.kill(signal);
    await child.status;
    assertEquals(locate(surroundings).library, null);

    const result = await setupIn(surroundings, quiet);
    assert(result.built);
    assertEquals(locate(surroundings).library, result.library);
    assertEquals(filesBelow(cache).filter((name) => name.includes(".tmp")), []);
  });
}

Deno.test("setup: the native source may come over HTTP", async () => {
  using folder = temporaryFolder();
  const { cache, surroundings } = place(folder.path);
  const { NATIVE_SOURCES } = await import("../../src/setup/native_sources.ts");
  const served = join(folder.path, "served");
  const [header, ...rest] = Object.values(nativeFiles());
  // The files have the package's own names; the first source file holds it all.
  const units = NATIVE_SOURCES.filter((name) => name.endsWith(".cpp"));
  writeFiles(served, Object.fromEntries(NATIVE_SOURCES.map((name) => [name, ""])));
  writeFiles(served, { [units[0]]: rest[0].replace('#include "fake.h"', header) });
  await using server = serveFolder(served);
  const source = new URL(`${server.base}/`);
  const result = await setupIn({ ...surroundings, source }, quiet);
  assert(result.built);
  assertEquals(locate({ ...surroundings, source }).library, result.library);
  assertEquals(server.requests.toSorted(), NATIVE_SOURCES.map((name) => `/${name}`).toSorted());

  Deno.removeSync(join(served, units[0]));
  const { message } = await assertRejects(
    () => setupIn({ ...surroundings, source }, { ...quiet, force: true }),
    SetupError,
  );
  assert(message.includes(`${server.base}/${units[0]}`) && message.includes("404"), message);
  assertEquals(locate({ ...surroundings, source }).library, result.library, "the old one stays");
  assert(libraries(cache).length > 0);
});
