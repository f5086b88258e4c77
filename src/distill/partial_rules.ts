/**
 * What becomes of teachers that know parts of the classes.
 *
 * @module
 */

/** What the teachers who know some classes only do in a vote: see `voteLogits`. */
export const PARTIAL_RULES: readonly ["literal", "concatenated", "abstain"] = [
  "literal",
  "concatenated",
  "abstain",
];

/** What the teachers who know some classes only do in a vote: see `voteLogits`. */
export type PartialRule = typeof PARTIAL_RULES[number];
