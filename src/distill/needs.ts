/**
 * What a method asks for.
 *
 * @module
 */

/** What a method asks for. */
export interface Needs {
  /**
   * Which images: with labels, without, labelled ones and, where there are any, others without (`"some labelled"`), both
   * kinds in every batch, or whatever there is (`"any"`).
   */
  readonly images: "labelled" | "unlabelled" | "some labelled" | "both" | "any";
  /** How many teachers at least; 1 by default. */
  readonly teachers?: number;
  /** How many teachers at most; any number by default. */
  readonly mostTeachers?: number;
  /** How many of them at least have to vote on classes; 0 by default. */
  readonly voters?: number;
  /** Whether only those who vote are asked; false by default. */
  readonly onlyVoters?: boolean;
  /** Whether the student has to have features and a head; true by default. */
  readonly classifier?: boolean;
  /** Whether the maps are wanted that the student's stages end with; false by default. A student without stages is refused. */
  readonly stages?: boolean;
  /** Whether the patches are wanted of those teachers that have some; false by default. */
  readonly patches?: boolean;
}
