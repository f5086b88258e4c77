/**
 * What CLIP's tokens are.
 *
 * @module
 */

import { quote } from "../../archive/file_reader.ts";
import { FormatError } from "../../base/errors.ts";
import { byteLetters } from "./byte_letters.ts";

/** The tokens of a CLIP and how pairs of them are joined. */
export interface ClipVocabulary {
  /** The numbers of the tokens. */
  readonly ids: ReadonlyMap<string, number>;
  /** Pairs of tokens that become one, the first to be joined first. */
  readonly merges: readonly (readonly [string, string])[];
  /** The number of the token that a text begins with. */
  readonly start: number;
  /** The number of the token that a text ends with: the largest. */
  readonly end: number;
}

/** What the end of a word is marked with. */
export const WORD_END = "</w>";

/** What the first and the last token are called: by OpenAI and transformers, by OpenCLIP. */
const SPECIAL = [
  ["<|startoftext|>", "<|endoftext|>"],
  ["<start_of_text>", "<end_of_text>"],
] as const;

/** How many merges CLIP uses of the list that OpenAI publishes, which goes on. */
const CLIP_MERGES = 48894;

/** No vocabulary is larger. */
const MOST = 2 ** 20;

/**
 * Makes sure that tokens and merges are a vocabulary of CLIP's kind: one in which every text can be written.
 *
 * @param path The file, for messages.
 * @throws {FormatError} if they are not.
 */
export function clipVocabulary(
  path: string,
  ids: ReadonlyMap<string, number>,
  merges: readonly (readonly [string, string])[],
): ClipVocabulary {
  const bad = (what: string): never => {
    throw new FormatError(
      `${path} is no vocabulary of a CLIP: ${what}. Give the tokenizer.json of the repository that the weights are ` +
        `from, or OpenAI's list of merges.`,
    );
  };
  if (ids.size > MOST || merges.length > MOST) bad(`there are more than ${MOST} tokens or merges`);
  const numbers = new Set<number>();
  let last = -1;
  for (const [token, id] of ids) {
    if (!Number.isSafeInteger(id) || id < 0 || id >= MOST) {
      bad(`the number of ${quote(token)} is ${quote(String(id))}`);
    }
    if (numbers.has(id)) bad(`two tokens have the number ${id}, one of them is ${quote(token)}`);
    numbers.add(id);
    last = Math.max(last, id);
  }
  for (const letter of byteLetters()) {
    for (const token of [letter, letter + WORD_END]) {
      if (!ids.has(token)) bad(`it lacks ${quote(token)}, which stands for a byte`);
    }
  }
  for (const [first, second] of merges) {
    for (const token of [first, second, first + second]) {
      if (!ids.has(token)) {
        bad(`it joins ${quote(`${first} ${second}`)}, and lacks ${quote(token)}`);
      }
    }
  }
  const special = SPECIAL.find(([start, end]) => ids.has(start) && ids.has(end));
  if (special === undefined) {
    return bad(`it has no tokens ${SPECIAL.map((both) => both.join(" and ")).join(", or ")}`);
  }
  const [start, end] = special.map((token) => ids.get(token)!);
  if (end !== last) bad(`the token that ends a text is ${end}, not the last one, ${last}`);
  return { ids, merges, start, end };
}

/**
 * A vocabulary by its merges alone, as OpenAI publishes it: first the letters of all bytes, then those with the mark of
 * a word's end, then what the merges make, then the two that begin and end a text.
 *
 * @param vocabSize How many tokens there are; as many as CLIP has, or the merges make, by default.
 * @throws {FormatError} if lines are no merges, or too few.
 */
export function vocabularyOfMerges(
  path: string,
  text: string,
  vocabSize?: number,
): ClipVocabulary {
  const all = mergesOf(path, text);
  const letters = byteLetters();
  const first = [...letters, ...letters.map((letter) => letter + WORD_END)];
  const count = vocabSize === undefined
    ? Math.min(CLIP_MERGES, all.length)
    : vocabSize - first.length - 2;
  if (count < 0 || count > all.length) {
    throw new FormatError(
      `${path} has ${all.length} merges, which make ${
        all.length + first.length + 2
      } tokens; the text tower has ${vocabSize}. Give the vocabulary that it was trained with.`,
    );
  }
  const merges = all.slice(0, count);
  const tokens = [...first, ...merges.map((pair) => pair.join("")), ...SPECIAL[0]];
  // Of a token that two merges make, the last number counts.
  return clipVocabulary(path, new Map(tokens.map((token, id) => [token, id])), merges);
}

/**
 * The merges of a list, one in a line.
 *
 * @throws {FormatError} if a line is no pair.
 */
export function mergesOf(path: string, text: string): (readonly [string, string])[] {
  const lines = text.split("\n");
  const begin = lines[0]?.includes("#version") ? 1 : 0;
  while (lines.length > begin && lines.at(-1)!.trim() === "") lines.pop();
  if (lines.length === begin) throw new FormatError(`${path} has no merges of tokens.`);
  return lines.slice(begin).map((line, i) => pairOf(path, line.replace(/\r$/, ""), begin + i + 1));
}

/**
 * A merge: two tokens with a space between them, or a list of two.
 *
 * @throws {FormatError} if it is neither.
 */
export function pairOf(path: string, merge: unknown, line: number): readonly [string, string] {
  const pair = typeof merge === "string" ? merge.split(" ") : merge;
  const good = Array.isArray(pair) && pair.length === 2 &&
    pair.every((token) => typeof token === "string" && token !== "");
  if (good) return [pair[0], pair[1]];
  throw new FormatError(
    `${path} is no list of merges: the ${line}. is ${
      quote(typeof merge === "string" ? merge : JSON.stringify(merge) ?? "nothing")
    }, not two tokens.`,
  );
}
