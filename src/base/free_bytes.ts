/**
 * How much room a disk has.
 *
 * @module
 */

import { statfsSync } from "node:fs";

/** The free bytes of the disk that a folder is on; null if that cannot be known. */
export function freeBytes(folder: string): number | null {
  // Asking for the permission would interrupt who works at a terminal.
  const sys = { name: "sys", kind: "statfs" as "osRelease" } as const;
  if (Deno.permissions.querySync(sys).state !== "granted") return null;
  for (let at = folder;;) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch {
      // The folder need not be there yet.
      const above = at.slice(0, Math.max(at.lastIndexOf("/"), at.lastIndexOf("\\")));
      if (above === "" || above === at) return null;
      at = above;
    }
  }
}
