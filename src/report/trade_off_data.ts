/**
 * What a report shows of what is gained at which cost, as plain data.
 *
 * @module
 */

/** Models by what they cost and how good they are, each with its name beside it. */
export interface TradeOffBlock {
  /** Which block this is. */
  kind: "tradeOff";
  /** What the picture shows. */
  title: string;
  /** What runs along the horizontal axis, which is logarithmic: `"ms an image"`. */
  x: string;
  /** What runs along the vertical axis, in percent: `"accuracy"`. */
  y: string;
  /** The groups, by color and shape. */
  series: readonly TradeOffSeries[];
  /** A remark under it: the numbers, for those who cannot see the picture. */
  note?: string;
}

/** Some of the models of a {@linkcode TradeOffBlock}. */
export interface TradeOffSeries {
  /** The group's name in the legend. */
  name: string;
  /** The models. Costs that are not above 0 and shares that are not finite are left out. */
  points: readonly TradeOffPoint[];
  /** Whether the models are the ones to look at: larger, with names in bold (default false). */
  strong?: boolean;
}

/** One model of a {@linkcode TradeOffBlock}. */
export interface TradeOffPoint {
  /** The model's name. */
  name: string;
  /** What the model costs. */
  x: number;
  /** How good the model is, 0 to 1. */
  y: number;
}
