import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { FileError } from "../src/base/errors.ts";
import { cacheRoot } from "../src/base/paths.ts";
import { envOf } from "./setup/fakes.ts";

const linux = Deno.build.os === "linux";

Deno.test("cacheRoot: APPRENTICE_CACHE, then XDG_CACHE_HOME", () => {
  const all = { APPRENTICE_CACHE: "/own", XDG_CACHE_HOME: "/xdg", HOME: "/home/x" };
  assertEquals(cacheRoot(envOf(all)), "/own");
  assertEquals(cacheRoot(envOf({ ...all, APPRENTICE_CACHE: "" })), "/xdg/apprentice");
});

Deno.test({
  name: "cacheRoot: the system's own place",
  ignore: !linux,
  fn: () => assertEquals(cacheRoot(envOf({ HOME: "/home/x" })), "/home/x/.cache/apprentice"),
});

Deno.test("cacheRoot: a relative folder becomes absolute, slashes at the end go", () => {
  assertEquals(
    cacheRoot(envOf({ APPRENTICE_CACHE: "a/b//" })),
    `${Deno.cwd()}/a/b`,
  );
  assertEquals(cacheRoot(envOf({ APPRENTICE_CACHE: join("/", "a") + "/" })), "/a");
});

Deno.test("cacheRoot: without any of the variables it is an error that says which to set", () => {
  assertThrows(() => cacheRoot(envOf({})), FileError, "Set APPRENTICE_CACHE");
});
