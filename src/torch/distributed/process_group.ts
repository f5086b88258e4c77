/**
 * Processes that work together.
 *
 * @module
 */

import {
  check,
  context,
  frame,
  native,
  readText,
  releaseOne,
  writeText,
} from "../../../ffi/native.ts";
import { DistributedError } from "../../base/errors.ts";
import { HANDLE } from "../handle.ts";
import { blame } from "./blame.ts";
import { awaitAll, type Peer } from "./peer.ts";
import type { Store } from "./store.ts";

/** What a {@linkcode ProcessGroup} is made of. @ignore */
export interface GroupParts {
  /** The process's number. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** The number among those of its machine. */
  readonly localRank: number;
  /** How many seconds a process waits for another. */
  readonly timeout: number;
  /** Where the processes leave each other texts. */
  readonly store: Store;
  /** Every process of the group, by rank. */
  readonly peers: readonly Peer[];
  /** The interface of the network to use, or empty. */
  readonly network: string;
  /** The host that others find this process by, or empty. */
  readonly host: string;
  /** Whether NCCL carries CUDA tensors. */
  readonly nccl: boolean;
}

let current: ProcessGroup | undefined;

/** Processes that make the same calls in the same order, and so share tensors; see {@linkcode initProcessGroup}. */
export class ProcessGroup implements Disposable {
  /** This process's number in the group, from 0. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** This process's number among those of its machine, from 0. */
  readonly localRank: number;
  /** What carries the tensors: Gloo those of the CPU, NCCL those of GPUs. */
  readonly backend: "gloo" | "cpu:gloo,cuda:nccl";
  /** How many seconds a process waits for another. */
  readonly timeout: number;
  /** Where the processes leave each other texts. */
  readonly store: Store;
  /** The native handle. @ignore */
  readonly [HANDLE]: number;
  /** By which c10d's operators know it. @ignore */
  readonly name: string;
  readonly #peers: readonly Peer[];
  readonly #users = new Set<Disposable>();
  /** How often others have waited for rank 0. */
  #led = 0;
  #blamed: DistributedError | undefined;
  #open = true;

  /** Use {@linkcode initProcessGroup}. @ignore */
  constructor(parts: GroupParts) {
    const { rank, size, localRank, timeout, store, peers, network, host, nccl } = parts;
    this.rank = rank;
    this.size = size;
    this.localRank = localRank;
    this.timeout = timeout;
    this.store = store;
    this.backend = nccl ? "cpu:gloo,cuda:nccl" : "gloo";
    this.#peers = peers;
    [frame[0], frame[1], frame[2], frame[3]] = [store[HANDLE], rank, size, timeout];
    [store.prefix, network, host].reduce(
      (at, text, i) => at + (frame[4 + i] = writeText(text, at)),
      0,
    );
    frame[7] = nccl ? 1 : 0;
    this.name = readText(check(native.ap_group_open(context)));
    this[HANDLE] = frame[0];
    check(native.ap_scope_keep(context, this[HANDLE]));
  }

  /** The group that calls are made in where none is given; undefined if there is none. */
  static get current(): ProcessGroup | undefined {
    return current;
  }

  /** Makes a group, or none, the one that calls are made in. @ignore */
  static setCurrent(group: ProcessGroup | undefined): void {
    current = group;
  }

  /** Whether the group can be worked in: nobody has left it, nothing has failed. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Has `user` disposed of when the group ends, because it holds the group's connections. @ignore */
  holds(user: Disposable): Disposable {
    this.#users.add(user);
    return { [Symbol.dispose]: () => void this.#users.delete(user) };
  }

  /**
   * Makes the error that says who is to blame for one that came out of working together: a process that is gone, that
   * failed, or that did not answer in time. The group cannot be worked in afterwards.
   *
   * @param error What was thrown.
   */
  explain(error: unknown): DistributedError {
    if (this.#blamed === undefined) {
      // The others learn by it that something is wrong: they wait for this process.
      this.#abort();
      this.#disconnect();
      this.#blamed = blame(error, this, this.#peers);
    }
    return this.#blamed;
  }

  /**
   * Tells the others that this process has failed, before it ends: they throw an error that says so, instead of
   * waiting.
   *
   * @param error Why.
   */
  fail(error: unknown): void {
    if (this.#blamed !== undefined || !this.#open) return;
    const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
    try {
      this.store.set(`failed/${this.rank}`, `${name ? `${name}: ` : ""}${message}`.slice(0, 4000));
      this.store.set(`told/${this.rank}`, "");
      this.#abort();
      this.#disconnect();
      this.#linger(Math.min(this.timeout, 30));
    } catch {
      // What failed first is what its user has to know.
    }
  }

  /** Tells the others, who wait in {@linkcode ProcessGroup.awaitLeader}, to go on. Rank 0 does. @ignore */
  lead(): void {
    this.store.set(`led/${this.#led++}`, "");
  }

  /**
   * Waits for rank 0, however long it takes: only its end or its failure ends the waiting. @ignore
   *
   * @throws {DistributedError} if it is gone or failed.
   */
  awaitLeader(): void {
    const key = `led/${this.#led++}`;
    try {
      while (this.store.get(key, 0.5) === undefined) {
        if (!this.#peers[0].isGone() && this.store.get("failed/0") === undefined) continue;
        throw new DistributedError("Rank 0 left.");
      }
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Waits until the others know, where they learn it from this process: at most so many seconds. @ignore */
  #linger(seconds: number): void {
    if (!this.store.serves) return;
    awaitAll(this.#peers.filter(({ rank }) => rank !== this.rank), this.store, "told", seconds);
  }

  /** Ends what the cards still wait for: to leave the group would wait for them. */
  #abort(): void {
    if (this.#open) native.ap_group_abort(context, this[HANDLE]);
  }

  #disconnect(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const user of this.#users) user[Symbol.dispose]();
    this.#users.clear();
    releaseOne(context, this[HANDLE]);
    if (current === this) current = undefined;
  }

  /** Ends it: waits for the others to come to the same point, and lets go of the connections. */
  dispose(): void {
    if (this.#open) {
      try {
        this.store.set(`left/${this.rank}`, "");
        // Who serves the store leaves last.
        if (this.store.serves) awaitAll(this.#peers, this.store, "left", this.timeout);
      } catch {
        // The others are gone before, which is as good.
      }
      this.#disconnect();
    }
    this.store.dispose();
  }

  /** Same as {@linkcode ProcessGroup.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
