/**
 * Starting the processes of a launch, waiting for them, and ending all when one fails.
 *
 * @module
 */

import { passSignals } from "./pass_signals.ts";
import { endLeftovers } from "./process_group.ts";
import type { Ending, RankProcess } from "./rank_process.ts";

/** How all processes of a launch ended. */
export interface Outcome {
  /** Endings in the order in which they came. */
  readonly endings: readonly Ending[];
  /** Ranks that ended because they were asked to, by the launcher or whoever it was sent a signal by. */
  readonly asked: ReadonlySet<number>;
  /** Ranks that were killed because they did not end when asked. */
  readonly killed: ReadonlySet<number>;
}

/**
 * How long the others may go on after the first failure, in milliseconds: who lost a connection often ends before
 * who closed it, and the one that knows the cause shall say so.
 */
const LAST_WORDS = 1000;
/** The exit status of a process that a signal to end reached and that handled it: by SIGINT, by SIGTERM. */
const ENDED_BY_SIGNAL = [130, 143];

/** What is started and how it is watched. */
export interface WatchOptions {
  /** How many processes there are to be. */
  readonly processes: number;
  /** Starts one, by its number on this machine. */
  readonly start: (localRank: number) => RankProcess;
  /** Seconds between the request to end and SIGKILL. */
  readonly grace: number;
  /** Called with those that run, whenever one was started or has ended. */
  readonly onChange: (left: readonly RankProcess[]) => Promise<void>;
}

/**
 * Starts all, and waits until all have ended.
 *
 * When one ends with another status than 0, the others get SIGTERM a second later, and SIGKILL after `grace` seconds.
 * SIGINT and the like are passed on: after the first, all may take the time they need; the second, or a process that
 * fails or dies of the first, starts `grace`; the third kills.
 *
 * @throws What starting one throws; those that were started are killed then.
 */
export async function watchRanks(options: WatchOptions): Promise<Outcome> {
  const { processes, start, grace, onChange } = options;
  const ranks: RankProcess[] = [];
  const left = new Set<RankProcess>();
  const endings: Ending[] = [];
  const [asked, killed] = [new Set<number>(), new Set<number>()];
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let requests = 0;
  let failed = false;

  const later = (ms: number, what: () => void) => timers.add(setTimeout(what, ms));
  const kill = () => {
    for (const rank of left) {
      killed.add(rank.rank);
      rank.signal("SIGKILL");
    }
  };
  const killLater = () => later(grace * 1000, kill);
  const end = () => {
    killLater();
    // Who was told already would take another signal as an order to drop everything.
    if (requests > 0) return;
    for (const rank of left) {
      asked.add(rank.rank);
      rank.signal("SIGTERM");
    }
  };

  using _signals = passSignals(() => left, () => {
    requests++;
    for (const { rank } of left) asked.add(rank);
    if (requests === 2) killLater();
    if (requests > 2) kill();
  });
  try {
    // Who asks all to end does not want more of them.
    for (let local = 0; local < processes && requests === 0; local++) {
      const rank = start(local);
      ranks.push(rank);
      left.add(rank);
      // Before the next is started, so that there is hardly a moment in which one is not watched over.
      await onChange(ranks);
    }
  } catch (error) {
    kill();
    await Promise.all(ranks.map(({ ended }) => ended));
    throw error;
  }
  await Promise.all(ranks.map(async (rank) => {
    const ending = await rank.ended;
    left.delete(rank);
    endings.push(ending);
    onChange([...left]);
    const bySignal = ending.signal !== null || ENDED_BY_SIGNAL.includes(ending.code);
    if (!bySignal) asked.delete(ending.rank);
    if (ending.signal !== "SIGKILL") killed.delete(ending.rank);
    // It could not take the signal as a request: the others may wait within libtorch for what it will never do.
    if (requests > 0 && ending.signal !== null) killLater();
    if (ending.code === 0 || asked.has(ending.rank) || failed) return;
    failed = true;
    later(LAST_WORDS, end);
  }));
  timers.forEach(clearTimeout);
  await endLeftovers(ranks.map(({ rank, pid }) => ({ group: pid, told: asked.has(rank) })), grace);
  // What a process has started may hold its output open, and so delay that it is known.
  endings.sort((a, b) => a.at - b.at);
  return { endings, asked, killed };
}
