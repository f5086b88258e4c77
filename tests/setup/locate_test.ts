import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { inspectLibtorch, isSupportedVersion, type Libtorch } from "../../ffi/libtorch.ts";
import { libraryKey, locate, packageKeyOf } from "../../ffi/locate.ts";
import { setupCommand } from "../../ffi/setup_advice.ts";
import { VERSION } from "../../src/base/version.ts";
import {
  envOf,
  libtorchFiles,
  nativeFiles,
  temporaryFolder,
  writeFiles,
  writeNative,
} from "./fakes.ts";

/** A cache with a library in it as set-up would have put it there; the library itself is never opened. */
function prepare(folder: string): {
  source: URL;
  libtorch: Libtorch;
  library: string;
  entry: string;
  variables: Record<string, string | undefined>;
} {
  const source = writeNative(join(folder, "native"), nativeFiles());
  writeFiles(join(folder, "torch"), libtorchFiles());
  const libtorch = inspectLibtorch(join(folder, "torch")) as Libtorch;
  const key = libraryKey(packageKeyOf(source), libtorch);
  const entry = join(folder, "cache/native", key);
  writeFiles(entry, {
    "libapprentice.so": "not opened",
    "build.json": JSON.stringify({ libtorch }),
  });
  writeFiles(join(folder, "cache/native"), { [`${packageKeyOf(source)}.default`]: key + "\n" });
  return {
    source,
    libtorch,
    entry,
    library: join(entry, "libapprentice.so"),
    variables: { APPRENTICE_CACHE: join(folder, "cache") },
  };
}

Deno.test("locate: the library that set-up was run for last", () => {
  using folder = temporaryFolder();
  const { source, libtorch, library, variables } = prepare(folder.path);
  const located = locate({ env: envOf(variables), source });
  assertEquals(located, {
    library,
    libtorch,
    searched: ["APPRENTICE_LIBRARY: not set", "LIBTORCH: not set", library],
  });
});

Deno.test("locate: APPRENTICE_LIBRARY is obeyed, and named when it is not there", () => {
  using folder = temporaryFolder();
  const { source, library, variables } = prepare(folder.path);
  const own = join(folder.path, "torch/lib/libc10.so");
  const env = envOf({ ...variables, APPRENTICE_LIBRARY: own, LIBTORCH: "/nowhere" });
  assertEquals(locate({ env, source }).library, own);
  const missing = locate({
    env: envOf({ ...variables, APPRENTICE_LIBRARY: join(folder.path, "none.so") }),
    source,
  });
  assertEquals(missing.library, null);
  assertEquals(missing.searched.length, 1);
  assert(missing.searched[0].includes(join(folder.path, "none.so")));
  assertNotEquals(missing.library, library);
});

Deno.test("locate: with LIBTORCH set only the library built for it will do", () => {
  using folder = temporaryFolder();
  const { source, libtorch, library, variables } = prepare(folder.path);
  const same = locate({ env: envOf({ ...variables, LIBTORCH: libtorch.path }), source });
  assertEquals(same.library, library);

  writeFiles(join(folder.path, "other"), libtorchFiles("2.14.0", "13.0"));
  const other = locate({
    env: envOf({ ...variables, LIBTORCH: join(folder.path, "other") }),
    source,
  });
  assertEquals(other.library, null);
  const said = other.searched.join("\n");
  assert(said.includes(`LIBTORCH=${join(folder.path, "other")}: libtorch 2.14.0 (cu130)`), said);
  assertMatch(
    other.searched.at(-1)!,
    /libtorch-2\.14\.0-cu130-\w+\/libapprentice\.so: there is no/,
  );

  const none = locate({ env: envOf({ ...variables, LIBTORCH: "/nowhere" }), source });
  assertEquals(none.library, null);
  assert(none.searched.join("\n").includes("LIBTORCH=/nowhere: there is no such folder"));
});

Deno.test("locate: a link to a libtorch is that libtorch", () => {
  using folder = temporaryFolder();
  const { source, library, libtorch, variables } = prepare(folder.path);
  Deno.symlinkSync(libtorch.path, join(folder.path, "link"));
  const env = envOf({ ...variables, LIBTORCH: join(folder.path, "link") });
  assertEquals(locate({ env, source }).library, library);
});

