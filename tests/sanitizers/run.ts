/**
 * Builds the native library with the address and the thread sanitizer and uses it under them: from many threads
 * (`threads.cpp`), and, under the address sanitizer, by the tests of the suite that are about workers, handles and
 * memory. Prints a line for each and exits with 1 if anything was found.
 *
 *     deno run -A tests/sanitizers/run.ts [address|thread] [rounds]
 *
 * Needs g++ with its sanitizers' libraries, and libtorch as set-up has put it.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Libtorch } from "../../ffi/libtorch.ts";
import { locate, NATIVE_SOURCE } from "../../ffi/locate.ts";
import { cacheRoot } from "../../src/base/paths.ts";
import { buildLibrary } from "../../src/setup/build.ts";
import { findCompiler } from "../../src/setup/compiler.ts";
import { terminalReport } from "../../src/setup/report.ts";

type Sanitizer = "address" | "thread";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));

/** The suite's tests that are run under the address sanitizer. */
const tests = [
  "tests/ffi/fuzz_test.ts",
  "tests/ffi/foreign_handles_test.ts",
  "tests/ffi/handles_test.ts",
  "tests/ffi/workers_test.ts",
  "tests/torch/concurrent_random_test.ts",
  "tests/torch/gradient_assignment_test.ts",
  "tests/torch/memory_test.ts",
  "tests/torch/scope_test.ts",
  "tests/torch/script_test.ts",
  "tests/torch/tensors_without_memory_test.ts",
];

/** What is not this library's: it is compiled without the sanitizer, so what it does for order is not seen. */
const others = ["libtorch_cpu.so", "libc10.so", "libgomp.so", "libtorch.so"];

async function run(
  what: string,
  command: string[],
  env: Record<string, string>,
): Promise<boolean> {
  const start = performance.now();
  // What the sanitizers say goes to files: some of the tests look at stderr.
  const reports = await Deno.makeTempDir();
  const sanitizing = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      name.endsWith("SAN_OPTIONS") ? `${value}:exitcode=66:log_path=${reports}/report` : value,
    ]),
  );
  const output = await new Deno.Command(command[0], {
    args: command.slice(1),
    cwd: root,
    env: { NO_COLOR: "1", OMP_NUM_THREADS: "1", ...sanitizing },
  }).output();
  let text = new TextDecoder().decode(output.stdout) + new TextDecoder().decode(output.stderr);
  for (const { name } of Deno.readDirSync(reports)) {
    text += await Deno.readTextFile(`${reports}/${name}`);
  }
  await Deno.remove(reports, { recursive: true });
  const found = text.match(/WARNING: ThreadSanitizer|ERROR: AddressSanitizer/g) ?? [];
  const good = output.code === 0 && found.length === 0;
  const seconds = ((performance.now() - start) / 1e3).toFixed(0);
  console.log(
    `${what}: ${
      good ? "nothing found" : `FAILED, exit ${output.code}, ${found.length} reports`
    } (${seconds} s)`,
  );
  if (!good) console.log(text.slice(-20_000));
  return good;
}

async function build(sanitizer: Sanitizer, libtorch: Libtorch, folder: string): Promise<string[]> {
  const found = await findCompiler([["g++"]]);
  const flags = [`-fsanitize=${sanitizer}`, "-g", "-fno-omit-frame-pointer"];
  await Deno.mkdir(folder, { recursive: true });
  const library = await buildLibrary({
    source: NATIVE_SOURCE,
    libtorch,
    compiler: { ...found, command: [...found.command, ...flags] },
    output: folder,
    kept: folder,
    report: terminalReport,
  });
  const threads = `${folder}/threads`;
  const compile = [
    ...flags,
    "-O1",
    "-std=c++20",
    `${here}threads.cpp`,
    "-o",
    threads,
    "-ldl",
    "-pthread",
  ];
  const made = await new Deno.Command("g++", { args: compile, stderr: "inherit" }).output();
  if (!made.success) throw new Error("threads.cpp does not compile");
  return [library, threads];
}

/** Where the compiler keeps a sanitizer's library, which has to be loaded before all others. */
async function runtime(name: string): Promise<string> {
  const { stdout } = await new Deno.Command("g++", { args: [`-print-file-name=${name}`] }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function check(sanitizer: Sanitizer, libtorch: Libtorch, rounds: string): Promise<boolean> {
  const folder = `${cacheRoot()}/sanitizers/${sanitizer}`;
  const [library, threads] = await build(sanitizer, libtorch, folder);
  if (sanitizer === "thread") {
    const suppressions = `${folder}/suppressions`;
    await Deno.writeTextFile(
      suppressions,
      others.map((name) => `called_from_lib:${name}\nrace:${name}\nmutex:${name}\n`).join(""),
    );
    return await run("threads, thread sanitizer", [threads, library, rounds], {
      TSAN_OPTIONS: `suppressions=${suppressions}:ignore_noninstrumented_modules=1`,
    });
  }
  // libtorch keeps much for as long as the process lives; what is left over is the suite's own to count.
  const options = "detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=0";
  const results = [
    await run("threads, address sanitizer", [threads, library, rounds], { ASAN_OPTIONS: options }),
    await run(
      "the suite's tests of workers and memory, address sanitizer",
      [Deno.execPath(), "test", "-A", "--no-check", ...tests],
      {
        ASAN_OPTIONS: options,
        LD_PRELOAD: [await runtime("libasan.so"), await runtime("libstdc++.so.6")].join(" "),
        APPRENTICE_LIBRARY: library,
      },
    ),
  ];
  return results.every((good) => good);
}

const [which, rounds = "10"] = Deno.args;
const { libtorch } = locate();
if (libtorch === undefined) throw new Error("there is no libtorch: run set-up first");
let good = true;
for (const sanitizer of ["thread", "address"] as const) {
  if (which !== undefined && which !== "all" && which !== sanitizer) continue;
  good = await check(sanitizer, libtorch, rounds) && good;
}
Deno.exit(good ? 0 : 1);
