/**
 * How the votes went, summed up over many steps without waiting for the device.
 *
 * @module
 */

import { say } from "../base/progress.ts";
import { Module } from "../nn/module.ts";
import { peers, sharers } from "../nn/sharers.ts";
import { noGrad } from "../torch/backward.ts";
import { constant } from "../torch/constants.ts";
import { zeros } from "../torch/creation.ts";
import type { Device } from "../torch/device.ts";
import { allReduce } from "../torch/distributed/mod.ts";
import { cat, zerosLike } from "../torch/operators.gen.ts";
import { keep, scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { signChance } from "./chance.ts";
import { ClassChances, type Electorate } from "./class_chances.ts";
import { pairsAlike, turnouts } from "./choices.ts";
import type { FeatureVote } from "./vote_features.ts";
import type { LogitVote } from "./vote_logits.ts";
import { type VoteSummary, voteWarnings } from "./vote_summary.ts";

const bins = 10;

/** Stands in the place of a number of epochs: the warning was given. */
const said = -1;

/** The votes of one kind on one batch, and who cast them. */
export interface Cast<V> {
  /** The outcome. */
  readonly vote: V;
  /** The names of those who voted, in the order of the outcome's `agreement`. */
  readonly names: readonly string[];
}

/**
 * Sums up votes, by the teachers' names: one that is left out counts for the images that it voted on. Part of the state
 * dict, so that a resumed run reports the same.
 *
 * Where several processes train together, each counts by itself what it sees, and the state dict has what was added up by
 * {@linkcode VoteAccount.joinCounts}.
 */
export class VoteAccount extends Module {
  readonly #consensusNames: readonly string[];
  readonly #pseudoNames: readonly string[];
  readonly #chances: ClassChances;
  readonly #sums: Record<string, Tensor> = {};
  /** What this process alone has counted since sums were added up; empty where there is one. */
  #own: Record<string, Tensor> = {};
  /** For how many epochs votes on features and on classes have said nothing, or `said`. */
  readonly #warned: Tensor;

  /** The names of those who vote on features and of those who vote on classes, and what the latter know. */
  constructor(
    consensusNames: readonly string[],
    pseudoNames: readonly string[],
    electorate: Electorate,
  ) {
    super();
    const sum = (name: string, shape: number[], optional = false) => {
      const values = zeros(shape, { dtype: "float64" });
      return this.#sums[name] = this.registerBuffer(name, values, { optional });
    };
    this.#consensusNames = consensusNames;
    this.#pseudoNames = pseudoNames;
    const [signs, voters] = [consensusNames.length, pseudoNames.length];
    this.#chances = new ClassChances(voters, electorate);
    // Optional are those that came later than the others.
    sum("images", [1]);
    sum("consensus", [signs]);
    sum("consensus_images", [signs], true);
    sum("consensus_chance", [signs], true);
    sum("shuffled", [signs], true);
    sum("shuffled_images", [signs], true);
    sum("pseudo_class", [voters]);
    sum("pseudo_class_images", [voters], true);
    sum("turnouts", [voters, voters], true);
    sum("alike", [voters, voters], true);
    sum("alike_images", [voters, voters], true);
    sum("margin", [1]);
    sum("histogram", [bins]);
    sum("class_ties", [1], true);
    sum("ties", [1], true);
    this.#warned = this.registerBuffer("warned", zeros([2]), { optional: true });
  }

  /** An account computes nothing: see {@linkcode VoteAccount.add}. @ignore */
  override forward(): Tensor {
    return this.#sums.images;
  }

  /** Adds the votes on one batch. */
  add(
    batch: number,
    features: Cast<FeatureVote> | null,
    logits: Cast<LogitVote> | null,
  ): void {
    const group = peers();
    const processes = sharers()?.size ?? 1;
    // All see a batch that is not shared, and it counts once.
    if (group !== null && group.rank > 0 && processes === 1) return;
    noGrad(() =>
      scope(() => {
        const sums = group === null ? this.#sums : this.#ownSums();
        sums.images.add_(batch);
        if (features) this.#addFeatures(sums, batch, batch * processes, features);
        if (logits) this.#addLogits(sums, logits);
      })
    );
  }

  #ownSums(): Record<string, Tensor> {
    for (const [name, sum] of Object.entries(this.#sums)) this.#own[name] ??= keep(zerosLike(sum));
    return this.#own;
  }

  /**
   * Adds up what processes that train together have counted, so that each has the sums of all. All of them call it; does
   * nothing where there is one.
   */
  joinCounts(): void {
    const group = peers();
    const counted = Object.keys(this.#own).length > 0;
    if (group === null && !counted) return;
    noGrad(() =>
      scope(() => {
        const own = Object.values(this.#ownSums());
        const all = cat(own.map((sum) => sum.flatten()));
        if (group !== null) allReduce(all, { op: "sum", group });
        const parts = all.split(own.map((sum) => sum.numel), 0);
        Object.values(this.#sums).forEach((sum, i) => sum.add_(parts[i].reshape(sum.shape)));
      })
    );
    this.#forgetOwn();
  }

  #forgetOwn(): void {
    for (const sum of Object.values(this.#own)) sum.dispose();
    this.#own = {};
  }

  #addFeatures(
    sums: Record<string, Tensor>,
    batch: number,
    whole: number,
    { vote, names }: Cast<FeatureVote>,
  ): void {
    const { consensus, agreement, shuffledAgreement } = vote;
    const all = seatsOf(names, this.#consensusNames, agreement.device);
    const heard = spread(agreement.newOnes(agreement.shape), all);
    const add = (sum: string, of: string, shares: Tensor) => {
      sums[sum].add_(spread(shares, all), { alpha: batch });
      sums[of].add_(heard, { alpha: batch });
    };
    add("consensus", "consensus_images", agreement);
    // One image cannot be shuffled.
    if (shuffledAgreement && whole > 1) add("shuffled", "shuffled_images", shuffledAgreement);
    sums.consensus_chance.add_(heard, { alpha: batch * signChance(names.length) });
    const undecided = consensus.eq(0).sum().to("float64").div(consensus.numel);
    sums.ties.add_(undecided, { alpha: batch });
  }

  #addLogits(sums: Record<string, Tensor>, { vote, names }: Cast<LogitVote>): void {
    const { margin, pseudoClass, votes } = vote;
    const all = seatsOf(names, this.#pseudoNames, vote.choices.device);
    const choices = spread(vote.choices.add(1), all).sub(1);
    const voted = choices.ge(0).to("float64");
    sums.pseudo_class.add_(choices.eq(pseudoClass).sum(1));
    sums.pseudo_class_images.add_(voted.sum(1));
    sums.turnouts.add_(turnouts(voted));
    sums.alike.add_(pairsAlike(choices));
    sums.alike_images.add_(voted.matmul(voted.t()));
    sums.margin.add_(margin.to("float64").sum());
    sums.histogram.add_(margin.histc(bins, 0, 1));
    sums.class_ties.add_(margin.eq(0).logicalAnd(votes.amax(1).gt(0)).sum());
  }

  /** What was added up, and what this process has counted since. Waits for the device. */
  summary(): VoteSummary {
    const read = (name: string): number[] => {
      const own = this.#own[name]?.data() as Float64Array | undefined;
      return Array.from(this.#sums[name].data() as Float64Array, (sum, i) => sum + (own?.[i] ?? 0));
    };
    const [images] = read("images");
    const share = (sum: number, count = images): number => count === 0 ? 0 : sum / count;
    const each = (sum: string, of: string): number[] => {
      const counts = read(of);
      return read(sum).map((value, i) => share(value, counts[i]));
    };
    const consensus = each("consensus", "consensus_images");
    const chance = each("consensus_chance", "consensus_images");
    const shuffled = each("shuffled", "shuffled_images");
    const wasShuffled = read("shuffled_images");
    const pseudoClass = each("pseudo_class", "pseudo_class_images");
    const [alike, both] = [each("alike", "alike_images"), read("alike_images")];
    const turnouts = read("turnouts");
    const voters = this.#pseudoNames.length;
    return {
      images,
      consensus: this.#consensusNames.map((teacher, i) => ({
        teacher,
        agreement: consensus[i],
        chance: chance[i],
        shuffled: wasShuffled[i] === 0 ? null : shuffled[i],
      })),
      ties: share(read("ties")[0]),
      pseudoClass: this.#pseudoNames.map((teacher, i) => ({
        teacher,
        agreement: pseudoClass[i],
        chance: this.#classChance(i, turnouts.slice(i * voters, (i + 1) * voters)),
      })),
      alike: this.#pseudoNames.map((_, i) =>
        this.#pseudoNames.map((_, j) => both[i * voters + j] === 0 ? null : alike[i * voters + j])
      ),
      classTies: share(read("class_ties")[0]),
      margin: {
        mean: share(read("margin")[0]),
        histogram: read("histogram").map((sum) => share(sum)),
      },
    };
  }

  /** The mean of a voter's chance over images, by how many voted: on so many images one, on so many two. */
  #classChance(voter: number, turnouts: readonly number[]): number {
    const images = turnouts.reduce((sum, count) => sum + count, 0);
    if (images === 0) return 0;
    return turnouts.reduce(
      (sum, count, i) => count === 0 ? sum : sum + count / images * this.#chances.of(voter, i + 1),
      0,
    );
  }

  /**
   * Says once in a run what a user has to know of votes that say nothing two epochs one after the other: in the first epoch
   * encoders are still what they were drawn as. Waits for the device.
   */
  warn(name: string, votes: VoteSummary): void {
    const epochs = this.#warned.toArray() as number[];
    const warnings = voteWarnings(votes);
    for (const [place, kind] of (["consensus", "pseudoClass"] as const).entries()) {
      if (epochs[place] === said) continue;
      const warning = warnings.find((one) => one.kind === kind);
      const isNew = warning !== undefined && epochs[place] > 0;
      if (isNew) say(`${name}, this epoch and the one before: ${warning.text}`);
      const next = isNew ? said : warning === undefined ? 0 : 1;
      noGrad(() => scope(() => this.#warned.select(0, place).fill_(next)));
    }
  }

  /** Takes over another account's sums, of the same teachers. */
  copy(other: VoteAccount): void {
    this.#forgetOwn();
    noGrad(() => {
      for (const name in this.#sums) this.#sums[name].copy_(other.#sums[name]);
    });
  }

  /** Starts from nothing. What was warned of is not said again. */
  reset(): void {
    this.#forgetOwn();
    for (const sum of Object.values(this.#sums)) noGrad(() => sum.zero_());
  }

  /** Frees all sums. */
  override dispose(): void {
    this.#forgetOwn();
    super.dispose();
  }
}

/** The places of those who voted, among all. */
interface Seats {
  /** How many there are in all. */
  readonly count: number;
  /** The place of each who voted, int64; null if all did, in order. */
  readonly places: Tensor | null;
}

function seatsOf(names: readonly string[], all: readonly string[], device: Device): Seats {
  const count = all.length;
  const isInOrder = names.length === count && names.every((name, i) => name === all[i]);
  if (isInOrder) return { count, places: null };
  const places = constant(names.map((name) => all.indexOf(name)), { dtype: "int64", device });
  return { count, places };
}

/** Rows that some teachers have, in any order, as rows of all, with 0 for the others. */
function spread(rows: Tensor, { count, places }: Seats): Tensor {
  if (places === null) return rows;
  return rows.newZeros([count, ...rows.shape.slice(1)]).indexCopy_(0, places, rows);
}
