/**
 * Whether set-up fetches libtorch for CUDA or that for the CPU.
 *
 * @module
 */

import { SetupError } from "../base/errors.ts";
import { FETCHED_CUDA, hasCudaWheel } from "./cuda_wheel.ts";
import {
  type CudaVersion,
  type Driver,
  hasDriver,
  OLDEST_DRIVERS,
  runsCuda,
} from "./nvidia_driver.ts";

/** The build that set-up fetches. */
export interface BuildChoice {
  /** What the build is for. */
  readonly build: "cpu" | "cuda";
  /** Whether the caller asked for this build; otherwise it is what fits this machine. */
  readonly asked: boolean;
  /** What is to be said of it, where it is not what one would expect. */
  readonly note?: string;
}

/** Cards below this cannot run the kernels that the fetched libtorch has. */
const LEAST_CAPABILITY = 7.5;

/**
 * Chooses the build: what was asked for; without that the one for CUDA where a driver was found that runs it.
 *
 * @param asked What {@linkcode askedForCuda} says.
 * @throws {SetupError} If CUDA was asked for and is not to be had for this system, or the driver is known to be too old.
 */
export function chooseBuild(
  asked: boolean | undefined,
  driver: Driver,
  system: { os: string; arch: string } = Deno.build,
): BuildChoice {
  if (asked === false) return { build: "cpu", asked: true };
  const known = hasCudaWheel(system.os, system.arch);
  if (asked === undefined && (!known || !hasDriver(driver))) return { build: "cpu", asked: false };
  if (!known) {
    throw new SetupError(
      `libtorch for CUDA cannot be fetched for ${system.os} ${system.arch}. Set LIBTORCH to a build for CUDA, or have ` +
        "the one for the CPU (setup --cpu).",
    );
  }
  const obstacle = obstacleOf(driver);
  if (obstacle === null) return { build: "cuda", asked: asked ?? false };
  if (asked) throw new SetupError(`${obstacle} Or have libtorch for the CPU fetched: setup --cpu.`);
  return { build: "cpu", asked: false, note: `${obstacle} Taking libtorch for the CPU.` };
}

/** What is known to stand in the way of the fetched libtorch on this machine, and what to do; null if nothing is. */
export function obstacleOf({ version, cuda, cards }: Driver): string | null {
  const needs = FETCHED_CUDA;
  const able = cards.map(({ capability }) => capability);
  const tooOld = cuda === null ? /^\d/.test(version ?? "") : !runsCuda(cuda, needs);
  if (tooOld) {
    const driver = version === null ? "The NVIDIA driver" : `The NVIDIA driver ${version}`;
    const runs = cuda === null
      ? "is too old for any CUDA known here"
      : `runs CUDA up to ${nameOf(cuda)}`;
    return `${driver} ${runs}, and libtorch for CUDA ${nameOf(needs)} needs driver ` +
      `${OLDEST_DRIVERS[needs.major]} or newer: ${older("install one", cuda)}`;
  }
  if (
    able.length > 0 &&
    able.every((capability) => capability !== null && capability < LEAST_CAPABILITY)
  ) {
    return `The newest NVIDIA card of this machine has compute capability ${
      Math.max(...able as number[]).toFixed(1)
    }, ` +
      `and libtorch for CUDA ${nameOf(needs)} has kernels for ${LEAST_CAPABILITY} and newer: ${
        older("use another card", { major: 12, minor: 6 })
      }`;
  }
  return null;
}

/** The remedy, and the other one: a build of libtorch for an older CUDA. */
function older(remedy: string, cuda: CudaVersion | null): string {
  return cuda?.major === 12
    ? `${remedy}, or set LIBTORCH to a build for CUDA 12, such as the torch folder of ` +
      "`pip install torch --index-url https://download.pytorch.org/whl/cu126`."
    : `${remedy}.`;
}

function nameOf({ major, minor }: CudaVersion): string {
  return `${major}.${minor}`;
}
