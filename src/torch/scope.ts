/**
 * Scopes own the tensors that are made while they are open: JavaScript's garbage collector cannot
 * see native memory.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { check, context, native, open } from "../../ffi/native.ts";
import { catchLater, Collection, handleOf, ownLater, setAdopting, setOpenScopes } from "./core.ts";
import { HANDLE } from "./handle.ts";
import type { Tensor } from "./tensor.ts";
import { forEachTensor } from "./for_each_tensor.ts";

/** The scopes that are open in the stretch of synchronous code that runs now, innermost last. */
const active: Scope[] = [];
let watching = false;

/** The scope of the asynchronous function that the code at hand belongs to, across its awaits. */
const ofTask = new AsyncLocalStorage<Scope>();
let suspended = 0;

function adopt(handle: number): boolean {
  const scope = ofTask.getStore();
  return scope !== undefined && native.ap_scope_adopt(context, handle, scope.id) === 1;
}

function countSuspended(change: 1 | -1): void {
  suspended += change;
  setAdopting(suspended > 0 ? adopt : null);
}

let collectionOf: (scope: Scope) => Collection | null;

function activeChanged(): void {
  const innermost = active.at(-1);
  setOpenScopes(active.length, innermost === undefined ? null : collectionOf(innermost));
}

// A scope that is open when a microtask runs was opened with `using` before an `await`. What it holds may be
// another task's: between that `await` and this microtask the caller of the async function went on, and other
// tasks may have run. So it frees nothing, and leaves all to the safety net.
function letGoOfAll(): void {
  watching = false;
  for (const scope of active.splice(0)) scope.letGo();
  activeChanged();
}

/**
 * An open scope; close it by leaving the block of its `using`, or by {@linkcode Scope.dispose}.
 *
 * It is for synchronous code. If an `await` comes before it is closed it lets go of all its tensors: they
 * are then freed by themselves, by another scope's means, or some time after nothing refers to them, and
 * tensors made after the `await` are not its own. Around asynchronous code use
 * `torch.scope(async () => …)`, and a scope for every part between two awaits. A generator must not
 * `yield` while its scope is open: what its caller makes then would be the scope's.
 */
export class Scope implements Disposable {
  /** The native number of the scope. @ignore */
  readonly id: number;
  #collection: Collection | null;
  #parent: Scope | undefined;
  #open = true;

  static {
    collectionOf = (scope) => scope.#collection;
  }

  /**
   * Opens a scope; use {@linkcode scope}. One that may have to let go of its tensors collects them.
   * @ignore
   */
  constructor(collects: boolean) {
    open();
    this.id = check(native.ap_scope_open(context));
    this.#collection = collects ? new Collection() : null;
    this.#parent = active.at(-1);
    active.push(this);
    activeChanged();
  }

  /** Disposes of every tensor made in this scope that was not kept. */
  dispose(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#leave();
    native.ap_scope_close(context, this.id);
  }

  /** Same as {@linkcode Scope.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Takes what a scope's function returns out of the scope, into the one around it. @ignore */
  handOver(value: unknown): void {
    const parent = this.#parent !== undefined && active.includes(this.#parent)
      ? this.#parent
      : undefined;
    forEachTensor(value, (tensor) => {
      // A tensor of another owner, such as one that is kept, stays with it.
      if (check(native.ap_scope_hand_over(context, tensor[HANDLE], this.id)) === 0) return;
      if (parent === undefined) ownLater(tensor);
      else parent.#collection?.add(tensor);
    });
  }

  /** Stops collecting, without disposing of anything yet. @ignore */
  suspend(): void {
    if (this.#leave()) native.ap_scope_suspend(context, this.id);
  }

  /** Closes the scope without disposing of its tensors. @ignore */
  letGo(): void {
    this.#open = false;
    for (const tensor of this.#collection?.take() ?? []) {
      // Those that are gone already have nothing to be kept.
      if (native.ap_scope_keep(context, tensor[HANDLE]) >= 0) catchLater(tensor);
    }
    native.ap_scope_close(context, this.id);
  }

  #leave(): boolean {
    const at = active.lastIndexOf(this);
    if (at < 0) return false;
    active.splice(at, 1);
    activeChanged();
    return true;
  }
}

/**
 * Opens a scope: every tensor made until it closes is disposed of then, unless it is kept with
 * {@linkcode keep} or returned.
 *
 * Without a function it is opened for a `using` block of synchronous code; see {@linkcode Scope}. With one,
 * the scope spans the call, and the tensors in what it returns (also in arrays, maps, sets and plain objects)
 * live on in the scope around it. If it returns a promise, the scope goes on until that is settled, across the
 * awaits in between, and takes in nothing of other tasks.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * const total = torch.scope(() => torch.ones([2, 2]).mul(3).sum());
 * console.log(total.item()); // 12
 * {
 *   using _ = torch.scope();
 *   torch.ones([1000, 1000]).add(1); // gone at the end of the block
 * }
 * total.dispose();
 * ```
 */
export function scope(): Scope;
/** Runs `body` in a scope of its own and returns what it returns. */
export function scope<R>(body: () => R): R;
export function scope<R>(body?: () => R): Scope | R {
  if (body === undefined) {
    if (!watching) {
      watching = true;
      queueMicrotask(letGoOfAll);
    }
    return new Scope(true);
  }
  const around = ofTask.getStore();
  // Nothing else can run before the call returns: no need to collect.
  const opened = new Scope(false);
  let result: R;
  try {
    result = ofTask.run(opened, body);
    if (!(result instanceof Promise)) opened.handOver(result);
  } catch (error) {
    opened.dispose();
    throw error;
  }
  if (!(result instanceof Promise)) {
    opened.dispose();
    return result;
  }
  opened.suspend();
  countSuspended(1);
  abandoned.register(opened, opened.id, opened);
  return result.then((value) => {
    ofTask.run(around as Scope, () => opened.handOver(value));
    return value;
  }).finally(() => {
    abandoned.unregister(opened);
    countSuspended(-1);
    opened.dispose();
  }) as R;
}

// A scope whose promise nobody can settle any more has come to its end, too.
const abandoned = new FinalizationRegistry<number>((id) => {
  countSuspended(-1);
  native.ap_scope_close(context, id);
});

/**
 * Takes a tensor out of the scope that it was made in: it then lives until it is disposed of (or
 * nothing refers to it any more). Returns it.
 */
export function keep<T extends Tensor>(tensor: T): T {
  check(native.ap_scope_keep(context, handleOf(tensor)));
  catchLater(tensor);
  return tensor;
}
