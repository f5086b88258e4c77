/**
 * How NVIDIA's libraries are found, loaded where libtorch would not find them, and named where they are missing. The
 * libraries are real ones with nothing in them.
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { cudaLibraries, nvidiaFolders, toPreload } from "../../ffi/cuda_libraries.ts";
import { cudaOf, packageOf } from "../../ffi/cuda_packages.ts";
import { readDynamic } from "../../ffi/elf_dynamic.ts";
import { librariesOf } from "../../ffi/library_files.ts";
import { LibraryError, SetupError } from "../../src/base/errors.ts";
import { describeReport } from "../../src/setup/describe_report.ts";
import { doctorIn } from "../../src/setup/doctor.ts";
import { probeLibrary } from "../../src/setup/probe.ts";
import { setupIn, type SetupSurroundings } from "../../src/setup/setup.ts";
import { cudaLibtorchFiles, driverOf, linkLibrary, NO_DRIVER } from "./cuda_fakes.ts";
import {
  envOf,
  libtorchFiles,
  nativeFiles,
  temporaryFolder,
  writeFiles,
  writeNative,
} from "./fakes.ts";

const four = [
  "libcublas.so.13.999",
  "libcublasLt.so.13.999",
  "libcudart.so.13.999",
  "libcudnn.so.9.999",
].sort();

function libtorchIn(folder: string): { path: string; version: string; variant: string } {
  return { path: join(folder, "torch"), version: "2.13.0", variant: "cu130" };
}

Deno.test("readDynamic: needs and folders, as the linker wrote them; null for what is no library", () => {
  using folder = temporaryFolder();
  const needs = { needed: ["liba.so.1", "libb.so"], rpath: "$ORIGIN/x:/y" };
  writeFiles(folder.path, {
    "old.so": linkLibrary("old.so", needs),
    "new.so": linkLibrary("new.so", { ...needs, runpath: true }),
    "none.so": linkLibrary("none.so"),
    "text.so": "not a library",
    "empty.so": "",
  });
  const read = (name: string) => readDynamic(join(folder.path, name));
  const expected = { needed: ["liba.so.1", "libb.so"], folders: ["$ORIGIN/x", "/y"] };
  assertEquals(read("old.so"), { ...expected, inherited: true });
  assertEquals(read("new.so"), { ...expected, inherited: false });
  assertEquals(read("none.so"), { needed: [], folders: [], inherited: false });
  for (const name of ["text.so", "empty.so", "nowhere.so", "."]) {
    assertEquals(read(name), null, name);
  }
});

Deno.test("readDynamic: a library that is cut off or overwritten anywhere is read or refused, and soon", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "x.so");
  const whole = linkLibrary("x.so", { needed: ["liba.so.1"], rpath: "/y" });
  // The header and the table of segments are where the places and sizes are.
  for (let at = 4; at < 400; at += 3) {
    const damaged = whole.slice();
    damaged.fill(0xff, at, at + 8);
    Deno.writeFileSync(path, damaged);
    readDynamic(path);
  }
  for (let length = 0; length < whole.length; length += 97) {
    Deno.writeFileSync(path, whole.slice(0, length));
    readDynamic(path);
  }
});

Deno.test("packageOf: the packages by CUDA's version, and nothing for what is not NVIDIA's", () => {
  const table: [string, number, string | null][] = [
    ["libcudart.so.13", 13, "nvidia-cuda-runtime"],
    ["libcudart.so.12", 12, "nvidia-cuda-runtime-cu12"],
    ["libcublasLt.so.12", 12, "nvidia-cublas-cu12"],
    ["libcudnn.so.9", 13, "nvidia-cudnn-cu13"],
    ["libcudnn_ops.so.9", 12, "nvidia-cudnn-cu12"],
    ["libcusparse.so.12", 13, "nvidia-cusparse"],
    ["libcusparseLt.so.0", 13, "nvidia-cusparselt-cu13"],
    ["libnvrtc-builtins.so.13.0", 13, "nvidia-cuda-nvrtc"],
    ["libcuda.so.1", 13, null],
    ["libnvrtc.alt.so.13", 13, null],
    ["libcudart.so.13.txt", 13, null],
    ["libtorch_cuda.so", 13, null],
    ["libc.so.6", 13, null],
  ];
  for (const [name, cuda, project] of table) assertEquals(packageOf(name, cuda), project, name);
  assertEquals(cudaOf("cu130"), { major: 13, minor: 0 });
  assertEquals(cudaOf("cu118"), { major: 11, minor: 8 });
  for (const variant of ["cpu", "cuda", "rocm"]) assertEquals(cudaOf(variant), null);
});

Deno.test("cudaLibraries: beside libtorch, as Python has them, libtorch reaches all, those of others included", () => {
  using folder = temporaryFolder();
  writeFiles(folder.path, cudaLibtorchFiles());
  const found = cudaLibraries(libtorchIn(folder.path), []);
  assertEquals(found.map(({ name }) => name).sort(), four);
  for (const { name, path, reached } of found) {
    assertEquals(reached, true, name);
    assertEquals(
      path,
      join(folder.path, "nvidia", name.includes("cudnn") ? "cudnn" : "cu13", "lib", name),
    );
  }
  assert(
    found.findIndex(({ name }) => name === "libcublasLt.so.13.999") <
      found.findIndex(({ name }) => name === "libcublas.so.13.999"),
    "what is needed comes first",
  );
  assertEquals(toPreload(found), []);
  const recorded = librariesOf(join(folder.path, "torch")).map((path) => path.split("/").at(-1));
  for (const name of [...four, "libtorch_cuda.so"]) assert(recorded.includes(name), name);
  assertEquals(cudaLibraries({ ...libtorchIn(folder.path), variant: "cpu" }, []), []);
});

Deno.test("cudaLibraries: a libtorch that was put elsewhere reaches none; folders that are named have them", () => {
  using folder = temporaryFolder();
  const files = cudaLibtorchFiles();
  writeFiles(join(folder.path, "python"), files);
  writeFiles(
    join(folder.path, "copy/of"),
    Object.fromEntries(
      Object.entries(files).filter(([name]) => name.startsWith("torch/")),
    ),
  );
  const libtorch = libtorchIn(join(folder.path, "copy/of"));
  const none = cudaLibraries(libtorch, nvidiaFolders(libtorch.path, undefined));
  // That cuBLAS needs another one shows only when it is there.
  assertEquals(none.map(({ name, path }) => [name, path]).sort(), [
    ["libcublas.so.13.999", null],
    ["libcudart.so.13.999", null],
    ["libcudnn.so.9.999", null],
  ]);
  const nvidia = join(folder.path, "python/nvidia");
  const named = `${nvidia}/cudnn/lib:${nvidia}`;
  const found = cudaLibraries(libtorch, nvidiaFolders(libtorch.path, named));
  assertEquals(found.map(({ name }) => name).sort(), four);
  const preloaded = toPreload(found).map((path) => path.split("/").at(-1)!);
  // libcublas finds libcublasLt by its own folder.
  assertEquals(preloaded.toSorted(), four.filter((name) => name !== "libcublasLt.so.13.999"));
});

/** A native library of nothing that is linked to a libtorch for CUDA, which NVIDIA's libraries are not beside. */
function place(folder: string): { surroundings: SetupSurroundings; nvidia: string; torch: string } {
  const files = cudaLibtorchFiles();
  writeFiles(join(folder, "python"), files);
  writeFiles(
    join(folder, "alone"),
    Object.fromEntries(
      Object.entries(files).filter(([name]) => name.startsWith("torch/")),
    ),
  );
  const torch = join(folder, "alone/torch");
  const variables = {
    APPRENTICE_CACHE: join(folder, "cache"),
    LIBTORCH: torch,
    APPRENTICE_NVIDIA: Deno.env.get("APPRENTICE_NVIDIA"),
  };
  const source = writeNative(join(folder, "native"), nativeFiles());
  const surroundings = { env: envOf(variables), source, driver: NO_DRIVER };
  return { surroundings, nvidia: join(folder, "python/nvidia"), torch };
}

