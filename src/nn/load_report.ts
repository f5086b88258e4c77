/**
 * What became of the entries of a state dict.
 *
 * @module
 */

/** What {@linkcode loadStateDict} passed over. */
export interface LoadReport {
  /** Keys that the module has and the state dict lacks. */
  missing: string[];
  /** Keys that the state dict has and the module lacks. */
  unexpected: string[];
}
