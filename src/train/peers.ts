/**
 * The processes that train one student together.
 *
 * @module
 */

import { ArgumentError, DistributedError } from "../base/errors.ts";
import { differencesOf, fingerprint, type Spec, specText } from "../base/spec.ts";
import { peers } from "../nn/sharers.ts";
import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";
import {
  allGather,
  allGatherObject,
  allReduce,
  barrier,
  broadcast,
  broadcastObject,
  type ProcessGroup,
  Reducer,
} from "../torch/distributed/mod.ts";
import { getRandomStates } from "../torch/random_states.ts";
import type { AnyStage } from "./loop_parts.ts";
import { fromText, toText } from "./plain_text.ts";
import type { Batches } from "./stage.ts";
import type { Sums } from "./sums.ts";

/** How many differences between processes a message lists. */
const LISTED = 8;

/**
 * What the training loop does with the other processes of its group, each of which trains on a share of every batch: all make
 * the same calls. Where a process works alone, nothing is asked of anybody.
 */
export class Peers implements Disposable {
  readonly #group: ProcessGroup | null;
  readonly #reducers: Map<number, Reducer> = new Map();

  /** Takes those of the current group, if there is one. */
  constructor(group: ProcessGroup | null = peers()) {
    this.#group = group;
  }

  /** Whether there are several processes. */
  get areSeveral(): boolean {
    return this.#group !== null;
  }

  /** This process's number. */
  get rank(): number {
    return this.#group?.rank ?? 0;
  }

  /** Which process this is, of how many; undefined for one alone. */
  get share(): { readonly rank: number; readonly size: number } | undefined {
    return this.#group ?? undefined;
  }

  /** Whether this process writes files and shows progress. */
  get leads(): boolean {
    return this.rank === 0;
  }

  /**
   * The stages with this process's share of their batches.
   *
   * @throws {ArgumentError} if batches cannot be shared.
   */
  shareStages(stages: readonly AnyStage[]): readonly AnyStage[] {
    const group = this.#group;
    if (group === null) return stages;
    const { rank, size } = group;
    // Stages that have one loader go on having one.
    const shared = new Map<unknown, Batches<Disposable>>();
    return stages.map((stage) => {
      const { batches, name } = stage;
      if (batches.share === undefined) {
        throw new ArgumentError(
          `${size} processes train together, and the batches of "${name}" cannot be shared: give a data.Loader, or ` +
            "batches that have share({ rank, size }).",
        );
      }
      const own = shared.get(batches) ?? batches.share({ rank, size });
      shared.set(batches, own);
      return { ...stage, batches: own };
    });
  }

  /** The seed of what is random in this process alone, such as dropout: each has its own. */
  seedOf(seed: number): number {
    return (seed + this.rank * 0x9e3779b1) % Number.MAX_SAFE_INTEGER;
  }

  /**
   * Makes sure that all processes are about the same.
   *
   * @throws {DistributedError} if one is about something else, naming it and in what.
   */
  checkSame(spec: Spec): void {
    const group = this.#group;
    if (group === null) return;
    const prints = allGatherObject(fingerprint(spec), { group });
    const other = prints.findIndex((print) => print !== prints[0]);
    if (other < 0) return;
    const [first, second] = allGatherObject(
      [0, other].includes(group.rank) ? toText(spec) : null,
      { group },
    ).flatMap((text) => text === null ? [] : [fromText(text, "spec") as Spec]);
    const found = differencesOf(first, second);
    const list = found.slice(0, LISTED).map(({ path, before, now }) =>
      `\n  ${path}: ${specText(before)} at rank 0, ${specText(now)} at rank ${other}`
    );
    const more = found.length > LISTED ? `\n  and ${found.length - LISTED} more` : "";
    throw new DistributedError(
      `Rank ${other} would train something else than rank 0:${
        list.join("")
      }${more}\nStart all processes with the same recipe, ` +
        "the same data and the same teachers.",
      other,
    );
  }

