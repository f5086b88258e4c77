/**
 * Waiting for the processes of a launch, and ending all when one fails.
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
  /** Whether a signal asked all to end. */
  readonly interrupted: boolean;
}

/**
 * How long the others may go on after the first failure, in milliseconds: who lost a connection often ends before
 * who closed it, and the one that knows the cause shall say so.
 */
const LAST_WORDS = 1000;
/** The exit status of a process that a signal to end reached and that handled it: by SIGINT, by SIGTERM. */
const ENDED_BY_SIGNAL = [130, 143];

/**
 * Waits until all have ended.
 *
 * When one ends with another status than 0, the others get SIGTERM a second later, and SIGKILL after `grace` seconds.
 * SIGINT and the like are passed on: after the first, all may take the time they need; the second, or one that fails,
 * starts `grace`; the third kills.
 *
 * @param onEnd Called with those that still run, whenever one has ended.
 */
export async function watchRanks(
  ranks: readonly RankProcess[],
  { grace, onEnd }: { grace: number; onEnd: (left: readonly RankProcess[]) => void },
): Promise<Outcome> {
  const left = new Set(ranks);
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
  const end = () => {
    for (const rank of left) {
      asked.add(rank.rank);
      rank.signal("SIGTERM");
    }
    later(grace * 1000, kill);
  };

  using _signals = passSignals(() => left, () => {
    requests++;
    for (const { rank } of left) asked.add(rank);
    if (requests === 2) later(grace * 1000, kill);
    if (requests > 2) kill();
  });
  await Promise.all(ranks.map(async (rank) => {
    const ending = await rank.ended;
    left.delete(rank);
    endings.push(ending);
    onEnd([...left]);
    const bySignal = ending.signal !== null || ENDED_BY_SIGNAL.includes(ending.code);
    if (!bySignal) asked.delete(ending.rank);
    if (ending.signal !== "SIGKILL") killed.delete(ending.rank);
    if (ending.code === 0 || asked.has(ending.rank) || failed) return;
    failed = true;
    // Who was told already would take another signal as an order to drop everything.
    if (requests > 0) later(grace * 1000, kill);
    else later(LAST_WORDS, end);
  }));
  timers.forEach(clearTimeout);
  await endLeftovers(ranks.map(({ rank, pid }) => ({ group: pid, told: asked.has(rank) })), grace);
  // What a process has started may hold its output open, and so delay that it is known.
  endings.sort((a, b) => a.at - b.at);
  return { endings, asked, killed, interrupted: requests > 0 };
}
