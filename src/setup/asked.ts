/**
 * Whether the caller wants libtorch for CUDA, and the library that is there of that build.
 *
 * @module
 */

import { inspectLibtorch, type Libtorch } from "../../ffi/libtorch.ts";
import { locate, type Located } from "../../ffi/locate.ts";
import { SetupError } from "../base/errors.ts";
import type { Site } from "./site.ts";

/** The variable that asks for CUDA (`1`) or refuses it (`0`), as the option of set-up does. */
export const CUDA_VARIABLE = "APPRENTICE_CUDA";

/**
 * Whether CUDA was asked for: by the option, or else by the variable.
 *
 * @returns Undefined if it was neither asked for nor refused.
 * @throws {SetupError} If the variable is something else.
 */
export function askedForCuda(
  option: boolean | undefined,
  env: (name: string) => string | undefined,
): boolean | undefined {
  if (option !== undefined) return option;
  const value = env(CUDA_VARIABLE)?.trim() ?? "";
  if (value === "") return undefined;
  if (value === "1" || value === "0") return value === "1";
  throw new SetupError(
    `${CUDA_VARIABLE} is "${value}". Set it to 1 to have libtorch for CUDA fetched, to 0 for that for the CPU, or ` +
      "unset it to have set-up look for an NVIDIA driver.",
  );
}

/** Says where `LIBTORCH` and the option for CUDA contradict each other. */
export function refuseOwn(
  cuda: boolean | undefined,
  env: (name: string) => string | undefined,
): void {
  const own = env("LIBTORCH");
  if (!cuda || !own) return;
  const libtorch = inspectLibtorch(own);
  if (typeof libtorch === "string" || libtorch.variant !== "cpu") return;
  throw new SetupError(
    `CUDA was asked for, and LIBTORCH is ${own}, which is built for the CPU. Unset LIBTORCH to have libtorch for CUDA ` +
      "fetched, or set it to a build for CUDA.",
  );
}

/** Whether a libtorch is one for CUDA. */
function isForCuda({ variant }: Libtorch): boolean {
  return variant.startsWith("cu");
}

/** What {@linkcode locateAsked} depends on. */
export interface Asked extends Pick<Site, "surroundings" | "env" | "source" | "cache"> {
  /** Whether CUDA was asked for; undefined if it was neither asked for nor refused. */
  readonly asked: boolean | undefined;
}

/** Where the library is; if CUDA was asked for or refused, that of the build which set-up fetches for it. */
export async function locateAsked(
  { surroundings, env, source, cache, asked }: Asked,
): Promise<Located> {
  const found = locate({ env, source });
  const settled = asked === undefined || env("LIBTORCH") || found.libtorch === undefined;
  if (settled || isForCuda(found.libtorch!) === asked) return found;
  // Set-up is called often, and seldom has to look further.
  const { wheelOf } = await import("./choose_wheel.ts");
  const { cachedLibtorch } = await import("./libtorch.ts");
  const other = cachedLibtorch(cache, wheelOf(asked ? "cuda" : "cpu", surroundings));
  if (other === undefined) return { library: null, searched: [] };
  return locate({ env: (name) => name === "LIBTORCH" ? other.path : env(name), source });
}
