/**
 * The stack, the marks on it and the stored values of the machine that a pickle is a program for. What it makes is
 * counted, and nothing is taken that is not there.
 *
 * @module
 */

import type { Bad } from "../file_reader.ts";
import { Budget, cost } from "./budget.ts";
import { depthOf } from "./depth.ts";
import { describe, Ignored, type PickleValue } from "./values.ts";

/** The memory of a pickle machine. */
export class Machine {
  /** What the values may take. */
  readonly budget: Budget;
  readonly #bad: Bad;
  readonly #stack: PickleValue[] = [];
  /** How high the stack was at every mark. */
  readonly #marks: number[] = [];
  /** Stored values: those numbered one after the other, as Python does, and others. */
  readonly #memo: PickleValue[] = [];
  readonly #sparseMemo = new Map<number, PickleValue>();
  /** All values that may hold others, if their depth matters. */
  readonly #made: PickleValue[] | null;

  /** Takes what to call when the program is not sound, how many bytes its values may take, and whether their depth matters. */
  constructor(bad: Bad, most: number, measured: boolean) {
    this.#bad = bad;
    this.budget = new Budget(bad, most);
    this.#made = measured ? [] : null;
  }

  /** How deep the values that were made are nested, if that was wanted. */
  depth(): number {
    return depthOf(this.#made ?? []);
  }

  /** Puts a mark on the stack. */
  mark(): void {
    this.budget.spend(cost.place);
    this.#marks.push(this.#stack.length);
  }

  /** Takes a value, or a mark that lies on top, off the stack. */
  drop(): void {
    if (this.#stack.length === this.#floor() && this.#marks.length > 0) this.#marks.pop();
    else this.pop();
  }

  /** Puts a value on the stack; `bytes` is what it takes beside its place. */
  push(value: PickleValue, bytes: number = cost.scalar): void {
    this.budget.spend(bytes + cost.place);
    if (this.#made !== null && bytes >= cost.container) this.#made.push(value);
    this.#stack.push(value);
  }

  #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }

  /** The value on top. */
  top(): PickleValue {
    if (this.#stack.length <= this.#floor()) {
      this.#bad("its pickle takes a value that is not there");
    }
    return this.#stack[this.#stack.length - 1];
  }

  /** Takes the value on top. */
  pop(): PickleValue {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  /** The values since the last mark. */
  popMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) this.#bad("its pickle takes values up to a mark that is not there");
    return this.#stack.splice(mark);
  }

  /** Makes a tuple of the last values. */
  tuple(count: number): void {
    const items: PickleValue[] = [];
    for (let i = 0; i < count; i++) items.unshift(this.pop());
    this.push(items, cost.container);
  }

  /** Appends to a list. */
  append(list: PickleValue, items: PickleValue[]): void {
    if (list instanceof Ignored) return;
    if (!Array.isArray(list)) this.#bad(`its pickle appends to ${describe(list)}`);
    this.budget.spend(cost.place * items.length);
    for (const item of items) list.push(item);
  }

  /** Sets items of a dict: keys and values by turns. */
  setItems(dict: PickleValue, items: PickleValue[]): void {
    if (dict instanceof Ignored) return;
    if (!(dict instanceof Map)) this.#bad(`its pickle sets items of ${describe(dict)}`);
    if (items.length % 2 !== 0) this.#bad("its pickle sets a key without a value");
    this.budget.spend(cost.entry * items.length);
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  /** Adds items to a set. */
  addItems(set: PickleValue, items: PickleValue[]): void {
    if (set instanceof Ignored) return;
    if (!(set instanceof Set)) this.#bad(`its pickle adds items to ${describe(set)}`);
    this.budget.spend(cost.entry * items.length);
    for (const item of items) set.add(item);
  }

  /** Puts a stored value on the stack. */
  get(index: number): void {
    const value = index < this.#memo.length ? this.#memo[index] : this.#sparseMemo.get(index);
    if (value === undefined) {
      this.#bad(`its pickle refers to value ${index}, which it never stored`);
    }
    this.push(value, 0);
  }

  /** Stores the value on top under a number. */
  put(index: number): void {
    this.budget.spend(cost.entry);
    const value = this.top();
    if (index >= 0 && index < this.#memo.length) this.#memo[index] = value;
    else if (index === this.#memo.length) this.#memo.push(value);
    else this.#sparseMemo.set(index, value);
  }

  /** Stores the value on top under the next number. */
  putNext(): void {
    this.put(this.#memo.length + this.#sparseMemo.size);
  }
}
