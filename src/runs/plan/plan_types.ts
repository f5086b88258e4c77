/**
 * What a plan is made of, and what it says.
 *
 * @module
 */

import type { MapSize, StoredDType } from "../../teachers/store/types.ts";
import type { ComputeDType, GpuName } from "./gpus.ts";
import type { Simulated } from "./simulate.ts";

/** What decides the cost of asking a network. */
export interface PlannedNetwork {
  /** The network's name in tables. */
  readonly name: string;
  /** The architecture. */
  readonly architecture: string;
  /** The side of the images that it sees. */
  readonly side: number;
  /** Values of all parameters. */
  readonly params: number;
  /** Multiply-adds of one image. */
  readonly multiplyAdds: number;
}

/** What decides the cost of a teacher. */
export interface PlannedTeacher extends PlannedNetwork {
  /** The width of its features. */
  readonly featureDim: number;
  /** The number of classes whose logits are kept; null for none. */
  readonly numClasses: number | null;
  /** The size of its patches. */
  readonly patches: MapSize | null;
}

/** The machines of a plan. */
export interface PlanMachines {
  /** How many cards; 1 by default. */
  gpus?: number;
  /** Which; `"a100"` by default. */
  gpu?: GpuName;
  /** What the teachers compute in; float32 by default, as `fill` does. */
  compute?: ComputeDType;
  /** The part of the card's peak that is reached, from 0 to 1; 0.35 by default. */
  efficiency?: number;
  /** Images a second on one card that were measured, by architecture. The others are planned at the part of the peak that these reach. */
  measured?: Readonly<Record<string, number>>;
  /** How many images a second are read and decoded for each card; 2000 by default. */
  decode?: number;
  /** How many bytes a second of the store are read for each card; 10^9 by default. */
  read?: number;
  /** How often a machine fails, per hour; 0 by default. */
  failures?: number;
}

/** What is planned. */
export interface PlanWork {
  /** Who is asked. */
  readonly teachers: readonly PlannedTeacher[];
  /** Who learns; null for nobody. */
  readonly student: PlannedNetwork | null;
  /** How many images. */
  readonly images: number;
  /** How many variants of each are stored. */
  readonly views: number;
  /** How numbers are stored. */
  readonly dtype: StoredDType;
  /** Whether patches are stored. */
  readonly patches: boolean;
  /** Passes of the student over the images. */
  readonly epochs: number;
  /** What the student computes in. */
  readonly studentCompute: ComputeDType;
}

/** The cost of one teacher. */
export interface TeacherPlan extends PlannedTeacher {
  /** The bytes of a row: an image in a variant. */
  readonly rowBytes: number;
  /** All bytes in the store. */
  readonly bytes: number;
  /** Images a second on one card. */
  readonly imagesPerSecond: number;
  /** Hours on one card, for all images and variants. */
  readonly gpuHours: number;
}

/** What another choice would cost. */
export interface PlanChoice {
  /** The choice in words. */
  readonly title: string;
  /** Bytes in the store. */
  readonly bytes: number;
  /** Hours until the store is full. */
  readonly hours: number;
  /** Whether the store keeps such rows. */
  readonly offered: boolean;
}

/** A plan for filling a store. */
export interface StorePlan {
  /** What is planned. */
  readonly work: Omit<PlanWork, "teachers">;
  /** On what. */
  readonly machines: Required<PlanMachines>;
  /** By teachers, in their order. */
  readonly teachers: readonly TeacherPlan[];
  /** All bytes in the store. */
  readonly bytes: number;
  /** Hours of cards, of all together. */
  readonly gpuHours: number;
  /** Hours until the store is full: of the share that takes longest. */
  readonly hours: number;
  /** How much longer the longest share takes than the mean one, from 0. */
  readonly imbalance: number;
  /** The bytes of all teachers' weights in float32, and of the largest. */
  readonly weights: { readonly all: number; readonly largest: number };
  /** Whether the teachers work in turn, because all together do not fit on the card. */
  readonly inTurn: boolean;
  /** Hours of all cards for one epoch in which teachers are asked live. */
  readonly liveHoursPerEpoch: number;
  /** Hours of all cards in which one epoch's rows are read. */
  readonly readHoursPerEpoch: number;
  /** After how many epochs having stored costs less than asking live; Infinity for never. */
  readonly breakEvenEpochs: number;
  /** Hours of all cards that the student learns from the store; null without one. */
  readonly studentHours: number | null;
  /** What other choices would cost. */
  readonly choices: readonly PlanChoice[];
  /** How the filling goes where machines fail; null where none does. */
  readonly simulated: Simulated | null;
}
