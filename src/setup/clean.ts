/**
 * Clearing the cache of what is of no use any more.
 *
 * @module
 */

import { readBuildRecord } from "../../ffi/locate.ts";
import { isNotAllowed } from "../base/regular_files.ts";

/** Removes what was built from earlier states of the same source folder; the lock is held. */
export async function removeOlder(
  native: string,
  origin: string,
  packageKey: string,
): Promise<void> {
  for (const entry of [...Deno.readDirSync(native)]) {
    const record = entry.isDirectory ? readBuildRecord(`${native}/${entry.name}`) : undefined;
    if (!record?.source || record.origin !== origin) continue;
    const key = `${record.package}-${record.source}`;
    if (key === packageKey) continue;
    await Deno.remove(`${native}/${entry.name}`, { recursive: true }).catch(() => {});
    await Deno.remove(`${native}/${key}.default`).catch(() => {});
  }
}

/** Removes what set-ups that were killed left under temporary names; the lock is held. */
export async function removeLeftovers(cache: string): Promise<void> {
  const weekAgo = Date.now() - 7 * 24 * 3600_000;
  for (const name of ["libtorch", "download", "native", "native/objects"]) {
    const folder = `${cache}/${name}`;
    try {
      for await (const entry of Deno.readDir(folder)) {
        const path = `${folder}/${entry.name}`;
        const { mtime } = await Deno.stat(path);
        const old = entry.name.endsWith(".o") && mtime !== null && mtime.getTime() < weekAgo;
        if (entry.name.endsWith(".tmp") || old) await Deno.remove(path, { recursive: true });
      }
    } catch (error) {
      if (isNotAllowed(error)) throw error;
      // The folder is not there, or what is in it cannot be removed: then it stays.
    }
  }
}
