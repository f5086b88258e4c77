/**
 * Who is to blame when processes cannot work together any more.
 *
 * @module
 */

import { DistributedError } from "../../base/errors.ts";
import { awaitAll, type Peer } from "./peer.ts";
import type { Store } from "./store.ts";

/** What is known of a group. */
export interface Blaming {
  /** Who asks. */
  readonly rank: number;
  /** How many seconds a process waits for another. */
  readonly timeout: number;
  /** Where the processes leave each other texts. */
  readonly store: Store;
}

/** Who it was, and what there is to say. */
interface Verdict {
  readonly rank: number | null;
  readonly text: string;
}

/** A sign of life: when, by the clock of its machine, and whether it had waited in vain. */
interface Sign {
  readonly at: number;
  readonly late: boolean;
}

/** Seconds to wait for a sign of life, and between two looks. */
const PATIENCE = 5, PAUSE = 0.1;

/** Seconds by which a process comes later than the rest for it to be the one they waited for. */
const LATE = 1;

/** How a run goes on after all. */
const REMEDY =
  "All processes end; start them anew: with --resume, or resume: true, training goes on from the last checkpoint.";

const SLOW =
  "Where it is only slow, allow more time: timeout, or the variable APPRENTICE_TIMEOUT, in seconds.";

/**
 * Finds who has failed, is gone, or does not answer, and makes the error that says so. One process looks, the others take
 * its word, so that all say the same.
 *
 * @param error What came out of working together.
 * @param peers Every process, by rank.
 */
export function blame(
  error: unknown,
  group: Blaming,
  peers: readonly Peer[],
): DistributedError {
  const { rank, store } = group;
  const message = error instanceof Error ? error.message : String(error);
  const others = peers.filter((peer) => peer.rank !== rank);
  let verdict: Verdict;
  try {
    const late = /timed? ?out|timeout/i.test(message);
    store.set(`alive/${rank}`, JSON.stringify({ at: Date.now(), late } satisfies Sign));
    const known = store.add("judges", 1) === 1 ? undefined : store.get("verdict", 3 * PATIENCE);
    verdict = known === undefined ? judge(message, group, peers) : JSON.parse(known);
    if (known === undefined) store.set("verdict", JSON.stringify(verdict));
    store.set(`told/${rank}`, "");
    // Who serves the store stays until the others know, too.
    const alive = others.filter((peer) => peer.rank !== verdict.rank);
    if (store.serves) awaitAll(alive, store, "told", 2 * PATIENCE);
  } catch (cause) {
    const gone = others.filter((peer) => peer.isGone());
    verdict = gone.length > 0 ? { rank: gone[0].rank, text: goneText(gone) } : {
      rank: 0,
      text: `Rank 0 at ${store.where}, where the processes meet, cannot be asked any more (${
        firstLine((cause as Error).message)
      }).`,
    };
  }
  return new DistributedError(`${verdict.text} ${REMEDY}`, verdict.rank, { cause: error });
}

function judge(
  message: string,
  { rank, timeout, store }: Blaming,
  peers: readonly Peer[],
): Verdict {
  const others = peers.filter((peer) => peer.rank !== rank);
  const signs = new Map<number, Sign>();
  const end = performance.now() + 1000 * PATIENCE;
  while (true) {
    const dead = others.filter((peer) => peer.isGone());
    // After that, so that whoever failed and ended meanwhile is heard.
    for (const peer of others) {
      const reason = store.get(`failed/${peer.rank}`);
      if (reason !== undefined) {
        return { rank: peer.rank, text: `Rank ${peer.rank} failed: ${reason}\n` };
      }
    }
    for (const peer of peers) {
      const sign = store.get(`alive/${peer.rank}`);
      if (sign !== undefined) signs.set(peer.rank, JSON.parse(sign));
    }
    const gone = dead.filter((peer) => !signs.has(peer.rank));
    if (gone.length > 0) return { rank: gone[0].rank, text: goneText(gone) };
    if (signs.size === peers.length || performance.now() >= end) break;
    store.get("nothing", PAUSE);
  }
  const silent = others.filter((peer) => !signs.has(peer.rank));
  const anyLate = [...signs.values()].some((sign) => sign.late);
  if (silent.length > 0) {
    const text = anyLate
      ? `${
        listed(silent)
      } did not come within ${timeout} s to where the others wait, and gave no sign of life since: ` +
        `hanging, slow, or gone. ${SLOW}`
      : `${
        listed(silent)
      } left and gave no sign of life since: killed, or cut off from the network.`;
    return { rank: silent[0].rank, text };
  }
  const [last, before] = [...signs].sort(([, a], [, b]) => b.at - a.at);
  const behind = (last[1].at - before[1].at) / 1000;
  if (anyLate && behind > LATE) {
    const text = `Rank ${last[0]} came ${
      behind.toFixed(1)
    } s too late to where the others waited for ${timeout} s. ${SLOW}`;
    return { rank: last[0], text };
  }
  return {
    rank: null,
    text: `A connection broke, and all processes are alive (${
      firstLine(message)
    }). Look at the network between the machines.`,
  };
}

function goneText(gone: readonly Peer[]): string {
  const processes = gone.map(({ host, pid }) => `process ${pid} on ${host}`).join(", ");
  return `${listed(gone)} ${
    gone.length > 1 ? "are" : "is"
  } gone (${processes}): killed, by a lack of memory perhaps, or it ` +
    "ended early; what it printed last says more.";
}

function listed(peers: readonly Peer[]): string {
  const ranks = peers.map(({ rank }) => rank).join(", ");
  return peers.length > 1 ? `Ranks ${ranks}` : `Rank ${ranks}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0].replace(/\.$/, "");
}
