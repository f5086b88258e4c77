/**
 * The most memory that a program had.
 *
 * @module
 */

import { torch } from "../../mod.ts";

/** Where memory is reported by the system. */
const STATUS = "/proc/self/status";

/** The most memory in MB: of the process on a CPU, where the system tells it, of tensors on a GPU. */
export async function peakMegabytes(device: torch.Device): Promise<number | undefined> {
  if (device !== "cpu") return torch.memory(device).peakBytes / 2 ** 20;
  const status = await Deno.readTextFile(STATUS).catch(() => "");
  const found = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return found === undefined ? undefined : Number(found) / 1024;
}
