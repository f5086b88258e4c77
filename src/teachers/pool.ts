/**
 * Many teachers with the memory of few.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Teacher } from "./teacher.ts";
import { checkCount } from "./frozen_teacher.ts";

/** Options of {@linkcode pool}. */
export interface PoolOptions {
  /** How many teachers may be in memory at a time; 1 by default. */
  resident?: number;
}

/** Teachers of which only a few are in memory at a time. Make one with {@linkcode pool}. */
export class TeacherPool implements Disposable {
  /** The teachers, usable as ever. */
  readonly teachers: readonly Teacher[];
  /** How many may be in memory at a time. */
  readonly resident: number;

  /** Those in memory, the one that was loaded last at the end. */
  readonly #inMemory: Set<Teacher> = new Set();

  /** Use {@linkcode pool}. @ignore */
  constructor(teachers: readonly Teacher[], options: PoolOptions = {}) {
    const { resident = 1 } = options;
    checkCount(resident, "The number of teachers that a pool holds in memory");
    for (const teacher of teachers) {
      if (teacher.weights !== null) continue;
      throw new ArgumentError(
        `Teacher "${teacher.name}" was made from a model that is in memory, so a pool cannot release it; ` +
          `load it with teachers.load, or leave it out of the pool.`,
      );
    }
    this.teachers = [...teachers];
    this.resident = resident;
    for (const teacher of teachers) {
      if (teacher.loaded) this.#inMemory.add(teacher);
      teacher.weights!.beforeLoad = () => this.#makeRoom(teacher);
    }
    this.#release(resident);
  }

  #makeRoom(teacher: Teacher): void {
    this.#release(this.resident - 1);
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
    for (const teacher of this.teachers) teacher.weights!.beforeLoad = null;
  }

  /** Same as {@linkcode TeacherPool.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Sees to it that only some of the teachers are in memory at a time: before one loads its weights, the one that
 * was loaded first is released. A shelf of them then needs the memory of its largest. Ask one teacher about many
 * images before the next, as `cacheOutputs` does: going round for every batch loads all of them every time.
 *
 * @throws {ArgumentError} if a teacher cannot be released.
 *
 * @example
 * ```ts ignore
 * import { teachers, torch } from "@apprentice/distill";
 *
 * using shelf = teachers.pool([
 *   await teachers.load("hf://timm/vit_small_patch14_dinov2.lvd142m"),
 *   await teachers.load("hf://timm/resnet50.a1_in1k"),
 * ]);
 * const images = torch.zeros([64, 3, 224, 224], { dtype: "uint8" });
 * const outputs = shelf.teachers.map((teacher) => teachers.cacheOutputs(teacher, images));
 * ```
 */
export function pool(teachers: readonly Teacher[], options: PoolOptions = {}): TeacherPool {
  return new TeacherPool(teachers, options);
}
