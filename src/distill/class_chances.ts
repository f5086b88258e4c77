/**
 * How often voters would agree with the pseudo class by chance, where they know different classes and do not all vote.
 *
 * @module
 */

import { RandomSequence } from "../data/philox.ts";
import { SELECTION } from "../data/random_purposes.ts";
import { classChance } from "./chance.ts";

/** The voters of a shelf, as far as chance depends on them. */
export interface Electorate {
  /** How many classes there are, C. */
  readonly numClasses: number;
  /** For each voter the classes that it knows; null, or none given, if it knows them all. */
  readonly known?: readonly (readonly number[] | null)[];
}

/** Votes that are cast for one number of voters: enough for two digits. */
const MOST_ELECTIONS = 30_000;
const MOST_VOTES = 1_000_000;

/**
 * What agreement with the pseudo class comes to where everybody votes independently, for any class that it knows with the
 * same probability. Where all know the same classes that is exact (`classChance`). Where they know different ones it is
 * counted over up to 30,000 elections, always with the same random numbers: right to about half a point.
 *
 * Where not all vote on an image, what counts is how many do; who they are is drawn anew in every election. Teachers whose
 * logits are concatenated count as though each of them voted for itself.
 */
export class ClassChances {
  readonly #voters: number;
  readonly #numClasses: number;
  /** The classes of each voter, or how many there are where all know the same. */
  readonly #known: readonly (readonly number[])[] | number;
  readonly #found: Map<number, readonly number[]> = new Map();

  /** Takes how many voters there are, and what they know. */
  constructor(voters: number, { numClasses, known }: Electorate) {
    const all = Array.from({ length: numClasses }, (_, c) => c);
    const each = Array.from({ length: voters }, (_, i) => known?.[i] ?? all);
    const same = each.every((one) => String(one) === String(each[0]));
    this.#voters = voters;
    this.#numClasses = numClasses;
    this.#known = same ? each[0]?.length ?? numClasses : each;
  }

  /** The chance of a voter where so many vote in all, itself among them. */
  of(voter: number, turnout: number): number {
    const known = this.#known;
    let found = this.#found.get(turnout);
    if (found === undefined) {
      found = typeof known === "number"
        ? new Array<number>(this.#voters).fill(classChance(turnout, known))
        : this.#count(known, turnout);
      this.#found.set(turnout, found);
    }
    return found[voter];
  }

  /** Holds elections among so many voters, drawn at random. */
  #count(known: readonly (readonly number[])[], turnout: number): number[] {
    const random = new RandomSequence(0, SELECTION, turnout);
    const order = known.map((_, i) => i);
    const cast = new Int32Array(turnout);
    const votes = new Int32Array(this.#numClasses);
    const [took, won] = [new Float64Array(known.length), new Float64Array(known.length)];
    // Where voters are drawn, each takes part in some of the elections only.
    const elections = Math.min(MOST_ELECTIONS, MOST_VOTES / turnout) * known.length / turnout;
    for (let i = 0; i < elections; i++) {
      votes.fill(0);
      for (let k = 0; k < turnout; k++) {
        const j = k + random.below(known.length - k);
        [order[k], order[j]] = [order[j], order[k]];
        const classes = known[order[k]];
        votes[cast[k] = classes[random.below(classes.length)]]++;
      }
      const winner = mostOf(votes, random);
      for (let k = 0; k < turnout; k++) {
        took[order[k]]++;
        if (cast[k] === winner) won[order[k]]++;
      }
    }
    return known.map((_, i) => won[i] / took[i]);
  }
}

/** The class with most votes; of several any with the same probability. */
function mostOf(votes: Int32Array, random: RandomSequence): number {
  let [most, equal, winner] = [0, 0, -1];
  for (let c = 0; c < votes.length; c++) {
    if (votes[c] > most) [most, equal, winner] = [votes[c], 1, c];
    else if (votes[c] === most && most > 0 && random.below(++equal) === 0) winner = c;
  }
  return winner;
}
