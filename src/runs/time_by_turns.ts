/**
 * How long functions take, measured by turns because a machine's speed drifts.
 *
 * @module
 */

import { letSignalsIn } from "../base/interrupt.ts";
import { isNotAllowed } from "../base/regular_files.ts";

/** A function that is measured. */
export interface Timed {
  /** Does the work once. */
  readonly call: () => void;
  /** What work this is a larger part of, and how much larger; where that one is too slow this is not even begun. */
  readonly like?: { readonly index: number; readonly times: number };
}

/** Options of {@linkcode timeByTurns}. */
export interface TimingOptions {
  /** The most seconds that one function may take, calls that are not counted included. */
  readonly budget: number;
  /** Stops between two calls. */
  readonly signal?: AbortSignal;
}

/** So many calls are measured at least; with the two that come first and are not counted, they fit in the budget. */
const LEAST_CALLS = 3;
const LEAST_IN_ALL = LEAST_CALLS + 2;
const MOST_CALLS = 1000;
/** The share of the budget that is spent where calls are quick, and the turns that it is divided into. */
const SPENT = 0.1;
const TURNS = 10;
/** What seems too slow is called so often before that is believed, for so many times the budget at most. */
const FIRST_CALLS = 4;
const FIRST_BUDGETS = 2;
/** Work of many images at once takes at best so much less for each. */
const BEST_GAIN = 4;

/** What became of one function. */
interface State {
  /** Milliseconds of each call that counts. */
  readonly times: number[];
  /** Milliseconds spent on it. */
  spent: number;
  /** Milliseconds that the quickest call took: the one that other work on the machine disturbed least. */
  least: number;
  /** Why the function is not measured. */
  refused: string | null;
}

/**
 * Measures functions by turns: each is called until it is warm, then all in rounds, a little each time.
 *
 * @returns For each function the milliseconds of every call that counts; or in words why it was left out.
 * @throws The signal's reason if it is aborted, or what a function throws after its first call; what its first call throws is
 * why it is left out.
 */
export async function timeByTurns(
  all: readonly Timed[],
  { budget, signal }: TimingOptions,
): Promise<(readonly number[] | string)[]> {
  const states = all.map((): State => ({ times: [], spent: 0, least: Infinity, refused: null }));
  const breathe = async (): Promise<void> => {
    await letSignalsIn();
    signal?.throwIfAborted();
  };
  for (const [i, { call, like }] of all.entries()) {
    await breathe();
    warmUp(states[i], call, like && guess(states[like.index], like.times), budget);
  }
  const aim = SPENT * budget * 1000;
  // By the quickest call: where other work disturbs many there are as many all the same, as long as the budget lasts.
  const isDone = ({ times, spent, least, refused }: State): boolean =>
    refused !== null || times.length >= MOST_CALLS ||
    (times.length >= LEAST_CALLS && (times.length * least >= aim || spent >= budget * 1000));
  while (states.some((state) => !isDone(state))) {
    for (const [i, { call }] of all.entries()) {
      if (isDone(states[i])) continue;
      await breathe();
      turn(states[i], call, aim / TURNS);
    }
  }
  return states.map(({ times, refused }) => refused ?? times);
}

/** The milliseconds that larger work takes at least; null where the smaller was not measured. */
function guess({ least, refused }: State, times: number): number | null {
  return refused === null ? least * times / BEST_GAIN : null;
}

/** Calls until it is warm, or finds that it takes too long. */
function warmUp(
  state: State,
  call: () => void,
  guessed: number | null | undefined,
  budget: number,
): void {
  const most = budget * 1000 / LEAST_IN_ALL;
  const tooLong = (ms: number, about: string): string =>
    `one call takes ${about}${
      Number((ms / 1000).toPrecision(2))
    } s, and ${LEAST_IN_ALL} of them are more than the ` +
    `budget of ${budget} s: give a larger one`;
  if (guessed === null) {
    state.refused = "fewer images at once could not be measured";
    return;
  }
  if (guessed !== undefined && guessed > most) {
    state.refused = tooLong(guessed, "at least ");
    return;
  }
  const start = performance.now();
  try {
    // What the first calls make, memory and the best way to compute, is not made again: they say little of later ones.
    for (let calls = 0;; calls++) {
      const passed = performance.now() - start;
      const isSlow = state.least > most;
      const room = calls < FIRST_CALLS && passed + state.least <= FIRST_BUDGETS * budget * 1000;
      if (calls > 0 && !(isSlow ? room : isCold(passed, calls))) break;
      state.least = Math.min(state.least, timed(call));
    }
  } catch (error) {
    if (isNotAllowed(error) || !(error instanceof Error)) throw error;
    state.refused = error.message;
    return;
  }
  if (state.least > most) state.refused = tooLong(state.least, "");
}

/** Whether quick work is not warm yet, after so many milliseconds and calls. */
const isCold = (passed: number, calls: number): boolean => calls < 2 || passed < 20 && calls < 20;

/** One turn: a call that is not counted where calls are quick, then some that are. */
function turn(state: State, call: () => void, milliseconds: number): void {
  const start = performance.now();
  // Another function was called in between, and its numbers are in the processor's cache.
  if (state.least < milliseconds / 4) timed(call);
  const calls = Math.max(1, Math.min(Math.round(milliseconds / state.least), MOST_CALLS / TURNS));
  for (let i = 0; i < calls; i++) state.times.push(timed(call));
  state.spent += performance.now() - start;
}

function timed(call: () => void): number {
  const start = performance.now();
  call();
  return performance.now() - start;
}
