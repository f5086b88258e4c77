/**
 * What a machine has to compute with, and how many processes it is worth.
 *
 * @module
 */

import { readEnv } from "../base/read_env.ts";
import { locate } from "../../ffi/locate.ts";
import { ArgumentError } from "../base/errors.ts";
import { inspectCuda } from "../setup/cuda.ts";

/** What there is to compute with. */
export interface Processors {
  /** Processor cores that this process may use; two threads of one core count once. */
  readonly cores: number;
  /** Graphics cards that libtorch may use. */
  readonly gpus: number;
}

/** How many processes to start. */
export interface ProcessCount {
  /** The number. */
  readonly count: number;
  /** Why that many, where nobody said a number, or what is wrong with the number; null if there is nothing to say. */
  readonly note: string | null;
}

/** Looks at this machine without loading libtorch. */
export async function processors(): Promise<Processors> {
  return { cores: coresOf(cpuInfo(), navigator.hardwareConcurrency), gpus: await countGpus() };
}

/**
 * Counts cores.
 *
 * @param cpuInfo The text of `/proc/cpuinfo`, which tells which threads share a core; empty where there is none.
 * @param allowed How many threads this process may run at once.
 */
export function coresOf(cpuInfo: string, allowed: number): number {
  const cores = new Set<string>();
  for (const block of cpuInfo.split(/\n\s*\n/)) {
    const value = (name: string) => block.match(new RegExp(`^${name}\\s*: (\\d+)$`, "m"))?.[1];
    const core = value("core id");
    if (core !== undefined) cores.add(`${value("physical id")} ${core}`);
  }
  return Math.max(1, cores.size === 0 ? allowed : Math.min(cores.size, allowed));
}

/**
 * Decides how many processes there are to be, as torchrun's `--nproc-per-node` does: a number, `gpu`, `cpu`, or `auto`:
 * one for each GPU, or without one, for each core.
 *
 * @throws {ArgumentError} If it is none of these, or there is no GPU where one was asked for.
 */
export function processCount(asked: string, { cores, gpus }: Processors): ProcessCount {
  if (/^\d+$/.test(asked) && Number(asked) >= 1) return checked(Number(asked), cores, gpus);
  if (asked === "gpu" && gpus === 0) {
    throw new ArgumentError(
      "launch: there is no GPU that libtorch can use here (`apprentice doctor` says why); give a number of processes.",
    );
  }
  if (asked === "gpu" || (asked === "auto" && gpus > 0)) {
    return { count: gpus, note: `${counted(gpus, "process", "es")}, one for each GPU` };
  }
  if (asked !== "cpu" && asked !== "auto") {
    throw new ArgumentError(
      `launch: the number of processes is "${asked}"; give a number from 1, auto, gpu or cpu.`,
    );
  }
  const why = asked === "auto" ? "no GPU: " : "";
  return {
    count: cores,
    note: `${why}${counted(cores, "process", "es")}, one for each core; ` +
      "each has its own copy of student and teachers in memory, so fewer (-n) may be better",
  };
}

function checked(count: number, cores: number, gpus: number): ProcessCount {
  if (gpus > 0 && count > gpus) {
    return {
      count,
      note: `warning: ${count} processes share ${counted(gpus, "GPU")}; NCCL refuses two on one, ` +
        "so this works on the processor or with the backend gloo only",
    };
  }
  if (gpus === 0 && count > cores) {
    return {
      count,
      note: `warning: ${count} processes share ${counted(cores, "core")}, which is slower than ` +
        `-n ${cores}`,
    };
  }
  return { count, note: null };
}

function counted(count: number, what: string, ending = "s"): string {
  return `${count} ${what}${count === 1 ? "" : ending}`;
}

function cpuInfo(): string {
  try {
    return Deno.readTextFileSync("/proc/cpuinfo");
  } catch {
    return ""; // Another system than Linux.
  }
}

async function countGpus(): Promise<number> {
  const { libtorch } = locate();
  if (libtorch?.variant === "cpu") return 0;
  const { cards } = await inspectCuda(libtorch, undefined, readEnv);
  return visibleOf(cards.length, Deno.env.get("CUDA_VISIBLE_DEVICES"));
}

/** Counts the cards that `CUDA_VISIBLE_DEVICES` leaves: those before the first that there is not. */
export function visibleOf(cards: number, visible: string | undefined): number {
  if (visible === undefined) return cards;
  const named = visible.split(",").map((name) => name.trim());
  const known = (name: string) => /^(GPU|MIG)-/.test(name) || /^\d+$/.test(name) && +name < cards;
  const end = named.findIndex((name) => !known(name));
  return cards === 0 ? 0 : end < 0 ? named.length : end;
}
