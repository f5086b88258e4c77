/**
 * The design space of RegNets.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { makeDivisible, roundToEven } from "./parts/divisible.ts";
import { checkCounts, checkFactors } from "./parts/size_checks.ts";

/** The numbers that a RegNet's widths and depths come from (Radosavovic et al. 2020, equations 2 to 4). */
export interface RegNetDesign {
  /** d: blocks in all. */
  readonly depth: number;
  /** w0: channels of the first block. */
  readonly initial: number;
  /** wa: by how many channels every block is wider than the one before, before they are rounded. */
  readonly slope: number;
  /** wm: by how much widths are multiplied from stage to stage. */
  readonly factor: number;
  /** g: channels of each group of a 3x3 convolution. */
  readonly groupWidth: number;
  /** By how much a block is wider inside; 1 by default. */
  readonly bottleneck?: number;
  /** Whether widths are made multiples of groups as torchvision does, not below nine tenths; false by default. */
  readonly atLeast?: boolean;
}

/** One stage. */
export interface RegNetStage {
  /** Blocks. */
  readonly depth: number;
  /** Channels that come out. */
  readonly width: number;
  /** Channels inside a block. */
  readonly inner: number;
  /** Groups of the 3x3 convolution. */
  readonly groups: number;
}

/**
 * The stages of a design: the width of a block grows linearly and is rounded to the nearest power of the factor, then to
 * a multiple of 8; blocks of the same width are a stage.
 *
 * @throws {ArgumentError} if a number cannot be used.
 */
export function regNetStages(design: RegNetDesign): RegNetStage[] {
  const { depth, initial, slope, factor, groupWidth, bottleneck = 1, atLeast = false } = design;
  checkCounts("RegNet", { depth, initial, groupWidth });
  checkFactors("RegNet", { factor, bottleneck });
  if (!(slope >= 0 && slope <= 2 ** 16) || factor <= 1) {
    throw new ArgumentError(
      `RegNet: slope must be at least 0 and factor above 1, got ${slope} and ${factor}.`,
    );
  }
  const widths = Array.from({ length: depth }, (_, i) => {
    const power = roundToEven(Math.log((initial + slope * i) / initial) / Math.log(factor));
    return 8 * roundToEven(initial * factor ** power / 8);
  });
  return [...Map.groupBy(widths, (width) => width)].map(([width, blocks]) => {
    const wanted = Math.floor(width * bottleneck);
    const group = Math.min(groupWidth, wanted);
    const inner = atLeast ? makeDivisible(wanted, group) : group * roundToEven(wanted / group);
    const out = Math.floor(inner / bottleneck);
    const within = roundToEven(out * bottleneck);
    return { depth: blocks.length, width: out, inner: within, groups: Math.floor(within / group) };
  });
}
