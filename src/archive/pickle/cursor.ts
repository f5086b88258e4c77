/**
 * Reads a pickle's bytes one after the other, from wherever they lie.
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";

const windowBytes = 1 << 16;

/** A place in a run of bytes that moves on as they are read. Nothing is taken before it is known to be there. */
export class Cursor {
  readonly #read: (at: number, length: number) => Uint8Array;
  readonly #end: number;
  readonly #bad: Bad;
  #window: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #windowAt: number;
  #at = 0;

  /** Reads bytes from `start` to `end` by `read`, which is only asked for bytes in that range. */
  constructor(
    read: (at: number, length: number) => Uint8Array,
    start: number,
    end: number,
    bad: Bad,
  ) {
    this.#read = read;
    this.#windowAt = start;
    this.#end = end;
    this.#bad = bad;
  }

  /** Reads bytes that are in memory. */
  static of(bytes: Uint8Array, bad: Bad): Cursor {
    return new Cursor((at, n) => bytes.subarray(at, at + n), 0, bytes.length, bad);
  }

  /** The place of the next byte. */
  get at(): number {
    return this.#windowAt + this.#at;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#end - this.at;
  }

  /** Passes over bytes. */
  skip(count: number): void {
    if (!(count <= this.left)) this.#short(count);
    this.#windowAt = this.at + count;
    this.#at = 0;
    this.#setWindow(new Uint8Array(0));
  }

  /** The next bytes. */
  take(count: number): Uint8Array {
    if (count > windowBytes) {
      if (!(count <= this.left)) this.#short(count);
      const bytes = this.#read(this.at, count);
      this.skip(count);
      return bytes;
    }
    this.#need(count);
    this.#at += count;
    return this.#window.subarray(this.#at - count, this.#at);
  }

  /** The next byte. */
  u8(): number {
    if (this.#at === this.#window.length) this.#need(1);
    return this.#window[this.#at++];
  }

  /** A number of two bytes, the lowest first. */
  u16(): number {
    this.#need(2);
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  /** A number of four bytes, the lowest first. */
  u32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  /** A signed number of four bytes, the lowest first. */
  i32(): number {
    return this.u32() | 0;
  }

  /** A number of eight bytes, the lowest first; Infinity where it is beyond 2^53. */
  u64(): number {
    this.#need(8);
    this.#at += 8;
    const value = Number(this.#view.getBigUint64(this.#at - 8, true));
    return Number.isSafeInteger(value) ? value : Infinity;
  }

  /** A float64 with its highest byte first, as pickles have it. */
  f64(): number {
    this.#need(8);
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, false);
  }

  /** The text up to the end of the line, of at most `most` bytes. */
  line(most = 512): string {
    let text = "";
    for (let i = 0; i <= most; i++) {
      const byte = this.u8();
      if (byte === 0x0a) return text;
      text += String.fromCharCode(byte);
    }
    return this.#bad(`a line of text in its pickle is longer than ${most} bytes`);
  }

  #need(count: number): void {
    if (this.#at + count <= this.#window.length) return;
    if (count > this.left) this.#short(count);
    const at = this.at;
    this.#setWindow(this.#read(at, Math.min(windowBytes, this.#end - at)));
    this.#windowAt = at;
    this.#at = 0;
  }

  #setWindow(bytes: Uint8Array): void {
    this.#window = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #short(count: number): never {
    return this.#bad(
      `its pickle ends early: it claims ${
        count === Infinity ? "more than 2^53" : count
      } bytes where ${Math.max(this.left, 0)} are left`,
    );
  }
}
