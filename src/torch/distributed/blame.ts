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
  readonly rank: number;
  readonly timeout: number;
  readonly store: Store;
}

/** Seconds to wait for a sign of life, and between two looks. */
const PATIENCE = 5, PAUSE = 0.1;

/** How a run goes on after all. */
const REMEDY =
  "All processes end; start them anew: with --resume, or resume: true, training goes on from the last checkpoint.";

/**
 * Finds who has failed, is gone, or does not answer, and makes the error that says so.
 *
 * @param error What came out of working together.
 * @param peers Every process, by rank.
 */
export function blame(
  error: unknown,
  { rank, timeout, store }: Blaming,
  peers: readonly Peer[],
): DistributedError {
  const message = error instanceof Error ? error.message : String(error);
  const options = { cause: error };
  const late = /timed? ?out/i.test(message);
  const others = peers.filter((peer) => peer.rank !== rank);
  try {
    store.set(`alive/${rank}`, "");
    const end = performance.now() + 1000 * PATIENCE;
    let silent = others;
    do {
      const dead = others.filter((peer) => peer.isGone());
      // After that, so that whoever failed and ended meanwhile is heard.
      for (const peer of others) {
        const reason = store.get(`failed/${peer.rank}`);
        if (reason === undefined) continue;
        store.set(`told/${rank}`, "");
        return new DistributedError(
          `Rank ${peer.rank} failed: ${reason}\n${REMEDY}`,
          peer.rank,
          options,
        );
      }
      const gone = dead.filter((peer) => store.get(`alive/${peer.rank}`) === undefined);
      if (gone.length > 0) {
        return ended(
          store,
          rank,
          others,
          new DistributedError(goneText(gone), gone[0].rank, options),
        );
      }
      silent = silent.filter((peer) => store.get(`alive/${peer.rank}`) === undefined);
      if (silent.length > 0) store.get("nothing", PAUSE);
    } while (silent.length > 0 && performance.now() < end);
    if (silent.length === 0) {
      const text =
        `The connection to another process broke, and all of them are alive (${
          firstLine(message)
        }). Look at ` +
        `the network between the machines. ${REMEDY}`;
      return ended(store, rank, others, new DistributedError(text, null, options));
    }
    const names = listed(silent);
    const text = late
      ? `${names} did not come within ${timeout} s to where the others wait, nor answered since: slow, hanging, or gone. ` +
        `If slow, allow more time (timeout, or the variable APPRENTICE_TIMEOUT in seconds). ${REMEDY}`
      : `${names} left the group and ${
        silent.length > 1 ? "do" : "does"
      } not answer: killed (by a lack of memory?), or cut off ` +
        `from the network. ${REMEDY}`;
    return ended(store, rank, others, new DistributedError(text, silent[0].rank, options));
  } catch (cause) {
    const gone = others.filter((peer) => peer.isGone());
    if (gone.length > 0) {
      return new DistributedError(goneText(gone), gone[0].rank, { cause: error });
    }
    return new DistributedError(
      `Rank 0 at ${store.where}, where the processes meet, is gone (${
        firstLine((cause as Error).message)
      }). ${REMEDY}`,
      0,
      options,
    );
  }
}

/** Who serves the store stays until the others know, too. */
function ended(
  store: Store,
  rank: number,
  others: readonly Peer[],
  error: DistributedError,
): DistributedError {
  store.set(`told/${rank}`, "");
  const alive = others.filter((peer) => peer.rank !== error.rank);
  if (store.serves) awaitAll(alive, store, "told", 2 * PATIENCE);
  return error;
}

function goneText(gone: readonly Peer[]): string {
  const processes = gone.map(({ host, pid }) => `process ${pid} on ${host}`).join(", ");
  return `${listed(gone)} ${
    gone.length > 1 ? "are" : "is"
  } gone (${processes}): killed, by a lack of memory perhaps, or it ended ` +
    `early; what it printed last says more. ${REMEDY}`;
}

function listed(peers: readonly Peer[]): string {
  const ranks = peers.map(({ rank }) => rank).join(", ");
  return peers.length > 1 ? `Ranks ${ranks}` : `Rank ${ranks}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0].replace(/\.$/, "");
}
