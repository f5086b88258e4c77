import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { sourceHash } from "../../ffi/locate.ts";
import { ArgumentError, ChecksumError } from "../../src/base/errors.ts";
import { sha256OfFile } from "../../src/base/file_hashes.ts";
import {
  compileArguments,
  compileFile,
  compilerCandidates,
  linkArguments,
  rpathOf,
} from "../../src/setup/compiler.ts";
import { PREBUILT } from "../../src/setup/prebuilt.ts";
import { collectTable } from "../../src/setup/release/table.ts";
import { tagProblems } from "../../src/setup/release/tag.ts";
import { nativeFiles, temporaryFolder, writeFiles, writeNative } from "./fakes.ts";

/** Writes a file as the release's build does, with what is said of it. */
async function library(folder: string, file: string, source: string, os: string): Promise<void> {
  writeFiles(folder, { [file]: `library of ${os}` });
  const facts = { libtorch: "2.13.0", variant: "cpu", os, arch: "aarch64", compiler: "c++ 1" };
  const size = Deno.statSync(join(folder, file)).size;
  const sha256 = await sha256OfFile(join(folder, file));
  writeFiles(folder, {
    [`${file}.json`]: JSON.stringify({ source, file, size, sha256, ...facts }),
  });
}

Deno.test("the table of a checkout is empty", () => {
  assertEquals(PREBUILT, { package: "", source: null, base: null, libraries: [] });
});

Deno.test("collectTable: what a release has, of this source, each once, and whole", async () => {
  using folder = temporaryFolder();
  const dist = join(folder.path, "dist");
  const native = writeNative(join(folder.path, "native"), nativeFiles());
  const hash = sourceHash(native)!;
  const collect = (): ReturnType<typeof collectTable> => collectTable(dist, "https://x", native);
  Deno.mkdirSync(dist);
  await assertRejects(collect, ArgumentError, "has no libraries");
  await library(dist, "one.so", hash, "linux");
  await library(dist, "two.dylib", hash, "darwin");
  const table = await collect();
  assertEquals([table.source, table.base], [hash, "https://x"]);
  assertEquals(table.libraries.map(({ file, os }) => [file, os]), [
    ["one.so", "linux"],
    ["two.dylib", "darwin"],
  ]);

  await library(dist, "three.so", hash, "linux");
  await assertRejects(collect, ArgumentError, "two libraries for linux aarch64, libtorch 2.13.0");
  await library(dist, "three.so", "0123456789abcdef", "freebsd");
  await assertRejects(collect, ArgumentError, "three.so was compiled from the source 0123");
  await library(dist, "three.so", hash, "freebsd");
  writeFiles(dist, { "three.so": "library of freebsT" });
  await assertRejects(collect, ChecksumError, "three.so");
});

Deno.test("tagProblems: tag, manifest, constant and changelog have one version", () => {
  const [manifest, module] = ['{ "version": "1.2.0" }', 'export const VERSION = "1.2.0";'];
  const changelog = "# Changelog\n\n## Unreleased\n\n## 1.2.0 (2030-01-01)\n";
  assertEquals(tagProblems("v1.2.0", manifest, module, changelog), []);
  assertEquals(tagProblems("1.2.0", manifest, module, changelog).length, 1);
  assertEquals(tagProblems("v1.2.1", manifest, module, "").length, 2);
  assertEquals(tagProblems("v1.2.0", manifest, "", changelog).length, 1);
});

Deno.test("the compiler's arguments: each system has its own, by its compiler's documentation", () => {
  const libtorch = { path: "/t", version: "2.13.0", variant: "cpu" };
  const all = (os: typeof Deno.build.os): string[] => [
    ...compileArguments(libtorch, os),
    ...compileFile("/s/a.cpp", "/o/a.o", os),
    ...linkArguments(libtorch, ["/o/a.o"], "/l/x", rpathOf(libtorch, true, os), os),
  ];
  const windows = all("windows");
  assertEquals(windows.filter((argument) => argument.startsWith("-")), []);
  for (const part of ["/std:c++20", "/Fo/o/a.o", "/Fe/l/x", "torch_cpu.lib", "/LIBPATH:/t/lib"]) {
    assertEquals(windows.includes(part), true, part);
  }
  const mac = all("darwin");
  assertEquals(mac.filter((argument) => argument.startsWith("-Wl,") || argument === "-shared"), []);
  assertEquals(mac.includes("-dynamiclib"), true);
  assertEquals(mac.at(-1), "@loader_path/libtorch/lib");
  assertEquals(rpathOf(libtorch, false, "darwin"), "/t/lib");
  assertEquals(compilerCandidates("c x", "windows"), [["c", "x"], ["cl"]]);
});
