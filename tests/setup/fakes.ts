/**
 * Small stand-ins for the large things set-up works with, so that its real code runs in a second: a
 * libtorch without content, a native source without libtorch, a wheel of both.
 */

import { join, toFileUrl } from "@std/path";
import { zipSync } from "fflate";
import { abiVersion, frameSlots, symbols, textBytes } from "../../ffi/symbols.ts";
import { sha256OfFile } from "../../src/base/file_hashes.ts";
import type { Wheel } from "../../src/setup/wheel.ts";

/** A temporary folder that goes with the test. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "apprentice-test-" }));
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Reads variables from a record instead of the process's environment. */
export function envOf(
  variables: Record<string, string | undefined>,
): (name: string) => string | undefined {
  return (name) => variables[name];
}

let emptyLibrary: Uint8Array<ArrayBuffer> | undefined;

/** A shared library with nothing in it, as bytes. */
function emptySharedLibrary(): Uint8Array<ArrayBuffer> {
  if (emptyLibrary) return emptyLibrary;
  using folder = temporaryFolder();
  Deno.writeTextFileSync(join(folder.path, "empty.cpp"), "");
  const { code, stderr } = new Deno.Command("g++", {
    args: ["-shared", "-fPIC", "-o", "empty.so", "empty.cpp"],
    cwd: folder.path,
  }).outputSync();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return emptyLibrary = Deno.readFileSync(join(folder.path, "empty.so"));
}

/** The files that make a folder a libtorch, by their paths in it. */
export function libtorchFiles(version = "2.13.0", cuda?: string): Record<string, Uint8Array> {
  const [major, minor, patch] = version.split(".");
  const text = (lines: string[]): Uint8Array => new TextEncoder().encode(lines.join("\n") + "\n");
  return {
    "lib/libtorch_cpu.so": emptySharedLibrary(),
    "lib/libc10.so": emptySharedLibrary(),
    "include/ATen/ATen.h": text(["#pragma once"]),
    "include/torch/headeronly/version.h": text([
      `#define TORCH_VERSION_MAJOR ${major}`,
      `#define TORCH_VERSION_MINOR ${minor}`,
      `#define TORCH_VERSION_PATCH ${patch}`,
    ]),
    "version.py": text([
      `__version__ = '${version}+${cuda ? "cu" + cuda.replace(".", "") : "cpu"}'`,
      `cuda: Optional[str] = ${cuda ? `'${cuda}'` : "None"}`,
      "hip: Optional[str] = None",
    ]),
  };
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Record<string, Uint8Array | string>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    Deno.mkdirSync(join(path, ".."), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
  }
}

/** A native source with every function of the C interface and nothing in them. */
export function nativeFiles(
  options: { abi?: number; without?: string } = {},
): Record<string, string> {
  const special: Record<string, string> = {
    ap_abi_version: `unsigned ap_abi_version() { return ${options.abi ?? abiVersion}; }`,
    ap_context_frame:
      `void* ap_context_frame(unsigned) { static double frame[${frameSlots}]; return frame; }`,
    ap_context_text: "void* ap_context_text(unsigned) { return text; }",
    ap_build_info:
      "int ap_build_info(unsigned) { return snprintf(text, sizeof text, INFO, FAKE_VERSION); }",
  };
  const functions = Object.keys(symbols).filter((name) => name !== options.without)
    .map((name) => `API ${special[name] ?? `int ${name}() { return 0; }`}`);
  return {
    "fake.h": [
      "#pragma once",
      '#define API extern "C" __attribute__((visibility("default")))',
      '#define FAKE_VERSION "2.13.0"',
      `#define INFO "{\\"libtorch\\":\\"%s\\",\\"abi\\":${abiVersion},\\"cpu\\":\\"none\\"}"`,
    ].join("\n") + "\n",
    "fake.cpp": [
      "#include <cstdio>",
      "#include <ATen/ATen.h>",
      '#include "fake.h"',
      `static char text[${textBytes}];`,
      ...functions,
    ].join("\n") + "\n",
    "second.cpp": '#include "fake.h"\nint second() { return 2; }\n',
  };
}

/** Writes a native source into a folder and gives its address. */
export function writeNative(folder: string, files: Record<string, string>): URL {
  writeFiles(folder, files);
  return toFileUrl(folder + "/");
}

/** Makes a wheel of a libtorch, good enough for pip, and says how to get it from `base`. */
export async function writeWheel(
  folder: string,
  base: string,
  content: Record<string, Uint8Array> = libtorchFiles(),
): Promise<Wheel> {
  // Not called torch, so that pip cannot find the real one by any configuration.
  const project = "apprentice_test_torch";
  const info = `${project}-2.13.0.dist-info`;
  const files: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(content)) files[`torch/${name}`] = bytes;
  files["torch/lib/libtorch_python.so"] = new Uint8Array(10);
  files["torch/__init__.py"] = new Uint8Array(10);
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  files[`${info}/METADATA`] = text(
    `Metadata-Version: 2.1\nName: ${project}\nVersion: 2.13.0\n`,
  );
  files[`${info}/WHEEL`] = text(
    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n",
  );
  files[`${info}/RECORD`] = text("");
  const file = `${project}-2.13.0-py3-none-any.whl`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeFileSync(join(folder, file), zipSync(files, { level: 1 }));
  return {
    version: "2.13.0",
    variant: "cpu",
    file,
    url: `${base}/${encodeURIComponent(file)}`,
    sha256: await sha256OfFile(join(folder, file)),
    pip: [`${project}==2.13.0`, "--no-index", `--find-links=${folder}`],
  };
}

/** Everything below a folder that is under a final name, as sorted paths. */
export function filesBelow(folder: string, prefix = ""): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(join(folder, prefix))) {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    if (entry.isDirectory) found.push(...filesBelow(folder, path));
    else found.push(path);
  }
  return found.sort();
}

/** A server on this machine that goes with the test. */
export function serve(
  handler: (request: Request) => Response | Promise<Response>,
): { base: string; requests: string[] } & AsyncDisposable {
  const requests: string[] = [];
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    onError: () => new Response(null, { status: 500 }),
  }, (request) => {
    requests.push(decodeURIComponent(new URL(request.url).pathname));
    return handler(request);
  });
  return {
    base: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An address on this machine where nothing listens. */
export function nobodyThere(): string {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
}

/** Serves the files of a folder. */
export function serveFolder(folder: string): ReturnType<typeof serve> {
  return serve(async (request) => {
    const name = decodeURIComponent(new URL(request.url).pathname);
    try {
      return new Response(await Deno.readFile(join(folder, name)));
    } catch {
      return new Response("not found", { status: 404 });
    }
  });
}
