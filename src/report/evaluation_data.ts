/**
 * What a report shows of an evaluation, as plain data.
 *
 * @module
 */

/** Images whose confidences lie next to each other, as `evaluation.Calibration` has them. */
export interface ReliabilityBin {
  /** The bound below. */
  readonly from: number;
  /** The bound above. */
  readonly to: number;
  /** How many images there are. */
  readonly count: number;
  /** The mean of their confidences, 0 to 1. */
  readonly confidence: number;
  /** Which share of them is right, 0 to 1. */
  readonly accuracy: number;
}

/** How often a model is right beside how sure it is: a bar of each bin, and the mean confidence as a line. */
export interface ReliabilityBlock {
  /** Which block this is. */
  kind: "reliability";
  /** What the chart shows. */
  title: string;
  /** The bins, in the order of confidences. Those without images have a place and no bar. */
  bins: readonly ReliabilityBin[];
  /** A remark under it: the errors in numbers. */
  note?: string;
}

/** Points in the plane, whose places mean something only beside each other: a picture of features. */
export interface ScatterBlock {
  /** Which block this is. */
  kind: "scatter";
  /** What the picture shows. */
  title: string;
  /** The groups, each with a color and a shape of its own. Points that are not finite are left out. */
  series: readonly { name: string; points: readonly (readonly [x: number, y: number])[] }[];
  /** A remark under it: what there is to be seen, for those who cannot. */
  note?: string;
}
