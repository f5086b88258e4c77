/**
 * Checkpoints: one safetensors file that holds everything a run needs to go on to the same numbers.
 *
 * @module
 */

import {
  ApprenticeError,
  ChecksumError,
  FileError,
  FormatError,
  ResumeError,
} from "../base/errors.ts";
import { makeFolder, removeTemporaries, temporaryName } from "../base/files.ts";
import type { OptimizerState, Schedule } from "../optim/mod.ts";
import { canonicalJson, parseSpec, type Spec } from "../base/spec.ts";
import { isNotAllowed } from "../base/regular_files.ts";
import * as torch from "../torch/mod.ts";
import type { Device, Tensor } from "../torch/mod.ts";
import type { BestState } from "./best.ts";
import type { Sums } from "./sums.ts";
import type { UpdateState } from "./update_state.ts";
import type { StepOptimizer, StepSchedule, Trainable } from "./stage.ts";
import type { MetricRecord } from "../report/metrics.ts";
import { devicesOf, getRandomStates, setRandomStates } from "../torch/random_states.ts";
import { settleDifferences } from "./resume.ts";
import type { ResumeDifferences } from "./resume_differences.ts";
import { groupOptions } from "./loop_spec.ts";
import { fromText, toText } from "./plain_text.ts";
import type { LoopParts, LoopSpec } from "./loop_parts.ts";

/** Where a run stands; all that is not a tensor. */
export interface Position {
  /** The epoch that is under way, from 0. */
  epoch: number;
  /** The batches of that epoch that are done. */
  batch: number;
  /** The steps done in all. */
  step: number;
  /** The steps done by each stage. */
  stageSteps: number[];
  /** The sums of losses since the last record. */
  sums: Sums;
  /** The sums of losses of the epoch under way, up to the last record. */
  epochSums: Sums;
  /** How long the epoch under way took so far. */
  seconds: number;
  /** The records of the epochs that are done. */
  epochs: MetricRecord[];
  /** What is known of the best epoch. */
  best?: BestState | null;
}

/** What a checkpoint saves and puts back. */
export interface CheckpointParts {
  /** What is trained. */
  method: Trainable;
  /** The optimizers of all stages. */
  optimizers: readonly StepOptimizer[];
  /** The stages, which must be the same when a run goes on. */
  stages: readonly {
    readonly name: string;
    readonly batches: { readonly length: number };
    readonly schedule?: StepSchedule;
  }[];
  /** Averages and scales, if there are any. */
  update?: { state(): UpdateState; restore(state: UpdateState): void };
  /** What decides the run, to be compared when it goes on; nothing is compared if absent. */
  spec?: LoopSpec;
  /** Where several processes train: which one this is, of how many. */
  share?: { readonly rank: number; readonly size: number };
  /** The random numbers' states of the other processes, by device and rank: `cpu/1`. */
  random?: ReadonlyMap<string, Tensor>;
}

/** How a checkpoint is compared with the run that goes on from it. */
export interface Comparison {
  /** The run. */
  run: LoopParts;
  /** What decides it. */
  spec: LoopSpec;
  /** What happens where it differs. */
  differences: ResumeDifferences;
}

const format = "apprentice-checkpoint";
/** Since version 2 with checksums, and since 3 with what decides the run as it is compared now. */
const version = "3";
const versions = ["1", "2", version];
const fields = [
  "format",
  "version",
  "position",
  "optimizers",
  "stages",
  "schedules",
  "spec",
  "update",
  "extra",
];

/**
 * Writes a checkpoint, to a temporary name first: a crash leaves the old one or the new one.
 *
 * @throws {FileError} if it cannot be written; the old one stays.
 */
export function saveCheckpoint(path: string, parts: CheckpointParts, position: Position): void {
  torch.scope(() => {
    const record: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(parts.method.stateDict())) {
      record[`method/${name}`] = tensor;
    }
    const optimizers = parts.optimizers.map((optimizer, i) => {
      const { tensors, scalars } = optimizer.stateDict();
      for (const [name, tensor] of Object.entries(tensors)) {
        record[`optimizer/${i}/${name}`] = tensor;
      }
      return { ...describe(optimizer), scalars };
    });
    for (const [device, state] of getRandomStates(devicesOf(Object.values(record)))) {
      record[`random/${device}`] = state;
    }
    for (const [place, state] of parts.random ?? []) record[`random/${place}`] = state;
    const update = parts.update?.state();
    for (const [name, tensor] of Object.entries(update?.average ?? {})) {
      record[`average/${name}`] = tensor;
    }
    const extra = parts.method.getExtraState?.();
    const metadata = {
      format,
      version,
      ...(extra && { extra: canonicalJson(extra) }),
      ...(update && { update: toText(update.scalars) }),
      position: toText(position),
      optimizers: toText(optimizers),
      stages: toText(describeStages(parts)),
      schedules: toText(parts.stages.map(({ schedule }) => schedule?.stateDict?.() ?? null)),
      ...(parts.spec && { spec: canonicalJson(parts.spec as unknown as Spec) }),
    };
    torch.saveSafetensors(path, record, metadata, { checksums: true });
  });
}

