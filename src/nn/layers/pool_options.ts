/**
 * Options of pooling layers.
 *
 * @module
 */

import type { Pair } from "../pair.ts";
import type { Triple } from "../triple.ts";

/** Options of {@linkcode MaxPool1d}. */
export interface MaxPool1dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: number | null;
  /** What is added on both ends, at most half of what a window reaches over; 0 by default. */
  padding?: number;
  /** The distance between a window's elements; 1 by default. */
  dilation?: number;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
}

/** Options of {@linkcode MaxPool2d}. */
export interface MaxPool2dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: Pair | null;
  /** What is added on all sides, at most half of what a window reaches over; 0 by default. */
  padding?: Pair;
  /** The distance between a window's pixels; 1 by default. */
  dilation?: Pair;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
}

/** Options of {@linkcode MaxPool3d}. */
export interface MaxPool3dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: Triple | null;
  /** What is added on all sides, at most half of what a window reaches over; 0 by default. */
  padding?: Triple;
  /** The distance between a window's voxels; 1 by default. */
  dilation?: Triple;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
}

/** Options of {@linkcode AvgPool1d}. */
export interface AvgPool1dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: number | null;
  /** What is added on both ends, at most half of the kernel's size; 0 by default. */
  padding?: number;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
  /** Whether zeros that were added count; true by default. */
  countIncludePad?: boolean;
}

/** Options of {@linkcode AvgPool2d}. */
export interface AvgPool2dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: Pair | null;
  /** What is added on all sides, at most half of the kernel's size; 0 by default. */
  padding?: Pair;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
  /** Whether zeros that were added count; true by default. */
  countIncludePad?: boolean;
  /** What the sum of a window is divided by; the number of its pixels by default. */
  divisorOverride?: number | null;
}

/** Options of {@linkcode AvgPool3d}. */
export interface AvgPool3dOptions {
  /** The distance between windows; the kernel's size by default. */
  stride?: Triple | null;
  /** What is added on all sides, at most half of the kernel's size; 0 by default. */
  padding?: Triple;
  /** Whether a window may reach over the edge; false by default. */
  ceilMode?: boolean;
  /** Whether zeros that were added count; true by default. */
  countIncludePad?: boolean;
  /** What the sum of a window is divided by; the number of its voxels by default. */
  divisorOverride?: number | null;
}