  /**
   * Makes sure that all processes see the checkpoint that one sees, or none does.
   *
   * @throws {DistributedError} naming who does not see it.
   */
  checkSeen(path: string, isThere: boolean): void {
    const group = this.#group;
    if (group === null) return;
    const seen = allGatherObject(isThere, { group });
    const other = seen.findIndex((found) => found !== seen[0]);
    if (other < 0) return;
    const [has, lacks] = seen[0] ? [0, other] : [other, 0];
    throw new DistributedError(
      `Rank ${has} sees the checkpoint ${path}, and rank ${lacks} does not: processes that go on with a run share its folder. ` +
        "Give a path on a file system that all machines have.",
      lacks,
    );
  }

  /** Gives all processes the tensors that rank 0 has. */
  alike(tensors: Iterable<Tensor>): void {
    const group = this.#group;
    if (group === null) return;
    for (const tensor of tensors) broadcast(tensor, { group });
  }

  /** The record that rank 0 has, in all processes. */
  same<T>(value: T): T {
    if (this.#group === null) return value;
    const text = broadcastObject(toText(value ?? null), { group: this.#group });
    return fromText(text, "record") as T;
  }

  /**
   * What rank 0 gets by its work, in all processes: the others wait for as long as it takes.
   *
   * @param work Of rank 0 alone; its result can be written as JSON.
   */
  async led<T>(work: () => T | Promise<T>): Promise<T> {
    const group = this.#group;
    if (group === null) return await work();
    if (group.rank > 0) group.awaitLeader();
    const value = group.rank === 0 ? await work() : null;
    if (group.rank === 0) group.lead();
    return this.same(value as T);
  }

  /** Whether something is so in any process. */
  any(flag: boolean): boolean {
    const group = this.#group;
    if (group === null) return flag;
    return torch.scope(() =>
      allReduce(torch.tensor([flag ? 1 : 0], { dtype: "uint8" }), { op: "max", group }).item() > 0
    );
  }

  /** The means over processes of sums that each has of its share. */
  meanOf(sums: Sums): Sums {
    const group = this.#group;
    const names = Object.keys(sums);
    if (group === null || names.length === 0) return sums;
    const means = torch.scope(() => {
      const own = torch.tensor(names.map((name) => sums[name][0]), { dtype: "float64" });
      return allReduce(own, { op: "avg", group }).data() as Float64Array;
    });
    return Object.fromEntries(names.map((name, i) => [name, [means[i], sums[name][1]] as const]));
  }

  /**
   * Has the backward of a loss, which comes next, make the gradients their mean over all processes.
   *
   * @param place The stage, by its place.
   * @param parameters What it trains.
   */
  reduce(place: number, parameters: readonly Tensor[], loss: Tensor): void {
    const group = this.#group;
    if (group === null) return;
    let reducer = this.#reducers.get(place);
    if (reducer === undefined) {
      const learning = [...new Set(parameters)].filter(({ requiresGrad }) => requiresGrad);
      if (learning.length === 0) return;
      reducer = new Reducer(learning, { group });
      this.#reducers.set(place, reducer);
    }
    reducer.prepareForBackward(loss);
  }

  /** The random numbers' states of the other processes, rank 1's first, for rank 0 to keep; belong to the open scope. */
  randomStates(devices: readonly Device[]): ReadonlyMap<string, Tensor> {
    const group = this.#group;
    const all = new Map<string, Tensor>();
    if (group === null) return all;
    for (const [device, state] of getRandomStates(devices)) {
      const kind = device.split(":")[0];
      const states = allGather(state.unsqueeze(0), { group });
      for (let rank = 1; rank < group.size; rank++) {
        all.set(`${kind}/${rank}`, states.select(0, rank).contiguous());
      }
    }
    return all;
  }

  /** Waits until all processes have come here: what one of them wrote is then there for all. */
  meet(): void {
    if (this.#group !== null) barrier({ group: this.#group });
  }

  /** The error that says who is to blame, for one that came out of working together. */
  explain(error: unknown): unknown {
    return error instanceof DistributedError && this.#group !== null && error.rank === null
      ? this.#group.explain(error)
      : error;
  }

  /** Leaves the parameters alone. */
  [Symbol.dispose](): void {
    for (const reducer of this.#reducers.values()) reducer.dispose();
    this.#reducers.clear();
  }
}
