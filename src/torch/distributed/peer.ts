/**
 * What the processes of a group tell each other about themselves.
 *
 * @module
 */

import { VERSION } from "../../base/version.ts";
import type { Store } from "./store.ts";

/** One process of a group. */
export interface Peer {
  /** Its number. */
  readonly rank: number;
  /** The machine that it runs on. */
  readonly host: string;
  /** Its number there. */
  readonly pid: number;
  /** Whether it is known to have ended: only of processes of this machine this can be known. */
  isGone(): boolean;
}

/** What a process says of itself when it comes, as a text for the store. */
export function introduce(libtorch: string): string {
  return JSON.stringify({ host: hostname(), pid: Deno.pid, apprentice: VERSION, libtorch });
}

/** What a process has said of itself. */
export interface Introduction {
  readonly host: string;
  readonly pid: number;
  readonly apprentice: string;
  readonly libtorch: string;
}

/** Who has said this of itself. */
export function peerOf(rank: number, { host, pid }: Introduction): Peer {
  const here = host !== "" && host === hostname();
  return { rank, host, pid, isGone: () => here && pid !== Deno.pid && hasEnded(pid) };
}

/** Waits until each of the processes has set a key of this kind, or is known to have ended: at most so many seconds. */
export function awaitAll(
  peers: readonly Peer[],
  store: Store,
  kind: string,
  seconds: number,
): void {
  const end = performance.now() + 1000 * seconds;
  for (const peer of peers) {
    while (store.get(`${kind}/${peer.rank}`, 0.1) === undefined) {
      if (peer.isGone() || performance.now() >= end) break;
    }
  }
}

/** The machine's name; empty where it may not be read. */
function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    return "";
  }
}

/** Whether a process of this machine has ended: it is not listed, or waits only for its parent to look at how it ended. */
function hasEnded(pid: number): boolean {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return /^\d+ \(.*\) [ZX]/s.test(status);
  } catch (error) {
    return error instanceof Deno.errors.NotFound && Deno.build.os === "linux";
  }
}
