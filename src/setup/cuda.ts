/**
 * Why CUDA can or cannot be used on this machine, without asking libtorch.
 *
 * @module
 */

import type { CudaLibrary } from "../../ffi/cuda_libraries.ts";
import { cudaOf } from "../../ffi/cuda_packages.ts";
import type { Libtorch } from "../../ffi/libtorch.ts";
import {
  type CudaVersion,
  type Driver,
  hasDriver,
  inspectDriver,
  OLDEST_DRIVERS,
  runsCuda,
} from "./nvidia_driver.ts";
import { findNvidia } from "./nvidia_libraries.ts";

/** What was found out about CUDA. */
export interface CudaReport {
  /** Whether libtorch sees at least one CUDA device. */
  available: boolean;
  /** Why CUDA is or is not available, in a sentence. */
  reason: string;
  /** The NVIDIA driver's version, if one is loaded. */
  driver: string | null;
  /** Whether the driver's library, `libcuda`, can be opened. */
  driverLibrary: boolean;
  /** The newest CUDA that the driver runs: `"13.0"`; null if that is not known. */
  driverCuda: string | null;
  /** The CUDA that libtorch was built for: `"13.0"`; null if it was not, or there is none. */
  libtorchCuda: string | null;
  /** Whether the driver runs that CUDA; null if either is not known. */
  newEnough: boolean | null;
  /** The cards as `nvidia-smi -L` names them. */
  cards: string[];
  /** The libraries of NVIDIA's that libtorch needs; empty for one that was not built for CUDA. */
  libraries: CudaLibrary[];
}

/** What decides whether CUDA can be used. */
export interface CudaFacts {
  /** The libtorch in use, if there is one. */
  libtorch?: Libtorch;
  /** How many devices libtorch sees; undefined if it could not be asked. */
  devices?: number;
  /** The NVIDIA driver's version, or null. */
  driver: string | null;
  /** Whether `libcuda` can be opened. */
  driverLibrary: boolean;
  /** The newest CUDA that the driver runs, if that is known. */
  driverCuda?: CudaVersion | null;
  /** How many cards `nvidia-smi` lists. */
  cards: number;
  /** The variable `CUDA_VISIBLE_DEVICES`. */
  visible?: string;
}

/** Looks at the driver and puts together with `libtorch` and `devices` what follows from it. */
export async function inspectCuda(
  libtorch: Libtorch | undefined,
  devices: number | undefined,
  env: (name: string) => string | undefined,
  given?: Driver,
): Promise<CudaReport> {
  const driver = given ?? await inspectDriver();
  const needs = libtorch === undefined ? null : cudaOf(libtorch.variant);
  const reason = cudaReason({
    libtorch,
    devices,
    driver: driver.version,
    driverLibrary: driver.library,
    driverCuda: driver.cuda,
    cards: driver.cards.length,
    visible: env("CUDA_VISIBLE_DEVICES"),
  });
  return {
    available: (devices ?? 0) > 0,
    reason,
    driver: driver.version,
    driverLibrary: driver.library,
    driverCuda: driver.cuda && nameOf(driver.cuda),
    libtorchCuda: needs && nameOf(needs),
    newEnough: needs === null || driver.cuda === null || !hasDriver(driver)
      ? null
      : runsCuda(driver.cuda, needs),
    cards: driver.cards.map(({ name }) => name),
    libraries: libtorch === undefined ? [] : findNvidia(libtorch, env),
  };
}

/** The oldest driver that runs the CUDA that a libtorch was built for; null if that is not known. */
export function neededDriver(libtorchCuda: string | null): string | null {
  return OLDEST_DRIVERS[Number.parseInt(libtorchCuda ?? "")] ?? null;
}

function nameOf({ major, minor }: CudaVersion): string {
  return `${major}.${minor}`;
}

/** The first thing that stands in the way of CUDA, in a sentence. */
export function cudaReason(facts: CudaFacts): string {
  const { libtorch, devices, driver, driverLibrary, driverCuda, cards, visible } = facts;
  if (devices) return `libtorch sees ${devices} CUDA device${devices === 1 ? "" : "s"}`;
  const card = cards > 0 ? `, though this machine has ${cards} NVIDIA card(s)` : "";
  if (libtorch?.variant === "cpu") return `this libtorch is a build for the CPU only${card}`;
  if (libtorch?.variant === "rocm") return "this libtorch is a build for AMD's ROCm, not for CUDA";
  if (driver === null && !driverLibrary && cards === 0) {
    return "there is no NVIDIA driver on this machine";
  }
  if (!driverLibrary) {
    return "an NVIDIA driver is loaded, but its library libcuda cannot be opened " +
      "(in a container: start it with access to the GPU)";
  }
  if (
    visible !== undefined && !/\d/.test(visible.replace(/-\d+/g, "")) && !/GPU-|MIG-/.test(visible)
  ) {
    return `CUDA_VISIBLE_DEVICES is "${visible}", which hides every card`;
  }
  if (!libtorch || devices === undefined) return "libtorch could not be asked";
  const needs = cudaOf(libtorch.variant);
  if (needs && driverCuda && !runsCuda(driverCuda, needs)) {
    return `the driver ${driver === null ? "" : `${driver} `}runs CUDA up to ${
      nameOf(driverCuda)
    }, and this libtorch ` +
      `(${libtorch.variant}) needs driver ${OLDEST_DRIVERS[needs.major] ?? "of its CUDA"} or newer`;
  }
  return `libtorch (${libtorch.variant}) sees no device; the driver ` +
    `${driver === null ? "" : `${driver} `}may be too old for this build`;
}
