/**
 * Why CUDA can or cannot be used on this machine, without asking libtorch.
 *
 * @module
 */

import type { Libtorch } from "../../ffi/libtorch.ts";
import { runCommand } from "./commands.ts";

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
  /** The cards as `nvidia-smi -L` names them. */
  cards: string[];
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
  /** How many cards `nvidia-smi` lists. */
  cards: number;
  /** The variable `CUDA_VISIBLE_DEVICES`. */
  visible?: string;
}

/** Looks at the driver and puts together with `libtorch` and `devices` what follows from it. */
export async function inspectCuda(
  libtorch: Libtorch | undefined,
  devices: number | undefined,
): Promise<CudaReport> {
  const driver = driverVersion();
  const driverLibrary = canOpenDriver();
  const cards = await listCards();
  const visible = Deno.env.get("CUDA_VISIBLE_DEVICES");
  const reason = cudaReason({
    libtorch,
    devices,
    driver,
    driverLibrary,
    cards: cards.length,
    visible,
  });
  return { available: (devices ?? 0) > 0, reason, driver, driverLibrary, cards };
}

/** The first thing that stands in the way of CUDA, in a sentence. */
export function cudaReason(facts: CudaFacts): string {
  const { libtorch, devices, driver, driverLibrary, cards, visible } = facts;
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
  return `libtorch (${libtorch.variant}) sees no device; the driver ` +
    `${driver === null ? "" : `${driver} `}may be too old for this build`;
}

/** The version of the driver that the kernel has loaded. */
function driverVersion(): string | null {
  try {
    const text = Deno.readTextFileSync("/proc/driver/nvidia/version");
    return text.match(/\b\d+\.\d+(\.\d+)?\b/)?.[0] ?? "of an unknown version";
  } catch {
    return null;
  }
}

function canOpenDriver(): boolean {
  try {
    Deno.dlopen(Deno.build.os === "windows" ? "nvcuda.dll" : "libcuda.so.1", {}).close();
    return true;
  } catch {
    return false;
  }
}

async function listCards(): Promise<string[]> {
  const result = await runCommand(["nvidia-smi", "-L"]);
  if (result?.code !== 0) return [];
  return result.stdout.split("\n").map((line) => line.replace(/\s*\(UUID:.*\)$/, "").trim())
    .filter((line) => line.startsWith("GPU "));
}
