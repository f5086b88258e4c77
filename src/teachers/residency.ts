/**
 * Many teachers with the memory of few.
 *
 * @module
 */

import type { Teacher } from "./teacher.ts";

/** Sees to it that only some teachers are in memory: before one loads its weights, the one loaded first is released. */
export class Residency implements Disposable {
  readonly #teachers: readonly Teacher[];
  readonly #most: number;
  /** The teachers in memory, the one that was loaded last at the end. */
  readonly #inMemory: Set<Teacher> = new Set();

  /**
   * Watches over teachers; those that were made of models in memory cannot be released, and are not counted.
   *
   * @param most How many may be in memory at a time.
   */
  constructor(teachers: readonly Teacher[], most: number) {
    this.#teachers = teachers.filter(({ weights }) => weights !== null);
    this.#most = most;
    for (const teacher of this.#teachers) {
      if (teacher.loaded) this.#inMemory.add(teacher);
      teacher.weights!.beforeLoad = () => this.#makeRoom(teacher);
    }
    this.#release(most);
  }

  #makeRoom(teacher: Teacher): void {
    this.#release(this.#most - 1);
    this.#inMemory.add(teacher);
  }

  /** Releases those that were loaded first, until `count` are left. */
  #release(count: number): void {
    for (const teacher of this.#inMemory) {
      if (!teacher.loaded) this.#inMemory.delete(teacher);
    }
    for (const teacher of this.#inMemory) {
      if (this.#inMemory.size <= count) return;
      teacher.release();
      this.#inMemory.delete(teacher);
    }
  }

  /** Releases all teachers and lets go of them. */
  dispose(): void {
    this.#release(0);
    for (const { weights } of this.#teachers) weights!.beforeLoad = null;
  }

  /** Same as {@linkcode Residency.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
