/**
 * The votes on many images, one by one: what is looked at to learn what they say.
 *
 * @module
 */

import { Opinions } from "../teachers/opinions.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { Electorate } from "./class_chances.ts";
import type { LogitVote } from "./vote_logits.ts";
import type { Voters } from "./voters.ts";

/** What came out of a vote on each of some images. */
export interface Outcome {
  /** The class with most votes. */
  readonly pseudoClass: Int32Array;
  /** The likeliest class by the mean prediction. */
  readonly meanClass: Int32Array;
}

/** How each of some images was voted on. Classes are numbers; where nobody voted they are -1. */
export interface Ballots extends Outcome, Required<Electorate> {
  /** Who votes, in the shelf's order. */
  readonly voters: readonly string[];
  /** How many images there are. */
  readonly images: number;
  /** For each voter its class of every image. */
  readonly choices: readonly Int32Array[];
  /** How far the pseudo class was ahead of the next, as a share of the votes. */
  readonly margin: Float64Array;
  /** For each voter what would have come out without it; -1 where nobody else voted. */
  readonly without: readonly Outcome[];
}

/** Asks voters about batch after batch, also without each of them, and keeps what they say. */
export class BallotBox {
  readonly #voters: Voters;
  readonly #choices: number[][];
  readonly #margin: number[] = [];
  readonly #outcome = new Outcomes();
  readonly #without: readonly Outcomes[];
  /** For each voter the classes that it knows; null for one that knows all. */
  readonly #known: (readonly number[] | null)[];
  #numClasses = 0;

  /** Begins with nothing. */
  constructor(voters: Voters) {
    this.#voters = voters;
    this.#choices = voters.names.map(() => []);
    this.#without = voters.names.map(() => new Outcomes());
    this.#known = voters.names.map(() => null);
  }

  /**
   * Takes in what the teachers say about a batch. A voter that was not heard did not vote.
   *
   * @throws {TrainingError} if no voter was heard.
   */
  add(opinions: Opinions): void {
    const { names } = this.#voters;
    scope(() => {
      const vote = this.#voters.vote(opinions);
      const margin = numbersOf(vote.margin);
      this.#margin.push(...margin);
      this.#outcome.add(vote);
      const choices = numbersOf(vote.choices);
      this.#numClasses = vote.votes.size(1);
      for (const [i, name] of names.entries()) {
        const row = opinions.voters.indexOf(name);
        const own = choices.slice(row * margin.length, (row + 1) * margin.length);
        this.#choices[i].push(...(row < 0 ? margin.map(() => -1) : own));
        this.#known[i] ??= opinions.known(name);
        // Whether it says nothing, or nobody else says anything.
        if (row < 0) this.#without[i].add(vote);
        else if (opinions.voters.length === 1) this.#without[i].add(null, margin.length);
        else scope(() => this.#without[i].add(this.#voters.vote(without(opinions, name))));
      }
    });
  }

  /** What was kept. */
  ballots(): Ballots {
    return {
      voters: this.#voters.names,
      images: this.#margin.length,
      numClasses: this.#numClasses,
      known: [...this.#known],
      choices: this.#choices.map((own) => Int32Array.from(own)),
      margin: Float64Array.from(this.#margin),
      ...this.#outcome.all(),
      without: this.#without.map((outcomes) => outcomes.all()),
    };
  }
}

/** What came out, batch after batch. */
class Outcomes {
  readonly #pseudoClass: number[] = [];
  readonly #meanClass: number[] = [];

  /** Adds a vote's outcome, or of `images` without one none. */
  add(vote: LogitVote): void;
  add(vote: null, images: number): void;
  add(vote: LogitVote | null, images = 0): void {
    const nobody = new Array<number>(images).fill(-1);
    this.#pseudoClass.push(...(vote ? numbersOf(vote.pseudoClass) : nobody));
    this.#meanClass.push(...(vote ? numbersOf(vote.probabilities.argmax(1)) : nobody));
  }

  all(): Outcome {
    return {
      pseudoClass: Int32Array.from(this.#pseudoClass),
      meanClass: Int32Array.from(this.#meanClass),
    };
  }
}

function without(opinions: Opinions, name: string): Opinions {
  const others = opinions.names.filter((other) => other !== name);
  const known = others.flatMap((other) => {
    const own = opinions.known(other);
    return own === null ? [] : [[other, own] as const];
  });
  return new Opinions(
    new Map(others.map((other) => [other, opinions.of(other)])),
    new Map(known),
  );
}

/** A tensor's values, one after the other. Waits for the device. */
function numbersOf(values: Tensor): number[] {
  return Array.from(values.to("float64").cpu().flatten().data() as Float64Array);
}
