/**
 * What filling a store costs, and what it saves.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import {
  chooseShardImages,
  rowBytes,
  shardBytes,
  shardPlaces,
  shardRange,
} from "../../teachers/store/layout.ts";
import { sharesOf } from "../../teachers/store/shares.ts";
import type { EntrySizes, StoredDType } from "../../teachers/store/types.ts";
import { choicesOf } from "./choices.ts";
import { EFFICIENCY, gpuOf } from "./gpu_of.ts";
import type {
  PlanMachines,
  PlannedTeacher,
  PlanWork,
  StorePlan,
  TeacherPlan,
} from "./plan_types.ts";
import { simulateFill } from "./simulate.ts";
import { speedOf } from "./speed.ts";

/** Operations of a training step for each multiply-add of a forward pass: forward, and backward to inputs and to weights. */
const STEP = 3;
/** The part of a card's memory that weights may take; the rest is for images and maps. */
const ROOM = 0.8;

/**
 * Plans the filling of a store: bytes and hours of each teacher, of all, and of other choices; when to store at all. With N
 * images, V variants, A_t multiply-adds and r_t bytes of a row of teacher t, and G cards of peak P at the efficiency e:
 *
 *     bytes = Σ_t N V r_t,    hours = Σ_t N V max(2 A_t / (P e), 1 / decode) / (3600 G)
 *
 * Decoding goes on beside the card; teachers that fit on it together see the same decoded images. Shares are cut as `fill` cuts
 * them, so that the hours are those of the longest.
 *
 * @throws {ArgumentError} if a number cannot be meant.
 */
export function planStore(work: PlanWork, machines: PlanMachines = {}): StorePlan {
  const on = filledIn(machines);
  checkWork(work);
  const { images, views, epochs, student, studentCompute } = work;
  const speed = speedOf(work.teachers, on);
  const teachers = work.teachers.map((teacher): TeacherPlan => {
    const sizes = sizesOf(work, teacher);
    const imagesPerSecond = speed(teacher, on.compute);
    return {
      ...teacher,
      rowBytes: rowBytes(sizes),
      bytes: shardBytes(sizes, shardPlaces(sizes)),
      imagesPerSecond,
      gpuHours: images * views / imagesPerSecond / 3600,
    };
  });
  const weights = weightsOf(teachers);
  const inTurn = weights.all > ROOM * gpuOf(on.gpu).gigabytes * 1e9;
  const shares = piecesOf(work, teachers, on, inTurn);
  const hoursOf = shares.map((pieces) => pieces.reduce((sum, piece) => sum + piece, 0));
  const gpuHours = hoursOf.reduce((sum, hours) => sum + hours, 0);
  const hours = Math.max(...hoursOf);
  const live = inTurn
    ? sum(teachers, ({ imagesPerSecond }) => images / Math.min(imagesPerSecond, on.decode))
    : Math.max(
      sum(teachers, ({ imagesPerSecond }) => images / imagesPerSecond),
      images / on.decode,
    );
  const liveHoursPerEpoch = live / 3600 / on.gpus;
  const readHoursPerEpoch = images * sum(teachers, (one) => one.rowBytes) / on.read / 3600 /
    on.gpus;
  const saved = liveHoursPerEpoch - readHoursPerEpoch;
  const studentRate = student === null ? null : speed(student, studentCompute) / STEP;
  const { teachers: _, ...rest } = work;
  return {
    work: rest,
    machines: on,
    teachers,
    bytes: sum(teachers, ({ bytes }) => bytes),
    gpuHours,
    hours,
    imbalance: hours / (gpuHours / on.gpus) - 1,
    weights,
    inTurn,
    liveHoursPerEpoch,
    readHoursPerEpoch,
    breakEvenEpochs: saved > 0 ? hours / saved : Infinity,
    studentHours: studentRate === null ? null : epochs * Math.max(
      images / Math.min(studentRate, on.decode) / 3600 / on.gpus,
      readHoursPerEpoch,
    ),
    choices: choicesOf(work, hours, sizesOf),
    simulated: on.failures === 0 ? null : simulateFill({ shares, failures: on.failures }),
  };
}

