import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ChecksumError, FileError, SetupError, VersionError } from "../../src/base/errors.ts";
import { type LibtorchOptions, obtainLibtorch, ownLibtorch } from "../../src/setup/libtorch.ts";
import { silentReport } from "../../src/setup/report.ts";
import { unpackedPath, type Wheel, wheelFor } from "../../src/setup/wheel.ts";
import {
  filesBelow,
  libtorchFiles,
  nobodyThere,
  serve,
  serveFolder,
  temporaryFolder,
  writeFiles,
  writeWheel,
} from "./fakes.ts";

const noPip = [["no-such-pip"]];

function options(folder: string, wheel: Wheel): LibtorchOptions {
  return { cache: join(folder, "cache"), wheel, pip: noPip, report: silentReport };
}

const unpacked = [
  "include/ATen/ATen.h",
  "include/torch/headeronly/version.h",
  "lib/libc10.so",
  "lib/libtorch_cpu.so",
  "version.py",
].map((name) => `libtorch/2.13.0-cpu/torch/${name}`);

Deno.test("ownLibtorch: nowhere, a half one, and a file are refused by name", () => {
  using folder = temporaryFolder();
  const half = join(folder.path, "half");
  const files = libtorchFiles();
  delete files["lib/libc10.so"];
  writeFiles(half, files);
  for (
    const [path, reason] of [
      [join(folder.path, "nowhere"), "there is no such folder"],
      [half, "it lacks lib/libc10.so"],
      [
        join(half, "version.py"),
        "it lacks lib/libtorch_cpu.so, lib/libc10.so, include/ATen/ATen.h",
      ],
    ]
  ) {
    const error = assertThrows(() => ownLibtorch(path), SetupError, reason);
    assert(error.message.includes(`LIBTORCH is ${path}`), error.message);
  }
});

Deno.test("ownLibtorch: a version out of range is a VersionError that names all three", () => {
  using folder = temporaryFolder();
  for (const version of ["2.8.0", "2.15.1", "1.13.1"]) {
    const path = join(folder.path, version);
    writeFiles(path, libtorchFiles(version));
    const { message } = assertThrows(() => ownLibtorch(path), VersionError);
    for (const part of [path, version, "2.9 to 2.14"]) assert(message.includes(part), message);
  }
});

Deno.test("ownLibtorch: a relative path is made absolute", () => {
  using folder = temporaryFolder();
  writeFiles(join(folder.path, "torch"), libtorchFiles("2.9.1"));
  const before = Deno.cwd();
  Deno.chdir(folder.path);
  try {
    const found = ownLibtorch("torch");
    assertEquals(found, { path: join(folder.path, "torch"), version: "2.9.1", variant: "cpu" });
  } finally {
    Deno.chdir(before);
  }
});

Deno.test("obtainLibtorch: downloads, checks, unpacks what is needed; the next call does nothing", async () => {
  using folder = temporaryFolder();
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeWheel(join(folder.path, "wheels"), server.base);
  for (let call = 0; call < 2; call++) {
    const libtorch = await obtainLibtorch(options(folder.path, wheel));
    assertEquals(libtorch, {
      path: join(folder.path, "cache/libtorch/2.13.0-cpu/torch"),
      version: "2.13.0",
      variant: "cpu",
    });
    assertEquals(filesBelow(join(folder.path, "cache")), unpacked);
    assertEquals(server.requests, [`/${wheel.file}`]);
  }
});

Deno.test("obtainLibtorch: where the download fails, pip fetches the same file", async () => {
  const pip = await usablePip();
  if (!pip) return; // without pip there is nothing to fall back to
  using folder = temporaryFolder();
  const wheel = await writeWheel(join(folder.path, "wheels"), nobodyThere());
  const libtorch = await obtainLibtorch({ ...options(folder.path, wheel), pip: [...noPip, pip] });
  assertEquals(libtorch.version, "2.13.0");
  assertEquals(filesBelow(join(folder.path, "cache")), unpacked);
});

async function usablePip(): Promise<string[] | undefined> {
  for (const pip of [["pip"], ["pip3"], ["python3", "-m", "pip"]]) {
    try {
      const [program, ...args] = pip;
      const { success } = await new Deno.Command(program, { args: [...args, "--version"] })
        .output();
      if (success) return pip;
    } catch {
      // There is no such program.
    }
  }
}

Deno.test("obtainLibtorch: when nothing can be reached, every attempt and every remedy is named", async () => {
  using folder = temporaryFolder();
  const wheel = await writeWheel(join(folder.path, "wheels"), nobodyThere());
  const { message } = await assertRejects(
    () => obtainLibtorch(options(folder.path, wheel)),
    SetupError,
  );
  const remedy = join(folder.path, "cache/download", wheel.file);
  for (const part of [wheel.url, "no-such-pip", remedy, "LIBTORCH"]) {
    assert(message.includes(part), message);
  }
  assertEquals(filesBelow(join(folder.path, "cache")), []);
});

Deno.test("obtainLibtorch: a wrong checksum is a ChecksumError with both sums, and nothing is kept", async () => {
  using folder = temporaryFolder();
  await using server = serveFolder(join(folder.path, "wheels"));
  const wheel = await writeWheel(join(folder.path, "wheels"), server.base);
  const right = wheel.sha256;
  wheel.sha256 = "0".repeat(64);
  const { message } = await assertRejects(
    () => obtainLibtorch(options(folder.path, wheel)),
    ChecksumError,
  );
  for (const part of [right, wheel.sha256, wheel.url]) assert(message.includes(part), message);
  assertEquals(filesBelow(join(folder.path, "cache")), []);
});

