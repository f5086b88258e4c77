/**
 * The NVIDIA driver of this machine: its version, the CUDA that it can run, and the cards.
 *
 * @module
 */

import { runCommand } from "./commands.ts";

/** A version of CUDA. */
export interface CudaVersion {
  /** The version's first number. */
  readonly major: number;
  /** The version's second number. */
  readonly minor: number;
}

/** An NVIDIA card. */
export interface Card {
  /** The card as `nvidia-smi -L` names it: `"GPU 0: NVIDIA H100 80GB HBM3"`. */
  readonly name: string;
  /** The card's compute capability: 9.0 is a Hopper; null if that is not known. */
  readonly capability: number | null;
}

/** What was found out about the driver. */
export interface Driver {
  /** The driver's version, or null if none is loaded. */
  readonly version: string | null;
  /** Whether the driver's library, `libcuda`, can be opened. */
  readonly library: boolean;
  /** The newest CUDA that it can run; null if that is not known. */
  readonly cuda: CudaVersion | null;
  /** The cards. */
  readonly cards: readonly Card[];
}

/** Looks for a driver. Runs `nvidia-smi` if there is one, and asks the driver's library for its version only. */
export async function inspectDriver(): Promise<Driver> {
  const asked = askLibrary();
  const cards = await listCards();
  const version = loadedVersion() ?? (cards.length > 0 ? await versionOfTool() : null);
  const cuda = asked.cuda ?? (version === null ? null : cudaOfDriver(version));
  return { version, library: asked.library, cuda, cards };
}

/** Whether a machine has a driver at all. */
export function hasDriver({ version, library, cards }: Driver): boolean {
  return version !== null || library || cards.length > 0;
}

/**
 * The oldest drivers for Linux that run each version of CUDA that libtorch is built for. Within one first number newer
 * versions of CUDA run on older drivers, too.
 */
export const OLDEST_DRIVERS: Readonly<Record<number, string>> = {
  11: "450.80.02",
  12: "525.60.13",
  13: "580.65.06",
};

/** The newest CUDA that a driver of a version runs, where only the version is known; null if it is too old for any. */
export function cudaOfDriver(version: string): CudaVersion | null {
  const majors = Object.keys(OLDEST_DRIVERS).map(Number).sort((a, b) => b - a);
  const major = majors.find((major) => !isOlder(version, OLDEST_DRIVERS[major]));
  return major === undefined ? null : { major, minor: 0 };
}

/** Whether a driver that runs CUDA up to `has` runs a libtorch for `needs`. */
export function runsCuda(has: CudaVersion, needs: CudaVersion): boolean {
  // Within one first number CUDA promises that the older driver will do.
  return has.major >= needs.major;
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number));
  for (let i = 0; i < b.length; i++) {
    if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) < b[i];
  }
  return false;
}

/** The version of the driver that the kernel has loaded. */
function loadedVersion(): string | null {
  try {
    const text = Deno.readTextFileSync("/proc/driver/nvidia/version");
    return text.match(/\b\d+\.\d+(\.\d+)?\b/)?.[0] ?? "of an unknown version";
  } catch {
    return null;
  }
}

/** The driver's version where the kernel does not say it, as under Windows. */
async function versionOfTool(): Promise<string | null> {
  const asked = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"];
  const result = await runCommand(asked);
  return result?.code === 0 ? result.stdout.match(/^\d+[\d.]*/m)?.[0] ?? null : null;
}

/** Opens the driver's library and asks it; that starts nothing on a card. */
function askLibrary(): { library: boolean; cuda: CudaVersion | null } {
  const name = Deno.build.os === "windows" ? "nvcuda.dll" : "libcuda.so.1";
  try {
    const driver = Deno.dlopen(name, {
      cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
    });
    const version = new Int32Array(1);
    const status = driver.symbols.cuDriverGetVersion(version);
    driver.close();
    // 13020 is 13.2.
    const known = status === 0 && version[0] > 0;
    const [major, minor] = [Math.trunc(version[0] / 1000), Math.trunc(version[0] % 1000 / 10)];
    return { library: true, cuda: known ? { major, minor } : null };
  } catch {
    return { library: false, cuda: null };
  }
}

async function listCards(): Promise<Card[]> {
  const result = await runCommand(["nvidia-smi", "-L"]);
  if (result?.code !== 0) return [];
  const names = result.stdout.split("\n").map((line) => line.replace(/\s*\(UUID:.*\)$/, "").trim())
    .filter((line) => line.startsWith("GPU "));
  if (names.length === 0) return [];
  const asked = ["nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader"];
  const capabilities = (await runCommand(asked))?.stdout.trim().split("\n") ?? [];
  return names.map((name, i) => ({ name, capability: Number.parseFloat(capabilities[i]) || null }));
}
