/**
 * From texts to CLIP's tokens.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { loadPackage } from "../../base/optional_package.ts";
import { fingerprint } from "../../base/spec.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { cleanText, type EntityDecoder } from "./clean_text.ts";
import { type ClipVocabulary, WORD_END } from "./clip_vocabulary.ts";
import { readVocabulary } from "./read_vocabulary.ts";

/** What is used of the package that joins bytes to tokens. */
interface TokenizerPackage {
  Tokenizer: new (tokenizer: object, config: object) => {
    encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  };
}

const TOKENIZERS = "npm:@huggingface/tokenizers@^0.2.0";
const ENTITIES = "npm:entities@^9.0.0";

/** How a text is cut into words before bytes are joined: endings of English, letters, single digits, what remains. */
const WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`;

/** The most characters of a text. A context holds some hundred. */
const LONGEST = 2 ** 16;

/** Makes tokens of texts as CLIP's do. Make one with {@linkcode openClipTokenizer}. */
export class ClipTokenizer {
  /** How many tokens there are: the number of the last one and one more. */
  readonly vocabSize: number;
  /** The token that a text begins with. */
  readonly startToken: number;
  /** The token that a text ends with. */
  readonly endToken: number;
  /** What stands for the vocabulary: the same for files that make the same tokens. */
  readonly fingerprint: string;
  readonly #words: InstanceType<TokenizerPackage["Tokenizer"]>;
  readonly #entities: EntityDecoder;

  /** Use {@linkcode openClipTokenizer}. @ignore */
  constructor(
    vocabulary: ClipVocabulary,
    { Tokenizer }: TokenizerPackage,
    entities: EntityDecoder,
  ) {
    const { ids, merges, start, end } = vocabulary;
    this.vocabSize = end + 1;
    this.startToken = start;
    this.endToken = end;
    const order = [...ids].sort(([, a], [, b]) => a - b);
    this.fingerprint = fingerprint([order, merges.map((pair) => [...pair]), start, end]);
    this.#entities = entities;
    this.#words = new Tokenizer({
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [
          { type: "Split", pattern: { Regex: WORDS }, behavior: "Removed", invert: true },
          { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
        ],
      },
      model: {
        type: "BPE",
        vocab: Object.fromEntries(ids),
        merges,
        end_of_word_suffix: WORD_END,
      },
      post_processor: null,
      decoder: null,
    }, {});
  }

  /**
   * The tokens of a text, without those that begin and end it.
   *
   * @throws {ArgumentError} if it is no text, or one of more than 65,536 characters.
   */
  encode(text: string): number[] {
    if (typeof text !== "string" || text.length > LONGEST) {
      throw new ArgumentError(
        typeof text === "string"
          ? `A text for CLIP has at most ${LONGEST} characters, got ${text.length}: "${
            text.slice(0, 40)
          }…".`
          : `A text for CLIP is a string, got ${typeof text}.`,
      );
    }
    const clean = cleanText(text, this.#entities);
    return this.#words.encode(clean, { add_special_tokens: false }).ids;
  }

  /**
   * The tokens of texts, (N, contextLength), int64: each begins and ends with its token, and is filled up with 0. One
   * that is too long is cut off, and ends with its token all the same.
   *
   * @param contextLength 77 by default, as all of OpenAI's have.
   * @throws {ArgumentError} if one is no text, or the length is no whole number of at least 2.
   */
  tokens(texts: readonly string[], contextLength = 77): Tensor {
    if (!Number.isSafeInteger(contextLength) || contextLength < 2 || contextLength > LONGEST) {
      throw new ArgumentError(
        `The context length is a whole number from 2 to ${LONGEST}, got ${contextLength}.`,
      );
    }
    const rows = texts.map((text) => {
      const inner = this.encode(text).slice(0, contextLength - 2);
      const row = [this.startToken, ...inner, this.endToken];
      return [...row, ...new Array<number>(contextLength - row.length).fill(0)];
    });
    return torch.tensor(rows.flat(), { dtype: "int64" }).reshape([texts.length, contextLength]);
  }
}

/** Options of {@linkcode openClipTokenizer}. */
export interface ClipTokenizerOptions {
  /**
   * How many tokens the text tower has, `tower.vocabSize`: a list of merges may be of more. As many as OpenAI's have, or
   * the list makes, by default.
   */
  vocabSize?: number;
}

/**
 * Opens the vocabulary of a CLIP, as its publisher ships it: transformers' `tokenizer.json`, `vocab.json` with `merges.txt`
 * beside it, or a list of merges, `merges.txt` or OpenAI's `bpe_simple_vocab_16e6.txt.gz`. The packages
 * `@huggingface/tokenizers` and `entities` are loaded by the first call. No pattern out of a file is run.
 *
 * @param path The file, or a folder with one of these.
 * @throws {FormatError} if there is no such file, or it is not a CLIP's vocabulary.
 * @throws {FileError} if it cannot be read.
 * @throws {LibraryError} if a package cannot be had.
 *
 * @example
 * ```ts ignore
 * import { models } from "@apprentice/distill";
 *
 * const tokenizer = await models.openClipTokenizer("clip-vit-base-patch32/tokenizer.json");
 * tokenizer.encode("a photo of a cat"); // [320, 1125, 539, 320, 2368]
 * tokenizer.tokens(["a photo of a cat"]).shape; // [1, 77]
 * ```
 */
export async function openClipTokenizer(
  path: string,
  options: ClipTokenizerOptions = {},
): Promise<ClipTokenizer> {
  const vocabulary = await readVocabulary(path, options.vocabSize);
  const user = "Classes that are texts";
  const [tokenizers, entities] = await Promise.all([
    loadPackage<TokenizerPackage>(TOKENIZERS, user),
    loadPackage<EntityDecoder>(ENTITIES, user),
  ]);
  return new ClipTokenizer(vocabulary, tokenizers, entities);
}