/**
 * Reads a checkpoint into the parts it was saved from. If it does not fit, they stay as they were.
 *
 * @param comparison The run, if it is to be compared with the one that the checkpoint is of.
 * @throws {FormatError} if the file is missing, not a checkpoint, or one of another method or of other optimizers.
 * @throws {ChecksumError} if it is damaged.
 * @throws {ResumeError} if it is of a run that something else decides.
 * @throws {FileError} if it cannot be read.
 */
export function loadCheckpoint(
  path: string,
  parts: CheckpointParts,
  comparison?: Comparison,
): Position {
  const metadata = readMetadata(path);
  if (metadata.format !== format || !versions.includes(metadata.version)) {
    throw new FormatError(
      `${path} is not a checkpoint of this version of the package (its format is ` +
        `${metadata.format ?? "not said"}, version ${metadata.version ?? "not said"}; wanted is ` +
        `${format}, version ${version}). Choose another file, or remove it to train anew.`,
    );
  }
  const unknown = Object.keys(metadata).filter((name) => !fields.includes(name));
  if (unknown.length > 0) {
    throw new ChecksumError(
      `${path} is damaged: its metadata has ${
        unknown.join(", ")
      }, which no checkpoint has. ${remedy}`,
    );
  }
  return torch.scope(() => {
    const record = readRecord(path);
    const under = (prefix: string): Record<string, Tensor> =>
      Object.fromEntries(
        Object.entries(record).filter(([name]) => name.startsWith(prefix))
          .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
      );
    const undo = snapshot(parts);
    try {
      const position = fromText(metadata.position, "position") as Position;
      const saved = fromText(metadata.optimizers, "optimizers") as SavedOptimizer[];
      const comparable = metadata.spec !== undefined && metadata.version === version;
      const spec = comparable ? readSpec(metadata.spec, "spec") as unknown as LoopSpec : undefined;
      sameStages(fromText(metadata.stages, "stages"), parts, position, spec, comparison);
      same(
        "optimizers",
        saved.map(({ kind, groups }) => ({ kind, groups })),
        parts.optimizers.map(describe),
      );
      const options = () =>
        new Map(parts.optimizers.map((optimizer) => [optimizer, groupOptions(optimizer)]));
      const given = options();
      parts.method.loadStateDict(under("method/"));
      if (metadata.extra !== undefined) {
        parts.method.setExtraState?.(readSpec(metadata.extra, "extra"));
      }
      parts.optimizers.forEach((optimizer, i) => {
        optimizer.loadStateDict({
          tensors: under(`optimizer/${i}/`),
          scalars: saved[i].scalars,
        });
      });
      // Rates that depend on more than the step, such as a plateau's, which earlier checkpoints did not hold.
      const schedules = fromText(metadata.schedules ?? "[]", "schedules") as ScheduleState[];
      parts.stages.forEach(({ schedule }, i) => {
        if (schedules[i]) schedule?.loadStateDict?.(schedules[i]);
      });
      if (spec !== undefined && comparison !== undefined) {
        const { run, spec: own, differences } = comparison;
        settleDifferences(path, spec, own, run, differences, given, options());
      }
      const scalars = fromText(metadata.update ?? "{}", "update") as UpdateState["scalars"];
      parts.update?.restore({ average: under("average/"), scalars });
      const tensors = [
        ...Object.values(parts.method.stateDict()),
        ...parts.optimizers.flatMap((optimizer) => Object.values(optimizer.stateDict().tensors)),
      ];
      const random = new Map<Device, Tensor>();
      for (const device of devicesOf(tensors)) {
        const state = record[`random/${device}`];
        if (state) random.set(device, state);
        else if (device === "cpu") throw new FormatError("it has no random/cpu");
      }
      if (parts.share !== undefined && parts.share.rank > 0) {
        takeOwnRandom(random, record, parts.share, position);
      }
      setRandomStates(random);
      return position;
    } catch (error) {
      undo();
      if (error instanceof ResumeError) throw error;
      if (!(error instanceof ApprenticeError || error instanceof TypeError)) throw error;
      throw new FormatError(
        `The checkpoint ${path} does not fit this run: ${error.message}\n` +
          `Go on with the same model, method, optimizer and data as it was made with; or remove it, ` +
          `or choose another file, to train anew.`,
        { cause: error },
      );
    }
  });
}

/**
 * Replaces the random numbers' states of rank 0 by those of another process. Where the checkpoint is of another number of
 * processes there are none for it: it then begins with others, which the step and its rank decide.
 */
function takeOwnRandom(
  random: Map<Device, Tensor>,
  record: Record<string, Tensor>,
  { rank, size }: { readonly rank: number; readonly size: number },
  { step }: Position,
): void {
  const kindOf = (device: Device) => device.split(":")[0];
  const isAsMany = record[`random/cpu/${size - 1}`] !== undefined &&
    record[`random/cpu/${size}`] === undefined;
  if (!isAsMany) torch.manualSeed(step * 0x10001 + rank);
  for (const device of random.keys()) {
    const own = isAsMany ? record[`random/${kindOf(device)}/${rank}`] : undefined;
    random.set(device, own ?? torch.getRngState(device));
  }
}

