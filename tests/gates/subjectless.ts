/**
 * Docstrings whose first sentence has no subject of its own.
 *
 * @module
 */

/** A docstring and where it begins. */
export interface Docstring {
  /** The line that the docstring begins in, from 1. */
  readonly line: number;
  /** The first line of text. */
  readonly text: string;
}

const PRONOUN = "it|its|they|them|their|those|these";
const FAULT = new RegExp(
  `^(Of|It|Its|They|Them|Their|Those|These|(What|Whether|How|Where|When|Which|Why|Makes) (${PRONOUN}))\\b`,
);

/** The docstrings of a file that begin with "Of" or a pronoun, or ask what, how, whether of a pronoun. */
export function subjectless(source: string): Docstring[] {
  const found: Docstring[] = [];
  for (const match of source.matchAll(/^[ \t]*\/\*\*(?:[ \t]*\n[ \t]*\*)?[ \t]*(.*)$/gm)) {
    const text = match[1].replace(/\s*\*\/$/, "");
    if (FAULT.test(text)) {
      found.push({ line: source.slice(0, match.index).split("\n").length, text });
    }
  }
  return found;
}