/** Sets a variable of this process, which child processes get, while something runs. */
async function withNvidia<T>(value: string, run: () => Promise<T>): Promise<T> {
  const before = Deno.env.get("APPRENTICE_NVIDIA");
  Deno.env.set("APPRENTICE_NVIDIA", value);
  try {
    return await run();
  } finally {
    if (before === undefined) Deno.env.delete("APPRENTICE_NVIDIA");
    else Deno.env.set("APPRENTICE_NVIDIA", before);
  }
}

Deno.test("setup: what is missing of NVIDIA's is named with the packages that have it, before anything is compiled", async () => {
  using folder = temporaryFolder();
  const { surroundings, torch } = place(folder.path);
  const { message } = await assertRejects(() => setupIn(surroundings, { quiet: true }), SetupError);
  const parts = [
    torch,
    "libcublas.so.13.999",
    "libcudnn.so.9.999",
    "pip install nvidia-cublas nvidia-cuda-runtime nvidia-cudnn-cu13",
    "APPRENTICE_NVIDIA",
  ];
  for (const part of parts) assert(message.includes(part), message);

  // As Python's installer left it, the versions are known, too.
  const require = (text: string) => `Requires-Dist: ${text}\n`;
  writeFiles(join(torch, ".."), {
    "torch-2.13.0.dist-info/METADATA": require("cuda-toolkit[cublas]==13.0.3") +
      require("nvidia-cudnn-cu13==9.20.0.48"),
    "cuda_toolkit-13.0.3.dist-info/METADATA": require(
      "nvidia-cublas==13.1.1.3.*; extra == 'cublas'",
    ),
  });
  await assertRejects(
    () => setupIn(surroundings, { quiet: true }),
    SetupError,
    "pip install nvidia-cublas==13.1.1.3 nvidia-cuda-runtime nvidia-cudnn-cu13==9.20.0.48",
  );
});

