import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { VERSION } from "../../src/base/version.ts";
import { temporaryFolder } from "./fakes.ts";

const main = new URL("../../src/cli/main.ts", import.meta.url);

async function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string; ms: number }> {
  const began = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main.href, ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  const ms = performance.now() - began;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), ms };
}

Deno.test("the command line: an error is a message without a stack, and status 1", async () => {
  const { code, stderr } = await run(["setup"], { LIBTORCH: "/nowhere" });
  assertEquals(code, 1);
  assert(stderr.startsWith("SetupError: LIBTORCH is /nowhere"), stderr);
  assert(!stderr.includes("    at "), stderr);
});

Deno.test("the command line: set-up for CUDA and for the CPU at once is refused", async () => {
  const { code, stderr } = await run(["setup", "--cuda", "--cpu"]);
  assertEquals(code, 1);
  assert(stderr.startsWith("ArgumentError: --cuda and --cpu"), stderr);
});

Deno.test("the command line: --version, and an unknown command", async () => {
  assertEquals((await run(["--version"])).stdout.trim(), VERSION);
  const { code, stderr } = await run(["no-such-command"]);
  assertEquals(code, 1);
  assert(stderr.includes("no-such-command"), stderr);
});

Deno.test("the command line: set-up takes less than a second when all is there", async () => {
  await run(["setup"]);
  const results = [];
  for (let i = 0; i < 3; i++) results.push(await run(["setup"]));
  for (const { code, stderr } of results) {
    assertEquals(code, 0, stderr);
    assert(stderr.startsWith("Ready: "), stderr);
  }
  const best = Math.min(...results.map(({ ms }) => ms));
  assert(best < 1000, `took ${best} ms`);
});

Deno.test("the command line: doctor ends with status 0 where all is well, 1 where not", async () => {
  const well = await run(["doctor", "--json"]);
  assertEquals(well.code, 0, well.stdout + well.stderr);
  assertEquals(JSON.parse(well.stdout).usable, true);

  using folder = temporaryFolder();
  const { code, stdout } = await run(["doctor"], { APPRENTICE_CACHE: join(folder.path, "none") });
  assertEquals(code, 1);
  assert(stdout.includes("Run: deno task setup"), stdout);
});

Deno.test("the first use without a library says what to run and every place looked at", async () => {
  using folder = temporaryFolder();
  const script = join(folder.path, "use.ts");
  Deno.writeTextFileSync(
    script,
    `import { open } from ${JSON.stringify(new URL("../../ffi/native.ts", import.meta.url))};\n` +
      "try { open(); } catch (error) { console.log(`${error.name}: ${error.message}`); }\n",
  );
  const cache = join(folder.path, "cache");
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script],
    env: { APPRENTICE_CACHE: cache, APPRENTICE_LIBRARY: "", LIBTORCH: "" },
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert(said.startsWith("LibraryError: "), said);
  for (const part of ["deno task setup", "APPRENTICE_LIBRARY", "LIBTORCH", `${cache}/native/`]) {
    assert(said.includes(part), said);
  }
});
