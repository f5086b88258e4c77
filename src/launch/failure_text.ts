/**
 * What is said when a process of a launch failed.
 *
 * @module
 */

import type { Ending } from "./rank_process.ts";
import type { Outcome } from "./watch_ranks.ts";

/** Words of an error that follows from another process's end. */
const LOST_CONNECTION =
  /connection (was |has been )?(closed|reset|refused|lost|aborted|terminated)|connect(ion)? timed? ?out|broken pipe|socket (is )?(closed|timeout)|socket.*(error|closed)|peer (has )?(closed|gone|disconnected)|remote (peer|process) (closed|exited)|unexpected end of (stream|file)|ECONNRESET|ECONNREFUSED|EPIPE/i;

/** What is to be told. */
export interface Failure {
  /** The exit status of the first that failed. */
  readonly code: number;
  /** What happened, in lines. */
  readonly text: string;
}

/**
 * Puts together what happened: who ended first and how, what the cause is in the words of who knows it, and how the
 * others ended.
 *
 * @param size How many processes there are on all machines.
 * @returns Null if none failed by itself.
 */
export function failureOf(outcome: Outcome, size: number): Failure | null {
  const { endings, asked, killed } = outcome;
  const failures = endings.filter(({ rank, code }) => code !== 0 && !asked.has(rank));
  const [first, ...others] = failures;
  if (first === undefined) return null;
  const cause = failures.find((ending) => !isConsequence(ending)) ?? first;
  const lines = [
    `rank ${first.rank} of ${size} ${howEnded(first)}${
      cause === first
        ? ""
        : ` because it lost a connection; the cause is what rank ${cause.rank} said`
    }.`,
    ...wordsOf(cause),
  ];
  if (
    cause === first && first.error && first.error.rank !== null && first.error.rank !== first.rank
  ) {
    lines.push(`Rank ${first.error.rank} is where to look.`);
  }
  for (const ending of others) lines.push(`After that rank ${ending.rank} ${howEnded(ending)}.`);
  const ended = [...asked].filter((rank) => !killed.has(rank));
  if (ended.length > 0) lines.push(`Ended by this: ${ranks(ended)}.`);
  if (killed.size > 0) {
    lines.push(`Killed, because SIGTERM did not end it in time: ${ranks([...killed])}.`);
  }
  return { code: first.code, text: lines.join("\n") };
}

/** How a process ended: `ended with exit code 3`, `was ended by SIGKILL`. */
function howEnded({ code, signal }: Ending): string {
  if (signal === null) return `ended with exit code ${code}`;
  const hint = signal === "SIGKILL" ? ", as the system does when memory is used up" : "";
  return `was ended by ${signal}${hint}`;
}

/** What a process said last: the error that it wrote down, or its last lines. */
function wordsOf({ rank, error, lines }: Ending): string[] {
  const said = error ? error.text.split("\n") : lines;
  if (said.length === 0 && rank === 0) return ["What it said stands above."];
  if (said.length === 0) return ["It said nothing."];
  return said.map((line) => `[rank ${rank}] ${line}`);
}

/** Whether a process failed because another did: it lost the connection, or says that another rank is at fault. */
function isConsequence({ error, lines, signal, rank }: Ending): boolean {
  if (signal !== null) return false;
  if (error && error.rank !== null) return error.rank !== rank;
  return LOST_CONNECTION.test(error?.text ?? lines.join("\n"));
}

function ranks(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [last, ...before] = sorted.toReversed();
  if (before.length === 0) return `rank ${last}`;
  return `ranks ${before.reverse().join(", ")} and ${last}`;
}