Deno.test("setup: with APPRENTICE_NVIDIA a libtorch that was put elsewhere loads; without it the error names all", async () => {
  using folder = temporaryFolder();
  const { library, libtorch, report } = await withNvidia(
    join(folder.path, "python/nvidia"),
    async () => {
      const { surroundings } = place(folder.path);
      const made = await setupIn(surroundings, { quiet: true });
      return { ...made, report: await doctorIn(surroundings) };
    },
  );
  assertEquals(report.usable, true);
  assert(describeReport(report).includes("(loaded beforehand)"), describeReport(report));
  const { message } = await assertRejects(() => probeLibrary(library, libtorch), LibraryError);
  assertMatch(message, /cannot open shared object/);
  for (
    const name of ["nvidia-cublas", "nvidia-cuda-runtime", "nvidia-cudnn-cu13", "APPRENTICE_NVIDIA"]
  ) {
    assert(message.includes(name), message);
  }
});

Deno.test("doctor: for a libtorch for CUDA it tells the driver, whether that is new enough, and each library's place", async () => {
  using folder = temporaryFolder();
  const { surroundings } = place(folder.path);
  const torch = join(folder.path, "python/torch");
  const env = envOf({ APPRENTICE_CACHE: join(folder.path, "cache"), LIBTORCH: torch });
  const say = async (driver = NO_DRIVER) => {
    const report = await doctorIn({ ...surroundings, env, driver, pip: [] });
    return { text: describeReport(report), report };
  };
  const none = await say();
  assertMatch(
    none.text,
    /no NVIDIA driver loaded; libtorch is built for CUDA 13\.0, which needs driver 580\.65\.06 or newer/,
  );
  const place13 = join(folder.path, "python/nvidia/cu13/lib");
  assertMatch(
    none.text,
    /^ +libcublasLt\.so\.13\.999, libcublas\.so\.13\.999, libcudart\.so\.13\.999 in /m,
  );
  assert(none.text.includes(` in ${place13}`), none.text);
  const right = await say(driverOf("580.65.06", 13));
  assertMatch(
    right.text,
    /NVIDIA driver 580\.65\.06 runs CUDA up to 13\.0; libtorch is built for CUDA 13\.0, new enough/,
  );
  const old = await say(driverOf("550.54.15", 12, 4));
  assertMatch(
    old.text,
    /550\.54\.15 runs CUDA up to 12\.4; .* too old: it needs driver 580\.65\.06 or newer/,
  );
  assert(
    old.report.next.includes(
      "Install NVIDIA driver 580.65.06 or newer for CUDA 13.0, or set LIBTORCH to a build for CUDA 12.4 or older.",
    ),
    old.report.next.join("\n"),
  );

  Deno.removeSync(join(place13, "libcublas.so.13.999"));
  const missing = await say();
  assertMatch(missing.text, /libcublas\.so\.13\.999 is missing; nvidia-cublas has it/);
  assert(
    missing.report.next.some((step) => step.includes("pip install nvidia-cublas)")),
    missing.text,
  );
});

Deno.test("doctor: with a card and a libtorch for the CPU it says how CUDA's is had", async () => {
  using folder = temporaryFolder();
  const { surroundings } = place(folder.path);
  writeFiles(join(folder.path, "cpu"), libtorchFiles());
  const env = envOf({
    APPRENTICE_CACHE: join(folder.path, "cache"),
    LIBTORCH: join(folder.path, "cpu"),
  });
  const next = async (driver: ReturnType<typeof driverOf>) =>
    (await doctorIn({ ...surroundings, env, driver, pip: [] })).next.at(-1)!;
  assertMatch(
    await next(driverOf("580.65.06", 13)),
    /To use the GPU, have libtorch for CUDA fetched: .*setup --cuda$/,
  );
  assertMatch(
    await next(driverOf("550.54.15", 12, 4)),
    /^To use the GPU: Install NVIDIA driver 580/,
  );
});
