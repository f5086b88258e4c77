/**
 * The embeddings of classes that are texts.
 *
 * @module
 */

/** The embeddings of classes that are texts. They are plain numbers, which nobody needs to dispose of. */
export interface TextEmbeddings {
  /** The width of an embedding, E. */
  readonly embedDim: number;
  /** The number of classes, C. */
  readonly numClasses: number;
  /** A column for each class, (E, C), row by row. */
  readonly values: Float32Array;
  /** The names of the classes, or null if they are not known. */
  readonly classNames: readonly string[] | null;
  /** The texts of each class, or null if they are not known. */
  readonly texts: readonly (readonly string[])[] | null;
  /** What cosines are multiplied with, or null if it is not known. */
  readonly logitScale: number | null;
  /**
   * What stands for them: for those that were made here of texts, vocabulary and tower, so that another processor's
   * rounding makes no others of them; else of the numbers.
   */
  readonly fingerprint: string;
}
