/**
 * What a report shows, as plain data: every method's report is a value of {@linkcode ReportData}.
 *
 * @module
 */

import type { ReliabilityBlock, ScatterBlock } from "./evaluation_data.ts";
import type { Table } from "./table.ts";
import type { TradeOffBlock } from "./trade_off_data.ts";

/** A whole report. */
export interface ReportData {
  /** The heading of the page. */
  title: string;
  /** A line under it: which data, which student. */
  subtitle?: string;
  /** What came out, in a sentence or two. */
  summary?: string;
  /** The few figures to see first. */
  highlights?: readonly Highlight[];
  /** What the reader came for, in order. */
  sections: readonly ReportSection[];
  /** Names and values of how the run was made: date, seeds, versions. */
  facts?: readonly (readonly [name: string, value: string | number])[];
  /** The config used, as plain data. Shown as a table and as JSON. */
  config?: unknown;
}

/** A figure set large at the top. */
export interface Highlight {
  /** What the figure is. */
  label: string;
  /** The figure as text: `"92.7%"`. */
  value: string;
  /** A remark under it: `"plain KD: 91.0%"`. */
  note?: string;
}

/** A part of a report under its own heading. */
export interface ReportSection {
  /** The heading. */
  heading: string;
  /** The section's name in the page, for links to it: small letters and `-`. */
  id?: string;
  /** A paragraph under it. */
  text?: string;
  /** What the section shows, in order. Charts that follow one another stand side by side. */
  blocks: readonly ReportBlock[];
}

/** One thing in a section. */
export type ReportBlock =
  | TextBlock
  | TableBlock
  | CurvesBlock
  | BarsBlock
  | HistogramBlock
  | HeatmapBlock
  | GalleryBlock
  | ConfusionBlock
  | ReliabilityBlock
  | ScatterBlock
  | TradeOffBlock;

/** A paragraph. */
export interface TextBlock {
  /** Which block this is. */
  kind: "text";
  /** The words, without markup. */
  text: string;
}

/** A table of results. */
export interface TableBlock {
  /** Which block this is. */
  kind: "table";
  /** The table, as it is printed on a terminal too. */
  table: Table;
}

/** Lines over steps or epochs. */
export interface CurvesBlock {
  /** Which block this is. */
  kind: "curves";
  /** What the chart shows. */
  title: string;
  /** What runs along the horizontal axis: `"step"`. */
  x: string;
  /** What runs along the vertical axis: `"loss"`. */
  y: string;
  /** The lines. Points that are not finite are left out. */
  series: readonly Curve[];
  /** Whether the values are fractions of 1, shown as percentages (default false). */
  percent?: boolean;
  /** Whether the vertical axis is logarithmic; values of 0 and less are left out (default false). */
  log?: boolean;
  /** Whether the horizontal axis is logarithmic, with ticks at powers of 2; points at 0 and less are left out (default false). */
  logX?: boolean;
  /** Averages this many neighboring points, with the raw line faint behind (default: as it is). */
  smooth?: number;
}

/** One line of a {@linkcode CurvesBlock}. */
export interface Curve {
  /** The name in the legend. */
  name: string;
  /** Pairs of x and y, x ascending. */
  points: readonly (readonly [x: number, y: number])[];
  /** What is shaded around the line: x and two bounds, x ascending. */
  band?: readonly (readonly [x: number, low: number, high: number])[];
}

/** Bars lying on their side, grouped by category. */
export interface BarsBlock {
  /** Which block this is. */
  kind: "bars";
  /** What the chart shows. */
  title: string;
  /** The groups, from the top. */
  categories: readonly string[];
  /** The bars of each group. `null` leaves a bar out. */
  series: readonly { name: string; values: readonly (number | null)[] }[];
  /** Whether the values are fractions of 1, shown as percentages of a full scale (default false). */
  percent?: boolean;
  /** Whether percentages are of the largest bar's scale in place of a full one: for small shares, and differences (default false). */
  fit?: boolean;
}

/** How often values fall into each of a row of bins. */
export interface HistogramBlock {
  /** Which block this is. */
  kind: "histogram";
  /** What the chart shows. */
  title: string;
  /** What runs along the horizontal axis. */
  x: string;
  /** What is counted: `"images"`. */
  y: string;
  /** The bins' bounds, ascending; one more than there are bins. */
  edges: readonly number[];
  /** How many values each bin holds. */
  counts: readonly number[];
  /** The bins' names (default: their bounds). */
  labels?: readonly string[];
}

/**
 * A table of numbers, colored by value: classes by models, teachers by teachers. Of more than 12 columns the headings are
 * turned, of more than 32 there are colors only.
 */
export interface HeatmapBlock {
  /** Which block this is. */
  kind: "heatmap";
  /** What the table shows. */
  title: string;
  /** The heading over the rows' names: `"class"`. */
  corner?: string;
  /** The columns' names. */
  columns: readonly string[];
  /** The rows' names. */
  rows: readonly string[];
  /** One list for each row with one value for each column; `null` where there is none. */
  values: readonly (readonly (number | null)[])[];
  /** Whether the values are fractions of 1, shown as percentages (default false). */
  percent?: boolean;
  /** Digits after the point (default: 1 of percentages, 3 of others). */
  digits?: number;
  /** The values at the two ends of the colors (default: the least and the largest there are). */
  range?: readonly [number, number];
  /** A remark under it. */
  note?: string;
}

/** Which classes are taken for which: a map of up to 30 classes, a table of the most confused pairs of more. */
export interface ConfusionBlock {
  /** Which block this is. */
  kind: "confusion";
  /** What the block shows: `"Confusion on the test images"`. */
  title: string;
  /** The names of the classes. */
  classes: readonly string[];
  /** For each class (rows) how many of its images were taken for which class (columns). */
  counts: readonly (readonly number[])[];
}

/**
 * Small images with a line under each. They are made smaller, and as the last resort left out, until those of a whole
 * report take about a megabyte.
 */
export interface GalleryBlock {
  /** Which block this is. */
  kind: "gallery";
  /** What the images show. */
  title: string;
  /** The images, in order. */
  images: readonly GalleryImage[];
}

/** An image as plain numbers. */
export interface GalleryPixels {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** 1 for gray, 3 for RGB. */
  channels: 1 | 3;
  /** The pixels row by row, channels together: width x height x channels values. */
  pixels: Uint8Array;
}

/** One image of a {@linkcode GalleryBlock}. */
export interface GalleryImage extends GalleryPixels {
  /** The line under it, which also stands for the image where it cannot be seen. */
  caption: string;
  /** More about it: names and values, `["true class", "cat"]`. */
  details?: readonly (readonly [name: string, value: string])[];
  /** Whether the image shows a success or a failure: a mark, a word and a color say so. */
  tone?: "good" | "bad";
}
