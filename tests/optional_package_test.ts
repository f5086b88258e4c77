import { assert, assertEquals, assertRejects } from "@std/assert";
import { LibraryError } from "../src/base/errors.ts";
import { loadPackage } from "../src/base/optional_package.ts";

Deno.test("a package that cannot be had is named, and what needs it", async () => {
  const missing = new URL("no_such_package.ts", import.meta.url).href;
  const error = await assertRejects(
    () => loadPackage(missing, "Certain files", "It is small."),
    LibraryError,
    `Certain files need the package ${missing}`,
  );
  assert(error.message.endsWith("It is small."), error.message);
  assert(error.cause instanceof Error);
  const { LibraryError: same } = await loadPackage<typeof import("../src/base/errors.ts")>(
    new URL("../src/base/errors.ts", import.meta.url).href,
    "Tests",
  );
  assertEquals(same, LibraryError);
});

Deno.test("who imports the package downloads nothing for images, hubs, ONNX or pictures of features", async () => {
  const entry = new URL("../mod.ts", import.meta.url).pathname;
  const config = new URL("../deno.json", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", "--config", config, entry],
    stderr: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const names: string[] = modules.map(({ specifier }: { specifier: string }) => specifier);
  assert(names.some((name) => name.endsWith("/src/base/optional_package.ts")));
  const wrong = /^npm:.*(sharp|jpeg-turbo|huggingface|onnxruntime|druidjs)/;
  assertEquals(names.filter((name) => wrong.test(name)), []);
});
