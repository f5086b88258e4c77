/**
 * How images are chosen from a data set, and how several data sets become one.
 *
 * @module
 */

import type { ImageReadOptions } from "../images/read_options.ts";

/** How `ofClasses` numbers the classes that it keeps. */
export interface OfClassesOptions {
  /** Numbers the classes left anew from 0, in their old order; else the label space stays as it is. */
  relabel?: boolean;
  /** The new name. */
  name?: string;
}

/** How `mislabelled` chooses images and labels. */
export interface MislabelOptions {
  /** The seed of the choice; 0 by default. */
  seed?: number;
  /**
   * Which class a wrong label names: any other one, each as likely (the default), or the next one in order, so that whoever
   * learns them is wrong in the same way about all images of a class.
   */
  to?: "random" | "next";
}

/** How `corrupted` changes images. */
export interface CorruptedOptions {
  /** How much of it, from 1 to 5; 3 by default. */
  severity?: number;
  /** The seed of what is random; 0 by default. */
  seed?: number;
}

/** How `coarse` names what it makes. */
export interface CoarseOptions {
  /** The new name. */
  name?: string;
}

/** How `split` chooses. */
export interface SplitOptions {
  /** The seed of the choice; 0 by default. */
  seed?: number;
}

/** How `unlabelled` orders the images. */
export interface UnlabelledOptions {
  /** Puts the images in random order (the default), so that places tell nothing. */
  shuffle?: boolean;
  /** The seed of the order; 0 by default. */
  seed?: number;
}

/** How `joinDatasets` and `concatenateDatasets` name the data set of several. */
export interface TogetherOptions {
  /** The new data set's name; the names joined by " + " by default. */
  name?: string;
}

/** How `joinDatasets` and `concatenateDatasets` put images in memory together. */
export interface JoinOptions extends TogetherOptions {
  /** Resizes all images to this size (rows and columns, or one number for both). */
  size?: number | readonly [height: number, width: number];
  /** Makes all images gray (1) or colored (3). */
  channels?: 1 | 3;
}

/**
 * How `joinDatasets` and `concatenateDatasets` put image files together: an option of reading counts for all files, in
 * place of what the data sets had, which is necessary where these differ.
 */
export interface JoinFilesOptions extends TogetherOptions, ImageReadOptions {}