/**
 * Makes sure that a checkpoint can be written, before hours are spent on what could not be kept. Clears
 * away what a process that was killed left half written.
 *
 * @throws {FileError} if it cannot.
 */
export async function checkWritable(path: string): Promise<void> {
  const info = await stat(path);
  if (info !== undefined && !info.isFile) {
    throw new FileError(
      `The checkpoint ${path} is a ${info.isDirectory ? "folder" : "special file"}; ` +
        `give the name of a file.`,
    );
  }
  const probe = temporaryName(path);
  try {
    await makeFolder(path.replace(/[^/\\]*$/, "") || ".");
    await Deno.writeFile(probe, new Uint8Array(), { createNew: true });
    await Deno.remove(probe);
  } catch (cause) {
    if (isNotAllowed(cause)) throw cause;
    // What a folder could not be made for, without the advice that is given here.
    const root = cause instanceof FileError ? cause.cause : cause;
    const reason = root instanceof Error ? root.message : String(root);
    throw new FileError(
      `The checkpoint ${path} could not be written: ${reason}. Check its folder's permissions, or ` +
        `choose another place.`,
      { cause },
    );
  }
  removeTemporaries(path);
}

/**
 * Whether there is a checkpoint.
 *
 * @throws {FileError} if that cannot be told.
 */
export async function hasCheckpoint(path: string): Promise<boolean> {
  return await stat(path) !== undefined;
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    if (isNotAllowed(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    // What lies under a file does not exist either; writing there is refused with the reason.
    if (cause instanceof Deno.errors.NotFound || /os error 20\b/.test(reason)) return undefined;
    throw new FileError(
      `Cannot look for the checkpoint ${path}: ${reason}. Check its folder's permissions.`,
      { cause },
    );
  }
}

type ScheduleState = ReturnType<Schedule["stateDict"]> | null;
const remedy = "Go on from an earlier copy of the checkpoint, or remove it to train anew.";

function readMetadata(path: string): Record<string, string> {
  return forCheckpoint(() => torch.loadSafetensorsMetadata(path));
}

function readRecord(path: string): Record<string, Tensor> {
  return forCheckpoint(() => torch.loadSafetensors(path));
}

/** Says of a damaged file what can be done where it is a checkpoint. */
function forCheckpoint<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ChecksumError)) throw error;
    const what = error.message.replace(/ Take an earlier copy.*$/, "");
    throw new ChecksumError(`${what} ${remedy}`, { cause: error });
  }
}

function readSpec(text: string, name: string): Spec {
  try {
    return parseSpec(text);
  } catch (cause) {
    throw new FormatError(`its "${name}" cannot be read.`, { cause });
  }
}

/**
 * The stages must be the same by name, and an epoch that is under way as long as it was. Other lengths are one of the
 * differences that are listed, where the checkpoint has what decided its run.
 */
function sameStages(
  saved: unknown,
  parts: CheckpointParts,
  position: Position,
  spec: LoopSpec | undefined,
  comparison: Comparison | undefined,
): void {
  const own = describeStages(parts);
  const names = (stages: unknown) =>
    Array.isArray(stages) ? toText(stages.map((stage) => stage?.name)) : "none";
  const strict = spec === undefined || comparison === undefined ||
    (position.batch > 0 && comparison.differences === "new");
  if (strict || names(saved) !== names(own)) same("stages", saved, own);
}

interface SavedOptimizer {
  kind: string;
  groups: number[];
  scalars: Record<string, number>;
}

/** What must be the same of an optimizer for its state to fit. */
function describe(optimizer: StepOptimizer): Omit<SavedOptimizer, "scalars"> {
  return {
    kind: optimizer.constructor.name,
    groups: optimizer.paramGroups.map((group) => group.params.length),
  };
}

function describeStages({ stages }: CheckpointParts): { name: string; batches: number }[] {
  return stages.map(({ name, batches }) => ({ name, batches: batches.length }));
}

function same(what: string, saved: unknown, own: unknown): void {
  if (toText(saved) === toText(own)) return;
  throw new FormatError(`its ${what} are ${toText(saved)}, this run's ${toText(own)}.`);
}

/** The parts as they are now: call it to put that back. */
function snapshot(parts: CheckpointParts): () => void {
  const copy = (state: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(state).map(([name, tensor]) => [name, tensor.detach().clone()]),
    );
  const method = copy(parts.method.stateDict());
  const optimizers = parts.optimizers.map((optimizer): OptimizerState => {
    const { tensors, scalars } = optimizer.stateDict();
    return { tensors: copy(tensors), scalars };
  });
  return () => {
    parts.method.loadStateDict(method);
    parts.optimizers.forEach((optimizer, i) => optimizer.loadStateDict(optimizers[i]));
  };
}
