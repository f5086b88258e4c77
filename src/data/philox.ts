/**
 * Random numbers that are a function of where they are asked for, and of nothing else.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_32 = 2 ** 32;

/** The upper 32 bits of the product of two numbers of 32 bits. */
function high(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = a0 * b1;
  const middle = a1 * b0 + ((a0 * b0) >>> 16) + (low & 0xffff);
  return (a1 * b1 + Math.floor(middle / 65536) + (low >>> 16)) >>> 0;
}

/**
 * One block of Philox 4x32-10: four numbers of 32 bits, written over the counter.
 *
 * J. Salmon, M. Moraes, R. Dror, D. Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
 *
 * @param counter Four numbers of 32 bits, replaced by the result.
 * @param key0 The key's lower 32 bits.
 * @param key1 The key's upper 32 bits.
 */
export function philox(counter: Uint32Array, key0: number, key1: number): void {
  let c0 = counter[0];
  let c1 = counter[1];
  let c2 = counter[2];
  let c3 = counter[3];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = high(M0, c0);
    const low0 = Math.imul(M0, c0);
    const high1 = high(M1, c2);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 = (key0 + W0) | 0;
    key1 = (key1 + W1) | 0;
  }
  counter[0] = c0;
  counter[1] = c1;
  counter[2] = c2;
  counter[3] = c3;
}

/** Refuses what is not a whole number from 0 to 2^53 - 1. */
export function checkWhole(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ArgumentError(`${what} is a whole number from 0 to 2^53 - 1, got ${value}.`);
  }
}

/**
 * A sequence of random numbers, fixed by a seed, a purpose and a number within that purpose (such as
 * an epoch). Sequences of different ones have nothing to do with each other.
 */
export class RandomSequence {
  readonly #key0: number;
  readonly #key1: number;
  readonly #purpose: number;
  readonly #low: number;
  readonly #high: number;
  readonly #words: Uint32Array = new Uint32Array(4);
  #block = 0;
  #used = 4;

  /**
   * @param seed A whole number below 2^53.
   * @param purpose A number below 2^32 for what the numbers are for.
   * @param part A whole number below 2^53: which of the purpose's sequences.
   * @throws {ArgumentError} if the seed or the part is none.
   */
  constructor(seed: number, purpose: number, part: number) {
    checkWhole(seed, "A seed");
    checkWhole(part, "The number of an epoch, a batch or an image");
    this.#key0 = seed >>> 0;
    this.#key1 = Math.floor(seed / TWO_32);
    this.#purpose = purpose;
    this.#low = part >>> 0;
    this.#high = Math.floor(part / TWO_32);
  }

  /** The next number of 32 bits. */
  next(): number {
    if (this.#used === 4) {
      const words = this.#words;
      words[0] = this.#block++;
      words[1] = this.#purpose;
      words[2] = this.#low;
      words[3] = this.#high;
      philox(words, this.#key0, this.#key1);
      this.#used = 0;
    }
    return this.#words[this.#used++];
  }

  /** The next number of 53 bits. */
  next53(): number {
    return (this.next() & 0x1fffff) * TWO_32 + this.next();
  }

  /** The next number below `limit` (1 to 2^32), each as likely as the others. */
  below(limit: number): number {
    // The last, incomplete run of `limit` numbers is drawn again: it would favor the small ones.
    const end = TWO_32 - (TWO_32 % limit);
    let word = this.next();
    while (word >= end) word = this.next();
    return word % limit;
  }
}
