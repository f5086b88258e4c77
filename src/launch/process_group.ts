/**
 * Signals to a process with all that it started.
 *
 * @module
 */

/**
 * Sends a signal to every process of a group; a group that is gone is no error.
 *
 * @param group The number of the process that was started as the group's first.
 * @returns Whether there was anybody.
 */
export function signalGroup(group: number, signal: Deno.Signal): boolean {
  try {
    // Windows has no groups, and ends a process by whatever signal.
    Deno.kill(Deno.build.os === "windows" ? group : -group, signal);
    return true;
  } catch {
    return false;
  }
}

/** What may be left of a group. */
export interface Leftover {
  /** The number of the group's first process, which has ended. */
  readonly group: number;
  /** Whether the group was sent a signal to end already: many programs drop everything at the second. */
  readonly told: boolean;
}

/**
 * Ends what is left of groups whose first process has ended, if anything is.
 *
 * @param grace Seconds between SIGTERM and SIGKILL.
 */
export async function endLeftovers(groups: readonly Leftover[], grace: number): Promise<void> {
  if (Deno.build.os === "windows") return;
  // A process that runs takes no notice of SIGCONT; one that was stopped can end now.
  let left = groups.filter(({ group, told }) => signalGroup(group, told ? "SIGCONT" : "SIGTERM"));
  const until = performance.now() + grace * 1000;
  while (left.length > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = left.filter(({ group }) => signalGroup(group, "SIGCONT"));
  }
  for (const { group } of left) signalGroup(group, "SIGKILL");
}
