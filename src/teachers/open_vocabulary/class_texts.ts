/**
 * Classes in words.
 *
 * @module
 */

/** A class in words. */
export interface ClassText {
  /** The name of the class. */
  readonly name: string;
  /** What the class is called in texts: one, or several. */
  readonly texts: string | readonly string[];
}

/**
 * Classes in words: a list, in which a text is the name of its class, too; or for each name one text or several. The
 * classes come in this order, but for names that are whole numbers: an object has those first, a list of `{ name, texts }`
 * where they stand.
 */
export type ClassTexts =
  | readonly (string | ClassText)[]
  | Readonly<Record<string, string | readonly string[]>>;
