/**
 * Vocabularies of CLIP out of files.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import { quote } from "../../archive/file_reader.ts";
import { FormatError } from "../../base/errors.ts";
import { isPlainObject } from "../../base/options.ts";
import { isMissing, LARGEST_TEXT, readFile, readProblem } from "../../base/regular_files.ts";
import {
  type ClipVocabulary,
  clipVocabulary,
  mergesOf,
  pairOf,
  vocabularyOfMerges,
  WORD_END,
} from "./clip_vocabulary.ts";

/** What publishers call their vocabularies, each with what it needs beside it; the one to take first. */
export const VOCABULARY_FILES: readonly (readonly string[])[] = [
  ["tokenizer.json"],
  ["vocab.json", "merges.txt"],
  ["bpe_simple_vocab_16e6.txt.gz"],
  ["merges.txt"],
];

/** What a place lacks that has no vocabulary, for messages. */
export const NO_VOCABULARY: string = VOCABULARY_FILES
  .map((files) => `no ${files.join(" with ")}`).join(", ");

/**
 * Reads a vocabulary: transformers' `tokenizer.json`, its `vocab.json` with `merges.txt` beside it, or a list of merges,
 * `merges.txt` or OpenAI's `bpe_simple_vocab_16e6.txt.gz`. Only the tokens and merges are read: what a `tokenizer.json` says
 * of patterns is compared with what CLIP's is, and never run.
 *
 * @param path A file, or a folder with one of these.
 * @param vocabSize How many tokens there are, where a list of merges may hold more than are used.
 * @throws {FormatError} if there is no such file, or it is not a CLIP's vocabulary.
 * @throws {FileError} if it cannot be read.
 */
export async function readVocabulary(path: string, vocabSize?: number): Promise<ClipVocabulary> {
  const file = await isFolder(path) ? await fileIn(path) : path;
  const text = await textOf(file);
  if (!text.trimStart().startsWith("{")) return vocabularyOfMerges(file, text, vocabSize);
  const json = parsed(file, text);
  if (isPlainObject(json.model)) return ofTokenizerJson(file, json, json.model);
  const ids = idsOf(file, json);
  const merges = file.replace(/[^/\\]*$/, "merges.txt");
  try {
    return clipVocabulary(file, ids, mergesOf(merges, await textOf(merges)));
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new FormatError(
      `${file} names tokens and says nothing of how they are joined, and there is no merges.txt beside it. Give a ` +
        `tokenizer.json, or put the publisher's merges.txt there.`,
      { cause },
    );
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (cause) {
    throw readProblem(path, cause);
  }
}

/** The path of the vocabulary in a folder; null if it has none. */
export async function vocabularyIn(folder: string): Promise<string | null> {
  const root = folder.replace(/[/\\]+$/, "");
  for (const files of VOCABULARY_FILES) {
    const there = await Promise.all(files.map((name) => isFile(`${root}/${name}`)));
    if (there.every(Boolean)) return `${root}/${files[0]}`;
  }
  return null;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (cause) {
    if (!isMissing(cause)) throw readProblem(path, cause);
    return false;
  }
}

async function fileIn(folder: string): Promise<string> {
  const found = await vocabularyIn(folder);
  if (found !== null) return found;
  throw new FormatError(
    `The folder ${folder} has no vocabulary: ${NO_VOCABULARY}. Give the path of one.`,
  );
}

async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path, LARGEST_TEXT);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  try {
    return new TextDecoder().decode(gunzipSync(bytes, { maxOutputLength: LARGEST_TEXT }));
  } catch (cause) {
    throw new FormatError(
      `${path} cannot be unpacked, or holds more than ${LARGEST_TEXT} bytes: ${
        (cause as Error).message
      }. Fetch it anew.`,
      { cause },
    );
  }
}

type Table = Readonly<Record<string, unknown>>;

function parsed(path: string, text: string): Table {
  try {
    const json: unknown = JSON.parse(text);
    if (isPlainObject(json)) return json;
  } catch (cause) {
    throw new FormatError(`${path} is not JSON: ${(cause as Error).message}.`, { cause });
  }
  throw new FormatError(`${path} is no vocabulary: it holds no object.`);
}

/** Numbers by token. What they are is checked with the rest. */
function idsOf(path: string, vocab: unknown, added?: unknown): Map<string, number> {
  if (!isPlainObject(vocab)) throw new FormatError(`${path} has no vocabulary by name.`);
  const ids = new Map(Object.entries(vocab) as [string, number][]);
  for (const token of Array.isArray(added) ? added : []) {
    if (!isPlainObject(token) || typeof token.content !== "string") {
      throw new FormatError(`${path} adds a token that has no content.`);
    }
    ids.set(token.content, token.id as number);
  }
  return ids;
}

function ofTokenizerJson(path: string, json: Table, model: Table): ClipVocabulary {
  const wrong = (what: string): never => {
    throw new FormatError(
      `${path} is not CLIP's tokenizer but another one, for which there is no code here: ${what}. Make embeddings of ` +
        `texts with its publisher's code, and give those.`,
    );
  };
  const kind = model.type ?? "BPE";
  if (kind !== "BPE") wrong(`its model is ${quote(String(kind))}, not "BPE"`);
  if (model.end_of_word_suffix !== WORD_END) {
    wrong(
      `it marks a word's end with ${quote(String(model.end_of_word_suffix))}, not "${WORD_END}"`,
    );
  }
  for (const flag of ["byte_fallback", "ignore_merges"]) {
    if (model[flag] === true) wrong(`it has ${flag}`);
  }
  if (!typesIn(json.normalizer).includes("Lowercase")) wrong("it does not make letters small");
  if (!typesIn(json.pre_tokenizer).includes("ByteLevel")) wrong("it is not one of bytes");
  if (!Array.isArray(model.merges)) wrong("it has no list of merges");
  const merges = (model.merges as unknown[]).map((merge, i) => pairOf(path, merge, i + 1));
  return clipVocabulary(path, idsOf(path, model.vocab, json.added_tokens), merges);
}

/** The kinds of what a normalizer or pre-tokenizer is made of. */
function typesIn(part: unknown): unknown[] {
  if (!isPlainObject(part)) return [];
  const parts = [part.normalizers, part.pretokenizers].flat().filter(isPlainObject);
  return [part.type, ...parts.map(({ type }) => type)];
}
