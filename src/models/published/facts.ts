/**
 * What timm says of its architectures and their weights.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "../imagenet.ts";
import { CLIP_MEAN, CLIP_STD } from "../parts/clip_statistics.ts";
import type { WeightsFacts } from "../weights_facts.ts";
import table from "./timm.json" with { type: "json" };

/** What the table has of one file of weights; what it leaves out is as usual. */
interface WeightsRow {
  readonly size: number;
  readonly statistics?: string;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly crop?: number;
  readonly cropMode?: string;
  readonly interpolation?: string;
  readonly classes?: number;
  readonly fixed?: boolean;
  readonly license?: string;
  readonly hub?: string | null;
}

/** What the table has of one architecture. */
interface Row {
  /** The width of the features. */
  readonly width: number;
  /** Channels and reduction of each stage. */
  readonly stages: readonly (readonly [dim: number, reduction: number])[];
  /** The side of a patch, where all stages are of patches. */
  readonly patch?: number;
  /** By their tags; the first is what the name alone means. Without published weights there is one without a tag. */
  readonly weights: Readonly<Record<string, WeightsRow>>;
}

type Three = readonly [number, number, number];

const STATISTICS: Readonly<Record<string, readonly [mean: Three, std: Three]>> = {
  imagenet: [IMAGENET_MEAN, IMAGENET_STD],
  half: [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
  clip: [CLIP_MEAN, CLIP_STD],
  none: [[0, 0, 0], [1, 1, 1]],
};

const rows = table as unknown as Readonly<Record<string, Row>>;

/** What timm says of an architecture. */
export interface ArchitectureFacts {
  /** The width of the features. */
  readonly featureDim: number;
  /** Channels of each stage. */
  readonly stageDims: readonly number[];
  /** Pixels of the image between neighbours of each stage's map. */
  readonly stageReductions: readonly number[];
  /** The side of a patch; null where stages differ. */
  readonly patchSize: number | null;
  /** The tags of the published weights; the first is what the name alone means. */
  readonly tags: readonly string[];
}

/**
 * What timm says of an architecture.
 *
 * @throws {ArgumentError} if the table has no such name.
 */
export function architectureFacts(name: string): ArchitectureFacts {
  const { width, stages, patch, weights } = rowOf(name);
  return {
    featureDim: width,
    stageDims: stages.map(([dim]) => dim),
    stageReductions: stages.map(([, reduction]) => reduction),
    patchSize: patch ?? null,
    tags: Object.keys(weights).filter((tag) => tag !== ""),
  };
}

/** What the weights of a tag expect of images, and more; whether images of another size need other parameters. */
export interface TaggedFacts extends WeightsFacts {
  /** Whether the size of the images decides parameters. */
  readonly isFixedSize: boolean;
}

/**
 * What timm says of the weights of a tag; without one of those that the name alone means.
 *
 * @throws {ArgumentError} if there is no such tag; the message lists those that there are.
 */
export function weightsFacts(name: string, tag?: string): TaggedFacts {
  const { weights } = rowOf(name);
  const [first] = Object.keys(weights);
  const wanted = tag ?? first;
  if (!Object.hasOwn(weights, wanted)) {
    const known = Object.keys(weights).filter((one) => one !== "");
    throw new ArgumentError(
      known.length === 0
        ? `${name} has no published weights, and so no tag "${tag}"; leave it out.`
        : `${name} has no weights with the tag "${tag}". The nearest are ${
          nearest(wanted, known).map((one) => `${name}.${one}`).join(", ")
        }.`,
    );
  }
  const row = weights[wanted];
  const [mean, std] = row.mean
    ? [row.mean as Three, row.std as Three]
    : STATISTICS[row.statistics ?? "imagenet"];
  return {
    tag: wanted === "" ? null : wanted,
    inputSize: row.size,
    mean,
    std,
    interpolation: row.interpolation === "bilinear" ? "bilinear" : "bicubic",
    cropFraction: row.crop ?? 0.875,
    cropMode: row.cropMode === "squash" || row.cropMode === "border" ? row.cropMode : "center",
    numClasses: row.classes ?? 1000,
    license: row.license ?? null,
    hub: row.hub === undefined && wanted !== "" ? `timm/${name}.${wanted}` : row.hub ?? null,
    isFixedSize: row.fixed ?? false,
  };
}

function rowOf(name: string): Row {
  if (Object.hasOwn(rows, name)) return rows[name];
  throw new ArgumentError(`Nothing is known of timm's "${name}".`);
}
