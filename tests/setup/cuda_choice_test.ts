import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SetupError } from "../../src/base/errors.ts";
import { askedForCuda } from "../../src/setup/asked.ts";
import { chooseBuild } from "../../src/setup/cuda_choice.ts";
import { cudaWheelFor, hasCudaWheel, nvidiaPath, pipRequest } from "../../src/setup/cuda_wheel.ts";
import { cudaOfDriver, type Driver } from "../../src/setup/nvidia_driver.ts";
import { driverOf, NO_DRIVER } from "./cuda_fakes.ts";
import { envOf } from "./fakes.ts";

const linux = { os: "linux", arch: "x86_64" };

Deno.test("cudaOfDriver: by NVIDIA's table of the oldest drivers", () => {
  const table: [string, number | null][] = [
    ["580.65.06", 13],
    ["580.65.05", 12],
    ["580.105.08", 13],
    ["590.44", 13],
    ["575.57.08", 12],
    ["525.60.13", 12],
    ["525.60.11", 11],
    ["470.256.02", 11],
    ["450.80.02", 11],
    ["440.33.01", null],
    ["390.157", null],
  ];
  for (const [version, major] of table) {
    assertEquals(cudaOfDriver(version)?.major ?? null, major, version);
  }
});

const unknown: Driver = { version: "of an unknown version", library: true, cuda: null, cards: [] };
const choices: [string, Driver, "cpu" | "cuda", RegExp?][] = [
  ["no driver", NO_DRIVER, "cpu"],
  ["a driver for CUDA 13.0", driverOf("580.65.06", 13), "cuda"],
  ["a newer one", driverOf("595.10", 13, 2), "cuda"],
  ["one that does not tell its version", unknown, "cuda"],
  ["CUDA 13 by the compatibility package of an older driver", driverOf("550.54.15", 13), "cuda"],
  [
    "a driver for CUDA 12.4",
    driverOf("550.54.15", 12, 4),
    "cpu",
    /driver 550\.54\.15 runs CUDA up to 12\.4, .*CUDA 13\.0 needs driver 580\.65\.06 or newer: .*LIBTORCH to a build for CUDA 12/,
  ],
  [
    "one that is too old for any",
    { ...driverOf("390.157", 9), cuda: null },
    "cpu",
    /driver 390\.157 is too old .* needs driver 580\.65\.06/,
  ],
  [
    "a card without kernels",
    driverOf("580.65.06", 13, 0, 7.0),
    "cpu",
    /compute capability 7\.0, .*7\.5 and newer.*LIBTORCH/,
  ],
];
for (const [name, driver, build, note] of choices) {
  Deno.test(`chooseBuild: ${name}`, () => {
    const choice = chooseBuild(undefined, driver, linux);
    assertEquals([choice.build, choice.asked], [build, false]);
    if (note) assertMatch(choice.note!, note);
    else assertEquals(choice.note, undefined);
    // Refusing is always possible; asking is refused where it cannot work, with the same words.
    assertEquals(chooseBuild(false, driver, linux), { build: "cpu", asked: true });
    if (!note) {
      return assertEquals(chooseBuild(true, driver, linux), { build: "cuda", asked: true });
    }
    const { message } = assertThrows(() => chooseBuild(true, driver, linux), SetupError);
    assertMatch(message, note);
    assert(message.endsWith("setup --cpu."), message);
  });
}

Deno.test("chooseBuild: where no wheel is known the CPU's is taken, and asking is refused", () => {
  const mac = { os: "darwin", arch: "aarch64" };
  const driver = driverOf("580.65.06", 13);
  assertEquals(chooseBuild(undefined, driver, mac), { build: "cpu", asked: false });
  assertThrows(() => chooseBuild(true, driver, mac), SetupError, "darwin aarch64");
  assertThrows(() => cudaWheelFor("darwin", "aarch64"), SetupError, "linux x86_64, linux aarch64");
  assert(!hasCudaWheel("windows", "x86_64"));
});

Deno.test("askedForCuda: the option, else the variable, which is 1 or 0", () => {
  const asked = (value?: string, option?: boolean) =>
    askedForCuda(option, envOf({ APPRENTICE_CUDA: value }));
  assertEquals([asked(), asked(""), asked("1"), asked(" 0 ")], [undefined, undefined, true, false]);
  assertEquals([asked("0", true), asked("1", false), asked("yes", true)], [true, false, true]);
  assertThrows(() => asked("yes"), SetupError, 'APPRENTICE_CUDA is "yes"');
});

Deno.test("cudaWheelFor: libtorch and NVIDIA's wheels, each pinned, with sizes, as pip and the address name them", () => {
  const sums = new Set<string>();
  for (const arch of ["x86_64", "aarch64"]) {
    const wheel = cudaWheelFor("linux", arch);
    assertEquals([wheel.version, wheel.variant, wheel.beside?.length], ["2.13.0", "cu130", 14]);
    for (const { file, url, sha256, size, unpacked, pip } of [wheel, ...wheel.beside!]) {
      assertMatch(file, new RegExp(`_${arch}\\.whl$`));
      assertMatch(
        url,
        /^https:\/\/files\.pythonhosted\.org\/packages\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{60}\//,
      );
      assertEquals(decodeURIComponent(url.split("/").at(-1)!), file);
      assertMatch(sha256, /^[0-9a-f]{64}$/);
      assert(size! > 1e6 && unpacked! > 1e6 && size! < 2e9, file);
      assertEquals(pip[0], file.split("-").slice(0, 2).join("===").replaceAll("_", "-"));
      sums.add(sha256);
    }
  }
  assertEquals(sums.size, 30);
});

Deno.test("pipRequest: every platform that a wheel is named for, and the version letter by letter", () => {
  assertEquals(
    pipRequest("nvidia_nvjitlink-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl"),
    [
      "nvidia-nvjitlink===13.0.88",
      "--python-version=3.11",
      "--implementation=cp",
      "--abi=cp311",
      "--platform=manylinux2010_x86_64",
      "--platform=manylinux_2_12_x86_64",
    ],
  );
});

Deno.test("nvidiaPath: libraries that libtorch uses and headers, nothing of Python's, no static library", () => {
  const kept = [
    "nvidia/cu13/lib/libcublas.so.13",
    "nvidia/cu13/lib/libcublasLt.so.13",
    "nvidia/cu13/lib/libnvrtc-builtins.so.13.0",
    "nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9",
    "nvidia/nccl/lib/libnccl.so.2",
    "nvidia/nccl/include/nccl.h",
    "nvidia/nvshmem/lib/libnvshmem_host.so.3",
  ];
  for (const name of kept) assertEquals(nvidiaPath(name), name);
  const left = [
    "nvidia/__init__.py",
    "nvidia/cu13/include/__init__.py",
    "nvidia/cu13/lib/libcudart_static.a",
    "nvidia/cu13/lib/libnvrtc.alt.so.13",
    "nvidia/cu13/lib/libnvblas.so.13",
    "nvidia/cu13/lib/libcufftw.so.12",
    "nvidia/nvshmem/lib/libnvshmem_device.bc",
    "nvidia_cublas-13.1.1.3.dist-info/METADATA",
    "torch/lib/libcublas.so.13",
    "../nvidia/cu13/lib/libcublas.so.13",
  ];
  for (const name of left) assertEquals(nvidiaPath(name), undefined, name);
});
