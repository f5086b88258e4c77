import { assertEquals } from "@std/assert";
import { nativeSourcesIn } from "../../ffi/locate.ts";
import { NATIVE_SOURCES } from "../../src/setup/native_sources.ts";
import { VERSION } from "../../src/base/version.ts";

const root = new URL("../../", import.meta.url);

Deno.test("VERSION is the version in deno.json", () => {
  const manifest = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
  assertEquals(VERSION, manifest.version);
});

Deno.test("NATIVE_SOURCES names the source files in native/, all of them", () => {
  assertEquals(NATIVE_SOURCES, nativeSourcesIn(new URL("native/", root)));
});