Deno.test("obtainLibtorch: a download that is truncated is never unpacked", async () => {
  using folder = temporaryFolder();
  const wheel = await writeWheel(join(folder.path, "wheels"), "");
  const whole = Deno.readFileSync(join(folder.path, "wheels", wheel.file));
  // No content-length: that something is missing shows in the checksum only.
  await using server = serve(() =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(whole.slice(0, whole.length >> 1));
          controller.close();
        },
      }),
    )
  );
  wheel.url = `${server.base}/wheel`;
  await assertRejects(() => obtainLibtorch(options(folder.path, wheel)), ChecksumError);
  assertEquals(filesBelow(join(folder.path, "cache")), []);
});

Deno.test("obtainLibtorch: a file put into the cache by hand is used, or refused and left alone", async () => {
  using folder = temporaryFolder();
  const cache = join(folder.path, "cache");
  const wheel = await writeWheel(join(cache, "download"), nobodyThere());
  const file = join(cache, "download", wheel.file);
  const bytes = Deno.readFileSync(file);
  Deno.writeFileSync(file, bytes.subarray(1));
  await assertRejects(() => obtainLibtorch(options(folder.path, wheel)), ChecksumError, file);
  assertEquals(Deno.readFileSync(file).length, bytes.length - 1);

  Deno.writeFileSync(file, bytes);
  await obtainLibtorch(options(folder.path, wheel));
  assertEquals(filesBelow(cache), unpacked);
});

Deno.test("obtainLibtorch: a wheel without a libtorch, or with another version, is refused", async () => {
  using folder = temporaryFolder();
  await using server = serveFolder(join(folder.path, "wheels"));
  const contents: [Record<string, Uint8Array>, typeof SetupError | typeof VersionError][] = [
    [{ "lib/readme.txt": new Uint8Array(3) }, SetupError],
    [libtorchFiles("2.12.0"), VersionError],
  ];
  for (const [content, type] of contents) {
    const wheel = await writeWheel(join(folder.path, "wheels"), server.base, content);
    await assertRejects(() => obtainLibtorch(options(folder.path, wheel)), type, wheel.file);
    assert(
      filesBelow(join(folder.path, "cache")).every((name) => !name.startsWith("libtorch/")),
    );
    Deno.removeSync(join(folder.path, "cache"), { recursive: true });
  }
});

Deno.test("obtainLibtorch: a cache that cannot be written is a FileError", async () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(join(folder.path, "file"), "");
  const wheel = await writeWheel(join(folder.path, "wheels"), nobodyThere());
  await assertRejects(
    () =>
      obtainLibtorch({ ...options(folder.path, wheel), cache: join(folder.path, "file/cache") }),
    FileError,
    join(folder.path, "file/cache"),
  );
});

Deno.test("wheelFor: the file for this system, or what to do instead", () => {
  const wheel = wheelFor("linux", "x86_64");
  assertEquals(
    wheel.url,
    "https://download.pytorch.org/whl/cpu/torch-2.13.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl",
  );
  const known = [["linux", "aarch64"], ["darwin", "aarch64"], ["windows", "x86_64"]];
  const wheels = [wheel, ...known.map(([os, arch]) => wheelFor(os, arch))];
  for (const { file, url, sha256, pip } of wheels) {
    // pip and the address have to speak of the same file.
    const [, version, platform] = file.match(/^torch-(.+)-cp311-cp311-(.+)\.whl$/)!;
    assertEquals(pip[0], `torch==${version}`);
    assert(pip.includes(`--platform=${platform}`), file);
    assertEquals(decodeURIComponent(url.split("/").at(-1)!), file);
    assertMatch(sha256, /^[0-9a-f]{64}$/);
  }
  assertEquals(new Set(wheels.map(({ sha256 }) => sha256)).size, 4);
  for (const [os, arch] of [["darwin", "x86_64"], ["windows", "aarch64"], ["freebsd", "x86_64"]]) {
    const { message } = assertThrows(() => wheelFor(os, arch), SetupError, `${os} ${arch}`);
    assert(message.includes("LIBTORCH"), message);
  }
});

Deno.test("unpackedPath: headers and the libraries that are loaded, nothing of Python's", () => {
  for (
    const name of [
      "torch/lib/libtorch_cpu.so",
      "torch/lib/libtorch.so",
      "torch/lib/libtorch_global_deps.so",
      "torch/lib/libgomp.so.1",
      "torch/include/ATen/core/Tensor.h",
      "torch/version.py",
      "torch.libs/libgfortran.so.5",
      "torch/lib/libtorch_cpu.dylib",
      "torch/lib/libomp.dylib",
      "torch/lib/torch_cpu.dll",
      "torch/lib/torch_cpu.lib",
      "torch/lib/c10.lib",
      "torch/lib/libiomp5md.dll",
      "torch/lib/uv.dll",
    ]
  ) assertEquals(unpackedPath(name), name);
  for (
    const name of [
      "torch/__init__.py",
      "torch/nn/functional.py",
      "torch/lib/libtorch_python.so",
      "torch/lib/libshm.so",
      "torch/lib/libshm/libshm.h",
      "torch/lib/libjitbackend_test.so",
      "torch/lib/libtorchbind_test.so",
      "torch/lib/libx.a",
      "torch/lib/libtorch_python.dylib",
      "torch/lib/torch_python.dll",
      "torch/lib/shm.dll",
      "torch/lib/sleef.lib",
      "torch-2.13.0+cpu.dist-info/RECORD",
      "functorch/dim.so",
    ]
  ) assertEquals(unpackedPath(name), undefined);
});