function filledIn(given: PlanMachines): Required<PlanMachines> {
  const on = {
    gpus: 1,
    gpu: "a100",
    compute: "float32",
    efficiency: EFFICIENCY,
    measured: {},
    decode: 2000,
    read: 1e9,
    failures: 0,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  } as Required<PlanMachines>;
  const { teraflops } = gpuOf(on.gpu);
  if (!Object.hasOwn(teraflops, on.compute)) {
    throw new ArgumentError(
      `Teachers compute in ${Object.keys(teraflops).join(", ")}; got ${
        JSON.stringify(on.compute)
      }.`,
    );
  }
  if (!Number.isSafeInteger(on.gpus) || on.gpus < 1 || on.gpus > 10_000) {
    throw new ArgumentError(`A plan is for 1 to 10000 cards, got ${on.gpus}.`);
  }
  if (!(on.efficiency > 0 && on.efficiency <= 1)) {
    throw new ArgumentError(
      `The efficiency is a part of the peak, above 0 and at most 1; got ${on.efficiency}.`,
    );
  }
  for (const [name, value] of Object.entries({ decode: on.decode, read: on.read })) {
    if (!(value > 0)) throw new ArgumentError(`${name} is a number above 0, got ${value}.`);
  }
  return on;
}

function checkWork({ teachers, images, views, epochs, dtype }: PlanWork): void {
  if (teachers.length === 0) throw new ArgumentError("There is no teacher to plan for.");
  for (const [name, value, most] of [["images", images, 1e10], ["views", views, 1000]] as const) {
    if (Number.isSafeInteger(value) && value >= 1 && value <= most) continue;
    throw new ArgumentError(`${name} is a whole number from 1 to ${most}, got ${value}.`);
  }
  if (!(epochs >= 0)) throw new ArgumentError(`epochs is a number of at least 0, got ${epochs}.`);
  if (dtype !== "float16" && dtype !== "float32") {
    throw new ArgumentError(
      `The store's dtype is "float16" or "float32", got ${JSON.stringify(dtype)}.`,
    );
  }
}

/** How the entry of a teacher is cut. */
function sizesOf(
  work: Pick<PlanWork, "images" | "views" | "patches">,
  { featureDim, numClasses, patches }: PlannedTeacher,
  dtype: StoredDType = (work as PlanWork).dtype,
): EntrySizes {
  const sizes = {
    images: work.images,
    variants: work.views,
    featureDim,
    numClasses,
    dtype,
    ...(work.patches && patches !== null && { patches }),
  };
  return { ...sizes, shardImages: chooseShardImages(sizes) };
}

function weightsOf(teachers: readonly PlannedTeacher[]): StorePlan["weights"] {
  const bytes = teachers.map(({ params }) => 4 * params);
  return { all: bytes.reduce((all, one) => all + one, 0), largest: Math.max(...bytes) };
}

/** For each card the hours of the pieces of its share. */
function piecesOf(
  work: PlanWork,
  teachers: readonly TeacherPlan[],
  { gpus, decode }: Required<PlanMachines>,
  inTurn: boolean,
): number[][] {
  const sizes = teachers.map((teacher) => sizesOf(work, teacher));
  return sharesOf(sizes, gpus).map((share) => {
    const pieces = share.flatMap((places, i) =>
      places.map((place) => {
        const { begin, end } = shardRange(sizes[i], place.shard);
        const { imagesPerSecond } = teachers[i];
        return (end - begin) / (inTurn ? Math.min(imagesPerSecond, decode) : imagesPerSecond) /
          3600;
      })
    );
    if (inTurn) return pieces;
    // Images are decoded once for all teachers: where that takes longer, the card waits.
    const busy = pieces.reduce((sum, hours) => sum + hours, 0);
    const waits = Math.max(1, imagesIn(share, sizes) / decode / 3600 / Math.max(busy, 1e-300));
    return pieces.map((hours) => hours * waits);
  });
}

/** How many images and variants a share has, each counted once. */
function imagesIn(
  share: readonly { variant: number; shard: number }[][],
  sizes: readonly EntrySizes[],
): number {
  const most = share.map((places, i) =>
    places.reduce((sum, { shard }) => {
      const { begin, end } = shardRange(sizes[i], shard);
      return sum + end - begin;
    }, 0)
  );
  return Math.max(0, ...most);
}

function sum<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((all, one) => all + of(one), 0);
}