Deno.test("locate: an edit, a new file or a new name in the native source wants another library", () => {
  using folder = temporaryFolder();
  const { source, library, variables } = prepare(folder.path);
  const native = join(folder.path, "native");
  const find = (): string | null => locate({ env: envOf(variables), source }).library;
  const text = Deno.readTextFileSync(join(native, "fake.cpp"));

  Deno.writeTextFileSync(join(native, "fake.cpp"), text.replace("int ap", "int  ap"));
  assertEquals(find(), null);
  Deno.writeTextFileSync(join(native, "fake.cpp"), text);
  assertEquals(find(), library, "the time of writing does not count");
  Deno.writeTextFileSync(join(native, "new.h"), "");
  assertEquals(find(), null);
  Deno.removeSync(join(native, "new.h"));
  Deno.writeTextFileSync(join(native, "README.md"), "not compiled");
  assertEquals(find(), library);
  Deno.renameSync(join(native, "second.cpp"), join(native, "third.cpp"));
  assertEquals(find(), null);
});

const spoilt: [string, string, (entry: string, torch: string) => void][] = [
  ["a library that is gone", "there is no such file", (entry) => {
    Deno.removeSync(join(entry, "libapprentice.so"));
  }],
  ["a damaged build.json", "build.json", (entry) => {
    Deno.writeTextFileSync(join(entry, "build.json"), '{"libtorch":');
  }],
  ["a build.json with something else in it", "build.json", (entry) => {
    Deno.writeTextFileSync(join(entry, "build.json"), "[1]");
  }],
  ["a libtorch that is gone", "there is no such folder", (_, torch) => {
    Deno.removeSync(torch, { recursive: true });
  }],
  ["a libtorch that was replaced by another version", "is 2.12.1 (cpu) now", (_, torch) => {
    writeFiles(torch, libtorchFiles("2.12.1"));
  }],
  ["a libtorch that was replaced by a CUDA build", "is 2.13.0 (cu130) now", (_, torch) => {
    writeFiles(torch, libtorchFiles("2.13.0", "13.0"));
  }],
];

for (const [name, message, spoil] of spoilt) {
  Deno.test(`locate: ${name} is not used, and the reason is told`, () => {
    using folder = temporaryFolder();
    const { source, entry, libtorch, variables } = prepare(folder.path);
    spoil(entry, libtorch.path);
    const located = locate({ env: envOf(variables), source });
    assertEquals(located.library, null);
    assert(located.searched.at(-1)!.includes(message), located.searched.join("\n"));
    assert(located.searched.at(-1)!.includes(entry));
  });
}

Deno.test("locate: a package without a folder goes by its version alone", () => {
  assertEquals(packageKeyOf(new URL("https://example.com/native/")), VERSION);
  assertEquals(packageKeyOf(toFileUrl("/nowhere/native/")), VERSION);
});

Deno.test("setupCommand: in this repository it is the task", () => {
  assertEquals(setupCommand(), "deno task setup");
});

Deno.test("inspectLibtorch: versions and variants, from new headers, old headers and archives", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "torch");
  writeFiles(path, libtorchFiles("2.13.0", "12.8"));
  assertEquals(inspectLibtorch(path), { path, version: "2.13.0", variant: "cu128" });

  // As in libtorch's own archives: no version.py, a build-version; the header in its older place.
  Deno.removeSync(join(path, "version.py"));
  Deno.writeTextFileSync(join(path, "build-version"), "2.9.1+cu126\n");
  Deno.mkdirSync(join(path, "include/torch/csrc/api/include/torch"), { recursive: true });
  Deno.renameSync(
    join(path, "include/torch/headeronly/version.h"),
    join(path, "include/torch/csrc/api/include/torch/version.h"),
  );
  assertEquals(inspectLibtorch(path), { path, version: "2.13.0", variant: "cu126" });
  Deno.removeSync(join(path, "build-version"));
  assertEquals(inspectLibtorch(path), { path, version: "2.13.0", variant: "cpu" });

  // An old header that only refers to the new place has no version in it.
  Deno.writeTextFileSync(
    join(path, "include/torch/csrc/api/include/torch/version.h"),
    "#include <torch/headeronly/version.h>\n",
  );
  assertMatch(inspectLibtorch(path) as string, /version\.h/);
  Deno.removeSync(join(path, "lib/libc10.so"));
  assertMatch(inspectLibtorch(path) as string, /lacks lib\/libc10\.so/);
});

Deno.test("isSupportedVersion: 2.9 to 2.14", () => {
  for (const version of ["2.9.0", "2.10.0", "2.13.0", "2.14.1"]) {
    assert(isSupportedVersion(version));
  }
  for (const version of ["1.13.1", "2.0.0", "2.8.9", "2.15.0", "3.9.0"]) {
    assert(!isSupportedVersion(version));
  }
});
