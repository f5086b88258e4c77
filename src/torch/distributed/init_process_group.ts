/**
 * How processes find each other.
 *
 * @module
 */

import { check, context, native, open, readText } from "../../../ffi/native.ts";
import { ArgumentError, DistributedError } from "../../base/errors.ts";
import { readEnv } from "../../base/read_env.ts";
import { type ProcessEnvironment, readEnvironment } from "./environment.ts";
import { introduce, type Introduction, type Peer, peerOf } from "./peer.ts";
import { ProcessGroup } from "./process_group.ts";
import { hasCard, useCards } from "./cards.ts";
import { Store, type StorePlace } from "./store.ts";

/** Where processes meet, who this one is, and how long they wait for each other. */
export interface ProcessGroupOptions {
  /**
   * What carries the tensors: `"gloo"` those of the CPU; `"cpu:gloo,cuda:nccl"`, or `"nccl"`, those of GPUs by NCCL, too,
   * which is the default where each process has a GPU. It then has the card of its local rank as its current device.
   */
  backend?: "gloo" | "nccl" | "cpu:gloo,cuda:nccl";
  /**
   * `"env://"`, the default: where the variables `MASTER_ADDR` and `MASTER_PORT` say. `"tcp://host:port"`: there, served by
   * rank 0. `"file:///path"`: in a file, which is not there yet, of a folder that all share.
   */
  initMethod?: string;
  /** This process's number, from 0; the variable `RANK` by default. */
  rank?: number;
  /** How many processes there are; the variable `WORLD_SIZE` by default. */
  worldSize?: number;
  /**
   * How many seconds to wait for any of the others, when they meet and whenever they work together; the variable
   * `APPRENTICE_TIMEOUT`, or 600, by default.
   */
  timeout?: number;
}

/** Each group of a process has keys of its own. */
let opened = 0;

/**
 * Joins the processes that were started together, and waits until all are there. Calls such as `allReduce` then work in this
 * group. All processes make the same calls in the same order.
 *
 * @throws {DistributedError} if another one does not come in time, two say that they are the same one, the port is in use, or
 * they are of other versions, or NCCL is asked for and this process has no card.
 * @throws {ArgumentError} if it is not said who this process is, or there is a group already.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * using _group = torch.distributed.initProcessGroup({
 *   initMethod: "tcp://127.0.0.1:29517",
 *   rank: 0,
 *   worldSize: 1,
 * });
 * using sum = torch.ones([2]);
 * torch.distributed.allReduce(sum); // the sum over all processes
 * ```
 */
export function initProcessGroup(options: ProcessGroupOptions = {}): ProcessGroup {
  if (ProcessGroup.current !== undefined) {
    throw new ArgumentError(
      "There is a process group already: dispose of it, or use it, before the next.",
    );
  }
  const timeout = options.timeout ?? Number(readEnv("APPRENTICE_TIMEOUT") ?? 600);
  if (!(timeout > 0 && timeout <= 1e6)) {
    throw new ArgumentError(`timeout is a number of seconds above 0, got ${timeout}.`);
  }
  const { rank, size, localRank, place, prefix, network, host } = placeOf(options, timeout);
  open();
  const card = hasCard(options.backend, rank, localRank);
  const store = new Store(place).under(prefix);
  let peers: Peer[] = [];
  try {
    store.set(`card/${rank}`, card ? "yes" : "no");
    const introductions = meet(store, rank, size, timeout);
    const all = introductions.map((_, i) => store.get(`card/${i}`, timeout) === "yes");
    const nccl = useCards(options.backend, all, localRank);
    peers = introductions.map((introduction, i) => peerOf(i, introduction));
    const who = { rank, size, localRank, timeout };
    const group = new ProcessGroup({ ...who, store, peers, network, host, nccl });
    ProcessGroup.setCurrent(group);
    return group;
  } catch (error) {
    store.dispose();
    const isKnown = !(error instanceof DistributedError) || error.rank !== null;
    throw isKnown ? error : lost(store, peers, error);
  }
}

/** The error for a connection that broke before all were connected. */
function lost({ where }: Store, peers: readonly Peer[], cause: DistributedError): DistributedError {
  const gone = peers.find((peer) => peer.isGone());
  // Before the others are known, the store alone is asked, which rank 0 serves.
  const rank = gone?.rank ?? (peers.length === 0 ? 0 : null);
  const who = rank === null ? "A process" : `Rank ${rank}`;
  const reason = cause.message.split("\n")[0].replace(/\.$/, "");
  return new DistributedError(
    `${who} was gone from ${where}, where the processes meet, before all were connected (${reason}). What it printed last ` +
      "may say why; start all anew.",
    rank,
    { cause },
  );
}

interface Place {
  rank: number;
  size: number;
  localRank: number;
  place: StorePlace;
  /** What the group's keys begin with. */
  prefix: string;
  network: string;
  host: string;
}

