/**
 * The wheel that set-up takes libtorch from, for the processor or for CUDA.
 *
 * @module
 */

import { chooseBuild } from "./cuda_choice.ts";
import { cudaWheelFor } from "./cuda_wheel.ts";
import { type Driver, inspectDriver } from "./nvidia_driver.ts";
import type { SetupSurroundings } from "./site.ts";
import { type Wheel, wheelFor } from "./wheel.ts";

/** What {@linkcode chooseWheel} chose. */
export interface ChosenWheel {
  /** The wheel. */
  readonly wheel: Wheel;
  /** The one for the CPU, which will do where CUDA was not asked for. */
  readonly instead?: Wheel;
  /** What is to be said of the choice, if it is not what one would expect. */
  readonly note?: string;
}

/**
 * Chooses by what was asked for, or else by the driver of this machine.
 *
 * @param asked Whether CUDA was asked for; undefined if it was neither asked for nor refused.
 * @throws {SetupError} If what was asked for cannot be had, or no wheel is known for this system.
 */
export async function chooseWheel(
  asked: boolean | undefined,
  surroundings: SetupSurroundings,
): Promise<ChosenWheel> {
  const { build, note } = chooseBuild(asked, await driverOf(asked, surroundings));
  if (build === "cpu") return { wheel: wheelOf("cpu", surroundings), note };
  const wheel = wheelOf("cuda", surroundings);
  return asked ? { wheel } : { wheel, instead: wheelOf("cpu", surroundings) };
}

/** The wheel for the CPU, or that for CUDA. */
export function wheelOf(build: "cpu" | "cuda", { wheel, cudaWheel }: SetupSurroundings): Wheel {
  return build === "cuda" ? cudaWheel ?? cudaWheelFor() : wheel ?? wheelFor();
}

/** The driver, unless nothing depends on it: where CUDA is refused, or a wheel is given. */
async function driverOf(
  asked: boolean | undefined,
  surroundings: SetupSurroundings,
): Promise<Driver> {
  const { driver, wheel } = surroundings;
  if (driver) return driver;
  const idle = asked === false || asked === undefined && wheel !== undefined;
  return idle ? { version: null, library: false, cuda: null, cards: [] } : await inspectDriver();
}
