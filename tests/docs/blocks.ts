/**
 * The code blocks of a page of the guide.
 *
 * @module
 */

/** One block between two fences. */
export interface Block {
  /** What the fence calls it: `ts`, `sh`, `json`, `text`. */
  readonly language: string;
  /** What else stands beside that: the name of the file that the block is, or `fails`. */
  readonly note: string;
  /** What is between the fences, with a line break at its end. */
  readonly code: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
}

/** All blocks of a page in Markdown, in their order; those of lists are moved to the left. */
export function blocksOf(page: string): Block[] {
  const found: Block[] = [];
  const fences = /^( *)```([^\n]*)\n([^]*?)^\1```$/gm;
  for (const { 1: indent, 2: info, 3: code, index } of page.matchAll(fences)) {
    const [language, ...notes] = info.trim().split(/\s+/);
    found.push({
      language,
      note: notes.join(" "),
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      line: page.slice(0, index).split("\n").length,
    });
  }
  return found;
}
