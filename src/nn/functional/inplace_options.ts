/**
 * Whether a function writes over its input.
 *
 * @module
 */

/** Options of activations and dropouts that can write over their input. */
export interface InplaceOptions {
  /** Whether the result is written over the input, which is then returned; false by default. */
  inplace?: boolean;
}
