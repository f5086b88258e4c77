/**
 * The files that libtorch for CUDA is taken from: PyTorch's wheel of PyPI and those with NVIDIA's libraries.
 *
 * @module
 */

import { isNvidia } from "../../ffi/cuda_packages.ts";
import { SetupError } from "../base/errors.ts";
import table from "./cuda_wheels.json" with { type: "json" };
import type { Wheel, WheelFile } from "./wheel.ts";

/** One wheel of the table. */
export interface PinnedWheel {
  /** The wheel's file name. */
  readonly file: string;
  /** The folder that it lies in on PyPI. */
  readonly folder: string;
  /** The wheel's size in bytes. */
  readonly size: number;
  /** The bytes of what is unpacked of it. */
  readonly unpacked: number;
  /** The wheel's SHA-256. */
  readonly sha256: string;
}

/** The wheels of one build of libtorch for CUDA, as `release/pin_cuda.ts` writes them. */
export interface CudaTable {
  /** The version of libtorch. */
  readonly version: string;
  /** The version of CUDA that it was built for: `"13.0"`. */
  readonly cuda: string;
  /** The wheels by system, as `Deno.build` names it: that with libtorch first. */
  readonly systems: Readonly<Record<string, readonly PinnedWheel[]>>;
}

const TABLE: CudaTable = table;

/** The CUDA that the fetched libtorch is built for, by its two numbers. */
export const FETCHED_CUDA: { major: number; minor: number } =
  (([major, minor]) => ({ major, minor }))(
    TABLE.cuda.split(".").map(Number),
  );

/** Whether libtorch for CUDA can be fetched for a system. */
export function hasCudaWheel(os: string = Deno.build.os, arch: string = Deno.build.arch): boolean {
  return `${os} ${arch}` in TABLE.systems;
}

/**
 * The wheels of libtorch for CUDA for a system.
 *
 * @throws {SetupError} If none are known for it.
 */
export function cudaWheelFor(os: string = Deno.build.os, arch: string = Deno.build.arch): Wheel {
  const wheels = TABLE.systems[`${os} ${arch}`];
  if (wheels === undefined) {
    throw new SetupError(
      `libtorch for CUDA cannot be fetched for ${os} ${arch}: only the files for ${
        Object.keys(TABLE.systems).join(", ")
      } are known by their checksums. Set LIBTORCH to a build for CUDA, or have the one for the CPU fetched ` +
        "(setup --cpu).",
    );
  }
  const [torch, ...beside] = wheels.map(toWheel);
  return {
    ...torch,
    version: TABLE.version,
    variant: `cu${TABLE.cuda.replace(".", "")}`,
    beside,
  };
}

function toWheel({ file, folder, ...sizes }: PinnedWheel): WheelFile {
  return {
    file,
    url: `https://files.pythonhosted.org/packages/${folder}/${encodeURIComponent(file)}`,
    ...sizes,
    pip: pipRequest(file),
  };
}

/**
 * How to ask pip for the wheel of a name: with the version letter by letter, so that it takes no build for something else,
 * and for the system that the name says, whichever Python it runs on.
 */
export function pipRequest(file: string): string[] {
  const [name, version, , abi, platforms] = file.replace(/\.whl$/, "").split("-");
  return [
    `${name.replaceAll("_", "-")}===${version}`,
    "--python-version=3.11",
    "--implementation=cp",
    `--abi=${abi === "none" ? "cp311" : abi}`,
    ...platforms.split(".").map((platform) => `--platform=${platform}`),
  ];
}

/** Which files of NVIDIA's wheels are unpacked: headers, and the libraries that libtorch uses. */
export function nvidiaPath(name: string): string | undefined {
  const [, kind, file] = /^nvidia\/[^/]+\/(lib|include)\/(.+)$/.exec(name) ?? [];
  if (kind === undefined || file.endsWith(".py")) return undefined;
  return kind === "include" || isNvidia(file) ? name : undefined;
}
