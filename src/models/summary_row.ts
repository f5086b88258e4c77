/**
 * One line of a summary.
 *
 * @module
 */

/** A module of a model, in the order of the tree. */
export interface SummaryRow {
  /** The dotted name of the module; "" for the model. */
  readonly name: string;
  /** The module's class. */
  readonly type: string;
  /** How far below the model the module is. */
  readonly depth: number;
  /** The shape of what the module returned last; null if its forward was not called. */
  readonly output: readonly number[] | null;
  /** Values of the parameters in the module and below; a shared one counts where it comes first. */
  readonly params: number;
  /** Multiply-adds in the module and below. */
  readonly flops: number;
  /** Values that the counted operators gave in the module and below. */
  readonly activations: number;
}