function placeOf(options: ProcessGroupOptions, timeout: number): Place {
  const { initMethod = "env://" } = options;
  const network = readEnv("GLOO_SOCKET_IFNAME") ?? "";
  const number = opened++;
  if (initMethod === "env://") {
    const env = environmentOf(options);
    const { rank, worldSize: size, localRank } = env;
    const place: StorePlace = {
      at: { host: env.host, port: env.port },
      serve: rank === 0 && !env.served,
      size,
      timeout,
    };
    const prefix = `apprentice/${env.attempt}/${number}`;
    return { rank, size, localRank, place, prefix, network, host: hostFor(env.host, network) };
  }
  const { rank, size } = numbersOf(options);
  const prefix = `apprentice/${number}`;
  const shared = { size, timeout };
  const localRank = Number(readEnv("LOCAL_RANK") ?? 0) || 0;
  const tcp = /^tcp:\/\/(.+):(\d+)$/.exec(initMethod);
  if (tcp !== null) {
    const host = tcp[1].replace(/^\[(.*)\]$/, "$1");
    const place = { at: { host, port: Number(tcp[2]) }, serve: rank === 0, ...shared };
    return { rank, size, localRank, place, prefix, network, host: hostFor(host, network) };
  }
  if (!/^file:\/\/.+/.test(initMethod)) {
    throw new ArgumentError(
      `initMethod is "env://", "tcp://host:port" or "file:///path", got "${initMethod}".`,
    );
  }
  const file = decodeURIComponent(initMethod.slice("file://".length));
  return { rank, size, localRank, place: { at: { file }, ...shared }, prefix, network, host: "" };
}

/** What the environment says, but for what is given. */
function environmentOf({ rank, worldSize }: ProcessGroupOptions): ProcessEnvironment {
  const given: Record<string, string | undefined> = {
    RANK: rank?.toString(),
    WORLD_SIZE: worldSize?.toString(),
  };
  return readEnvironment((name) => given[name] ?? readEnv(name));
}

/** Who this process is, where the environment does not say it. */
function numbersOf({ rank, worldSize }: ProcessGroupOptions): { rank: number; size: number } {
  const isSize = worldSize !== undefined && Number.isSafeInteger(worldSize) && worldSize >= 1;
  const isRank = rank !== undefined && Number.isSafeInteger(rank) && rank >= 0;
  if (isSize && isRank && rank < worldSize) return { rank, size: worldSize };
  throw new ArgumentError(
    `Without "env://", rank and worldSize are given, as whole numbers, the rank from 0 and below worldSize; got rank ${rank} ` +
      `and worldSize ${worldSize}.`,
  );
}

/** Where all are on one machine, others find this process there, whatever the machine is called. */
function hostFor(host: string, network: string): string {
  return network === "" && /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host) ? "127.0.0.1" : "";
}

/** Waits until all are there, and looks whether they fit together. */
function meet(store: Store, rank: number, size: number, timeout: number): Introduction[] {
  const same = store.add(`taken/${rank}`, 1);
  if (same > 1) {
    throw new DistributedError(
      `${same} processes say that they are rank ${rank} at ${store.where}: give each a RANK of its own, and each run a ` +
        "MASTER_PORT, or a file, of its own.",
      rank,
    );
  }
  store.set(`here/${rank}`, introduce(libtorchVersion()));
  const end = performance.now() + 1000 * timeout;
  const texts = Array.from(
    { length: size },
    (_, other) => store.get(`here/${other}`, Math.max(0, (end - performance.now()) / 1000)),
  );
  const missing = texts.flatMap((text, other) => text === undefined ? [other] : []);
  if (missing.length > 0) {
    store.set(`told/${rank}`, "");
    // Who serves the store stays until the others have looked, too.
    for (let other = 0; store.serves && other < size; other++) {
      if (!missing.includes(other)) store.get(`told/${other}`, 2);
    }
    const many = missing.length > 1;
    throw new DistributedError(
      `Rank${many ? "s" : ""} ${
        missing.join(", ")
      } of ${size} did not come to ${store.where} within ${timeout} s. Start ` +
        `${many ? "them" : "it"} with the same MASTER_ADDR, MASTER_PORT and WORLD_SIZE; what ${
          many ? "they" : "it"
        } printed ` +
        "may say what stopped it.",
      missing[0],
    );
  }
  const introductions = texts.map((text) => JSON.parse(text!) as Introduction);
  introductions.forEach((introduction, other) =>
    checkVersions(introductions[0], introduction, other)
  );
  return introductions;
}

function checkVersions(first: Introduction, other: Introduction, rank: number): void {
  for (const what of ["apprentice", "libtorch"] as const) {
    if (first[what] === other[what]) continue;
    throw new DistributedError(
      `Rank ${rank} runs ${what} ${other[what]}, rank 0 ${
        first[what]
      }: processes that work together are of one version. ` +
        "Install the same one everywhere.",
      rank,
    );
  }
}

/** The version of libtorch, without how it was built: a card's and a processor's may work together. */
function libtorchVersion(): string {
  const { libtorch } = JSON.parse(readText(check(native.ap_build_info(context))));
  return String(libtorch).replace(/\+.*/, "");
}
