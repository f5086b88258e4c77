/**
 * Watching which module computes.
 *
 * @module
 */

import type { Module } from "../nn/mod.ts";

type Forward = (this: Module, ...inputs: never[]) => unknown;

/** Who is told of forwards. */
export interface Watcher {
  /** Called before the forward of a module begins. */
  onEnter?(module: Module): void;
  /** Called when a forward has returned. */
  onOutput?(module: Module, output: unknown): void;
}

/**
 * Runs `body`, which is synchronous, and tells `watcher` whenever the forward of one of `modules` begins and returns.
 * `body` is given a function that tells the innermost of them that runs. The classes' forwards are put back afterwards.
 */
export function watchForwards<R>(
  modules: ReadonlySet<Module>,
  watcher: Watcher,
  body: (running: () => Module | undefined) => R,
): R {
  const running: Module[] = [];
  const originals = new Map<object, Forward>();
  const watch = (holder: { forward: Forward }): void => {
    const original = holder.forward;
    originals.set(holder, original);
    holder.forward = function (...inputs) {
      // A forward that calls its superclass's is one call.
      if (!modules.has(this) || running.at(-1) === this) return original.apply(this, inputs);
      running.push(this);
      watcher.onEnter?.(this);
      try {
        const output = original.apply(this, inputs);
        watcher.onOutput?.(this, output);
        return output;
      } finally {
        running.pop();
      }
    };
  };
  try {
    for (const module of modules) {
      for (
        let holder: object | null = module;
        holder !== null && !originals.has(holder);
        holder = Object.getPrototypeOf(holder)
      ) {
        if (Object.hasOwn(holder, "forward")) watch(holder as { forward: Forward });
      }
    }
    return body(() => running.at(-1));
  } finally {
    for (const [holder, original] of originals) (holder as { forward: Forward }).forward = original;
  }
}
