/**
 * Signals to the launcher that are meant for the processes that it started.
 *
 * @module
 */

import type { RankProcess } from "./rank_process.ts";

/** Signals that are passed on as they come, each once to each process. */
const PASSED: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGUSR1", "SIGUSR2"];
/** The ones among them that ask all to end. */
const ENDING: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGQUIT"];

/**
 * Passes signals on until disposed of. SIGHUP, from a terminal that is closed, is passed on as SIGTERM, which more programs
 * take as a reason to keep what they have. After Ctrl-Z all stop, and go on with the launcher.
 *
 * @param ranks The processes; those that have ended may be among them.
 * @param onRequest Called when all were asked to end.
 */
export function passSignals(
  ranks: () => Iterable<RankProcess>,
  onRequest: () => void,
): Disposable {
  const listeners = new Map<Deno.Signal, () => void>();
  const pass = (signal: Deno.Signal) => {
    for (const rank of ranks()) rank.signal(signal);
  };
  if (Deno.build.os === "windows") {
    // The console has told the processes itself.
    listeners.set("SIGINT", onRequest);
  } else {
    for (const signal of PASSED) {
      listeners.set(signal, () => {
        pass(signal);
        if (ENDING.includes(signal)) onRequest();
      });
    }
    listeners.set("SIGHUP", () => {
      pass("SIGTERM");
      onRequest();
    });
    listeners.set("SIGTSTP", () => {
      // Theirs is no terminal's group, and the system drops SIGTSTP there.
      pass("SIGSTOP");
      Deno.kill(Deno.pid, "SIGSTOP");
    });
    listeners.set("SIGCONT", () => pass("SIGCONT"));
  }
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
