/**
 * A small libtorch for CUDA with the true places, names and needs of its libraries, and nothing in them.
 */

import { join } from "@std/path";
import { zipSync } from "fflate";
import { sha256OfFile } from "../../src/base/file_hashes.ts";
import { pipRequest } from "../../src/setup/cuda_wheel.ts";
import type { Driver } from "../../src/setup/nvidia_driver.ts";
import type { Wheel, WheelFile } from "../../src/setup/wheel.ts";
import { libtorchFiles, temporaryFolder } from "./fakes.ts";

/** What a library needs, and where it looks for that. */
export interface Needs {
  needed?: string[];
  rpath?: string;
  /** Whether the folders are of the newer kind, which serve this library only. */
  runpath?: boolean;
}

/** Links a shared library that says of itself what it is told to. */
export function linkLibrary(name: string, needs: Needs = {}): Uint8Array {
  using folder = temporaryFolder();
  const { needed = [], rpath, runpath = false } = needs;
  const link = (file: string, args: string[]): void => {
    const { code, stderr } = new Deno.Command("g++", {
      args: [
        "-shared",
        "-nostdlib",
        "-o",
        file,
        `-Wl,-soname,${file}`,
        "-x",
        "c++",
        "/dev/null",
        ...args,
      ],
      cwd: folder.path,
    }).outputSync();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  };
  for (const other of needed) link(other, []);
  link(name, [
    "-Wl,--no-as-needed",
    runpath ? "-Wl,--enable-new-dtags" : "-Wl,--disable-new-dtags",
    ...rpath === undefined ? [] : [`-Wl,-rpath,${rpath}`],
    "-L.",
    ...needed.map((other) => `-l:${other}`),
  ]);
  return Deno.readFileSync(join(folder.path, name));
}

/** Where PyTorch's libraries look, shortened. */
const RPATH = "$ORIGIN/../../nvidia/cudnn/lib:$ORIGIN/../../nvidia/cu13/lib:$ORIGIN";

let libraries: Record<string, Uint8Array> | undefined;

/**
 * The libraries by their places in an installation of Python's. Their versions end in a number that no system has, so that
 * none is found that happens to be installed.
 */
function cudaFiles(): Record<string, Uint8Array> {
  return libraries ??= {
    "torch/lib/libc10_cuda.so": linkLibrary("libc10_cuda.so", {
      needed: ["libcudart.so.13.999"],
      rpath: RPATH,
    }),
    "torch/lib/libtorch_cuda.so": linkLibrary("libtorch_cuda.so", {
      needed: ["libcublas.so.13.999", "libcudart.so.13.999", "libcudnn.so.9.999"],
      rpath: RPATH,
    }),
    "nvidia/cu13/lib/libcudart.so.13.999": linkLibrary("libcudart.so.13.999"),
    "nvidia/cu13/lib/libcublasLt.so.13.999": linkLibrary("libcublasLt.so.13.999"),
    "nvidia/cu13/lib/libcublas.so.13.999": linkLibrary("libcublas.so.13.999", {
      needed: ["libcublasLt.so.13.999"],
      rpath: "$ORIGIN",
      runpath: true,
    }),
    "nvidia/cudnn/lib/libcudnn.so.9.999": linkLibrary("libcudnn.so.9.999"),
  };
}

/** The files of a libtorch for CUDA 13.0 with NVIDIA's beside it, by their places. */
export function cudaLibtorchFiles(): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(libtorchFiles("2.13.0", "13.0"))) {
    files[`torch/${name}`] = bytes;
  }
  return { ...files, ...cudaFiles() };
}

/** The wheels of that libtorch, in a folder, to be had below an address. */
export async function writeCudaWheels(
  folder: string,
  base: string,
  files: Record<string, Uint8Array> = cudaLibtorchFiles(),
): Promise<Wheel & { beside: WheelFile[] }> {
  Deno.mkdirSync(folder, { recursive: true });
  const parts: [string, RegExp][] = [
    ["apprentice_test_cuda-2.13.0-py3-none-any.whl", /^torch\//],
    ["apprentice_test_cublas-13.1.1.3-py3-none-any.whl", /cublas/],
    ["apprentice_test_cudart-13.0.96-py3-none-any.whl", /cudart/],
    ["apprentice_test_cudnn-9.20.0.48-py3-none-any.whl", /cudnn/],
  ];
  const wheels: WheelFile[] = [];
  for (const [file, wanted] of parts) {
    const content = Object.fromEntries(Object.entries(files).filter(([name]) => wanted.test(name)));
    const unpacked = Object.values(content).reduce((sum, { length }) => sum + length, 0);
    const zip = zipSync({ ...content, "nvidia/__init__.py": new Uint8Array(4) }, { level: 1 });
    Deno.writeFileSync(join(folder, file), zip);
    wheels.push({
      file,
      url: `${base}/${file}`,
      sha256: await sha256OfFile(join(folder, file)),
      size: zip.length,
      unpacked,
      pip: pipRequest(file),
    });
  }
  const [torch, ...beside] = wheels;
  return { ...torch, version: "2.13.0", variant: "cu130", beside };
}

/** A driver as it would be found. */
export function driverOf(version: string, major: number, minor = 0, capability = 9): Driver {
  const cards = [{ name: "GPU 0: NVIDIA Test", capability }];
  return { version, library: true, cuda: { major, minor }, cards };
}

/** What is found where there is no driver. */
export const NO_DRIVER: Driver = { version: null, library: false, cuda: null, cards: [] };
