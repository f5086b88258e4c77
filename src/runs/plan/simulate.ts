/**
 * A filling in which machines fail, event by event.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";

/** What is simulated. */
export interface SimulateOptions {
  /** For each machine the hours that each piece of its share takes, in order. */
  readonly shares: readonly (readonly number[])[];
  /** How often a machine fails, per hour of work. */
  readonly failures: number;
  /** How many hours pass until it works again; 0.1 by default. */
  readonly restart?: number;
  /** Decides when machines fail; 0 by default. */
  readonly seed?: number;
}

/** How a simulated filling went. */
export interface Simulated {
  /** Hours until all was there. */
  readonly hours: number;
  /** How often a machine failed. */
  readonly failures: number;
  /** Hours of work on pieces that were not finished when their machine failed. */
  readonly lostHours: number;
  /** How many finished pieces were done again. */
  readonly twice: number;
  /** How many pieces were done by another machine than the one whose share they were in. */
  readonly helped: number;
}

/** Where a piece takes as many tries as this on average, machines fail so often that the filling is none. */
const MOST_TRIES = 100;

/**
 * Goes through a filling: each machine does its share piece by piece, and then what is left of the longest other one. A machine
 * that fails loses the piece at hand and nothing else, and comes back. The same seed gives the same failures.
 *
 * @throws {ArgumentError} if a number cannot be meant, or machines fail so often that it would never end.
 */
export function simulateFill(
  { shares, failures, restart = 0.1, seed = 0 }: SimulateOptions,
): Simulated {
  if (!(failures >= 0 && restart >= 0 && shares.length > 0)) {
    throw new ArgumentError(
      `Failures per hour and hours of a restart are numbers of at least 0, and there is a machine; got ${failures}, ${restart} ` +
        `and ${shares.length}.`,
    );
  }
  const draw = uniforms(seed);
  const left = shares.map((pieces) => pieces.map((hours) => ({ hours, from: 0, times: 0 })));
  const free = shares.map((_, machine) => ({ machine, at: 0 }));
  const own = new Map(left.flatMap((pieces, machine) => pieces.map((piece) => [piece, machine])));
  const most = MOST_TRIES * (own.size + shares.length);
  let [hours, failed, lostHours, helped] = [0, 0, 0, 0];
  for (let events = 0; left.some((pieces) => pieces.length > 0); events++) {
    if (events > most) {
      throw new ArgumentError(
        `With ${failures} failures per hour of each machine the filling does not end: a piece takes longer than machines last.`,
      );
    }
    const next = free.reduce((first, one) => one.at < first.at ? one : first);
    const mine = left[next.machine];
    const from = mine.length > 0 ? mine : longest(left, next.at);
    if (from === null) {
      // What is left is being done: it may fail and come back.
      next.at = Math.min(...left.flatMap((pieces) => pieces.map(({ from }) => from)));
      continue;
    }
    const piece = from === mine ? from.shift()! : from.pop()!;
    const lasts = failures === 0 ? Infinity : -Math.log(1 - draw()) / failures;
    if (lasts < piece.hours) {
      failed++;
      lostHours += lasts;
      piece.from = next.at + lasts;
      from.unshift(piece);
      next.at += lasts + restart;
      continue;
    }
    piece.times++;
    if (own.get(piece) !== next.machine) helped++;
    next.at += piece.hours;
    hours = Math.max(hours, next.at);
  }
  const twice = [...own.keys()].filter(({ times }) => times > 1).length;
  return { hours, failures: failed, lostHours, twice, helped };
}

/** The longest of what is left of the shares, if its last piece is free at a time. */
function longest<P extends { from: number }>(left: readonly P[][], now: number): P[] | null {
  const open = left.filter((pieces) => pieces.length > 0 && pieces.at(-1)!.from <= now);
  return open.length === 0 ? null : open.reduce((a, b) => b.length > a.length ? b : a);
}

/** Numbers from 0 to below 1 that a seed decides: Park and Miller's generator. */
function uniforms(seed: number): () => number {
  let state = (Math.abs(Math.trunc(seed)) * 48271 + 11) % 2147483647 || 1;
  return () => {
    state = state * 48271 % 2147483647;
    return state / 2147483647;
  };
}
