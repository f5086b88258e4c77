/**
 * Looks at the source code in a TorchScript file before libtorch's parser does. That parser calls itself for every
 * bracket, operator and line without code, and takes about a kilobyte for every word: what is nested deeply ends the
 * process, what is long takes all memory. The printer of TorchScript breaks its lines up and comes nowhere near the
 * bounds here.
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";

/** Brackets, blocks and operators that may lie within each other; libtorch's stack is good for some thousands. */
const mostNested = 600;
/** What a bracket or a block counts for: the parser and the compiler go through several functions for one. */
const nestingWeight = 4;
/** Lines without code in a row. */
const mostEmptyLines = 500;
/** Items of one list, tuple or call: to compile them takes time by their square. */
const mostItems = 2 ** 15;
/** Words of all code of a file, whatever its size. */
export const mostWords: number = 2 ** 21;

const TAB = 9, NEWLINE = 10, FEED = 12, RETURN = 13, SPACE = 32;
const HASH = 35, DOUBLE = 34, SINGLE = 39, BACKSLASH = 92, COMMA = 44, COLON = 58;

function isOpening(byte: number): boolean {
  return byte === 40 || byte === 91 || byte === 123;
}

function isClosing(byte: number): boolean {
  return byte === 41 || byte === 93 || byte === 125;
}

/** Letters, digits, `_`, and whatever is beyond ASCII. */
function isWord(byte: number): boolean {
  return byte >= 128 || byte === 95 || (byte >= 48 && byte <= 57) ||
    ((byte | 32) >= 97 && (byte | 32) <= 122);
}

/** An open bracket, or the statement around all brackets. */
interface Level {
  /** Words and signs since the last comma. */
  chain: number;
  /** Commas. */
  items: number;
}

/** Where a class, function or method begins. */
export interface DefinitionStart {
  /** The place of its first byte. */
  readonly at: number;
  /** How far it is indented. */
  readonly indent: number;
  /** How deep its code is nested at most, up to the next definition. */
  nested: number;
}

/**
 * Checks source code, or the text of a type.
 *
 * @param code Its bytes.
 * @param bad Throws the error for code that no sound program has.
 * @param definitions Takes the beginnings of what the code defines, in order.
 * @returns The number of its words and signs.
 */
export function checkCode(
  code: Uint8Array,
  bad: Bad,
  definitions: DefinitionStart[] = [],
): number {
  let words = 0;
  let emptyLines = 0;
  /** The indentations of the blocks that are open, and how many `elif` each has had in a row. */
  const blocks = [{ indent: 0, branches: 0 }];
  let levels: Level[] = [{ chain: 0, items: 0 }];
  let blockWeight = 0;
  let chainWeight = 0;

  const weigh = (): void => {
    const definition = definitions.at(-1);
    if (definition !== undefined) {
      definition.nested = Math.max(definition.nested, blockWeight + chainWeight);
    }
    if (blockWeight + chainWeight > mostNested) {
      bad(
        "its code is nested more deeply, or has longer expressions, than any program that was exported",
      );
    }
  };
  const word = (count = 1): void => {
    words += count;
    levels[levels.length - 1].chain += count;
    chainWeight += count;
    weigh();
  };
  const startStatement = (at: number, indent: number): void => {
    levels = [{ chain: 0, items: 0 }];
    chainWeight = 0;
    while (blocks.length > 1 && blocks[blocks.length - 1].indent > indent) blocks.pop();
    if (blocks[blocks.length - 1].indent < indent) blocks.push({ indent, branches: 0 });
    if (startsWith(code, at, "class") || startsWith(code, at, "def")) {
      definitions.push({ at, indent, nested: 0 });
    }
    const block = blocks[blocks.length - 1];
    if (startsWith(code, at, "elif")) block.branches++;
    else if (!startsWith(code, at, "else")) block.branches = 0;
    blockWeight = 0;
    for (const { branches } of blocks) blockWeight += nestingWeight * (1 + branches);
    weigh();
  };

  let atLineStart = true;
  let lineHasCode = false;
  for (let at = 0; at < code.length;) {
    const byte = code[at];
    if (byte === NEWLINE) {
      emptyLines = lineHasCode ? 0 : emptyLines + 1;
      if (emptyLines > mostEmptyLines) {
        bad(`its code has more than ${mostEmptyLines} lines without code in a row`);
      }
      lineHasCode = false;
      atLineStart = levels.length === 1;
      at++;
      continue;
    }
    if (atLineStart) {
      let indent = 0;
      while (code[at + indent] === SPACE || code[at + indent] === TAB) indent++;
      at += indent;
      atLineStart = false;
      const first = code[at];
      if (first !== undefined && first !== NEWLINE && first !== HASH && first !== RETURN) {
        startStatement(at, indent);
      }
      continue;
    }
    if (byte === SPACE || byte === TAB || byte === RETURN || byte === FEED) {
      at++;
      continue;
    }
    if (byte === HASH && !isTypeComment(code, at)) {
      while (at < code.length && code[at] !== NEWLINE) at++;
      continue;
    }
    if (byte === BACKSLASH) {
      // The statement goes on in the next line.
      word();
      at += code[at + 1] === RETURN ? 3 : 2;
      continue;
    }
    lineHasCode = true;
    if (byte === DOUBLE || byte === SINGLE) {
      word();
      at = endOfString(code, at);
    } else if (isOpening(byte)) {
      word();
      levels.push({ chain: nestingWeight, items: 0 });
      chainWeight += nestingWeight;
      weigh();
      at++;
    } else if (isClosing(byte)) {
      words++;
      if (levels.length > 1) chainWeight -= levels.pop()!.chain;
      at++;
    } else if (byte === COMMA) {
      words++;
      const level = levels[levels.length - 1];
      const floor = levels.length > 1 ? nestingWeight : 0;
      chainWeight -= level.chain - floor;
      level.chain = floor;
      if (++level.items > mostItems) {
        bad(`its code has a list of more than ${mostItems} items`);
      }
      at++;
    } else if (isWord(byte)) {
      word();
      while (at < code.length && isWord(code[at])) at++;
    } else {
      word();
      at++;
    }
    if (words > mostWords) bad(`its code has more than ${mostWords} words`);
  }
  return words;
}

/**
 * Whether a comment is one that libtorch reads, the types of a function: spelled so and in no other way. In any other
 * comment a quote begins no string, behind which code could hide.
 */
function isTypeComment(code: Uint8Array, at: number): boolean {
  return code[at + 1] === SPACE && startsWith(code, at + 2, "type") && code[at + 6] === COLON;
}

function startsWith(code: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (code[at + i] !== word.charCodeAt(i)) return false;
  return !isWord(code[at + word.length] ?? SPACE);
}

/** The place after the string that begins at `at`: where its quote, or three of them, come again, or the line's end. */
function endOfString(code: Uint8Array, at: number): number {
  const quote = code[at];
  const long = code[at + 1] === quote && code[at + 2] === quote;
  let next = at + (long ? 3 : 1);
  for (; next < code.length; next++) {
    if (code[next] === BACKSLASH) next++;
    else if (long) {
      if (code[next] === quote && code[next + 1] === quote && code[next + 2] === quote) {
        return next + 3;
      }
    } else if (code[next] === quote) return next + 1;
    else if (code[next] === NEWLINE) return next;
  }
  return code.length;
}
