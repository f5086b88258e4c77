/**
 * What is said when a process of a launch failed.
 *
 * @module
 */

import type { Ending } from "./rank_process.ts";
import type { Outcome } from "./watch_ranks.ts";

/** Words of an error that follows from another process's end. */
const LOST_CONNECTION = new RegExp(
  [
    "connection (?:was |has been |is )?(?:closed|reset|refused|lost|broke|aborted|terminated)",
    "broken pipe",
    "socket (?:was |is |has been )?(?:closed|reset)",
    "(?:remote )?peer (?:has |was )?(?:closed|gone|disconnected)",
    "unexpected end of (?:stream|file)",
  ].join("|"),
  "i",
);
/** An error that names who failed, as torch.distributed writes it. */
const NAMED = /DistributedError: Ranks? (\d+)/;

/** What is to be told. */
export interface Failure {
  /** The exit status of the first that failed. */
  readonly code: number;
  /** What happened, in lines; empty where somebody asked all to end, and they did. */
  readonly text: string;
}

/**
 * Puts together what happened: who ended first and how, the cause in the words of who knows it, and how the others ended.
 *
 * @param size How many processes there are on all machines.
 * @returns Null if none failed by itself.
 */
export function failureOf({ endings, asked, killed }: Outcome, size: number): Failure | null {
  const failures = endings.filter(({ rank, code }) => code !== 0 && !asked.has(rank));
  const [first, ...others] = failures;
  if (first === undefined) return null;
  const cause = failures.find((ending) => !isConsequence(ending)) ?? first;
  const why = cause === first ? "" : `, because of rank ${cause.rank}, which ${howEnded(cause)}`;
  const before = endings.slice(0, endings.indexOf(first)).filter(({ code }) => code === 0)
    .map(({ rank }) => rank);
  const ended = [...asked].filter((rank) => !killed.has(rank));
  const lines = [
    `rank ${first.rank} of ${size} ${howEnded(first)}${why}.`,
    ...wordsOf(cause),
    ...(before.length > 0 ? [`Ended before, with exit code 0: ${listed(before)}.`] : []),
    ...alike(others.filter((other) => other !== cause), (ending) => `${howEnded(ending)}, too`),
    ...(ended.length > 0 ? [`Ended because of this: ${listed(ended)}.`] : []),
    ...(killed.size > 0 ? [`Killed, as SIGTERM did not end it: ${listed([...killed])}.`] : []),
  ];
  return { code: first.code, text: lines.join("\n") };
}

/** How a process ended: `ended with exit code 3`, `was ended by SIGKILL`. */
function howEnded({ code, signal }: Ending): string {
  if (signal === null) return `ended with exit code ${code}`;
  const hint = signal === "SIGKILL" ? " (the system does that where memory is used up)" : "";
  return `was ended by ${signal}${hint}`;
}

/** A line for all that ended in the same way. */
function alike(endings: readonly Ending[], say: (ending: Ending) => string): string[] {
  const groups = Map.groupBy(endings, say);
  return [...groups].map(([how, those]) => {
    const names = listed(those.map(({ rank }) => rank));
    return `${names[0].toUpperCase()}${names.slice(1)} ${
      those.length > 1 ? how.replace(/^was/, "were") : how
    }.`;
  });
}

/** What a process said last: the error that it wrote down, or its last lines. */
function wordsOf({ rank, error, lines, direct }: Ending): string[] {
  const said = error ? error.text.trimEnd().split("\n") : lines;
  if (said.length > 0) return said.map((line) => `[rank ${rank}] ${line}`);
  return [direct ? "What it said stands above." : "It said nothing."];
}

/**
 * Whether a process may have failed because another did: it lost the connection, or says that another rank is at fault, or
 * what it said is on the screen and not known here.
 */
function isConsequence({ error, lines, signal, rank, direct }: Ending): boolean {
  if (signal !== null) return false;
  if (direct && error === null) return true;
  const said = error?.text ?? lines.join("\n");
  const named = error?.rank ?? said.match(NAMED)?.[1] ?? null;
  return named === null ? LOST_CONNECTION.test(said) : Number(named) !== rank;
}

function listed(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  const last = sorted.pop();
  return sorted.length === 0 ? `rank ${last}` : `ranks ${sorted.join(", ")} and ${last}`;
}
