/**
 * Scopes own the tensors that are made while they are open: JavaScript's garbage collector cannot
 * see native memory.
 *
 * @module
 */

import { check, context, native, open } from "../../ffi/native.ts";
import { catchLater, setOpenScopes } from "./core.ts";
import { Tensor } from "./tensor.ts";

/** The scopes that are open in the stretch of synchronous code that runs now, innermost last. */
const active: Scope[] = [];
let watching = false;

// Code that runs from the microtask queue belongs to another stretch than the one that opened the scopes:
// it may be another task, whose tensors must not fall into them.
function suspendAll(): void {
  watching = false;
  for (const scope of active.splice(0)) native.ap_scope_suspend(context, scope.id);
  setOpenScopes(0);
}

/**
 * An open scope; close it by leaving the block of its `using`, or by {@linkcode Scope.dispose}.
 *
 * It covers the synchronous code up to the next `await`: tensors made after an `await` belong to
 * nobody's scope, because any other task may have run in between. Open a new scope there.
 */
export class Scope implements Disposable {
  /** The native number of the scope. @ignore */
  readonly id: number;
  #open = true;

  /** Opens a scope; use {@linkcode scope}. @ignore */
  constructor() {
    open();
    this.id = check(native.ap_scope_open(context));
    active.push(this);
    setOpenScopes(active.length);
  }

  /** Disposes of every tensor made in this scope that was not kept. */
  dispose(): void {
    if (!this.#open) return;
    this.#open = false;
    const at = active.lastIndexOf(this);
    if (at >= 0) {
      active.splice(at, 1);
      setOpenScopes(active.length);
    }
    native.ap_scope_close(context, this.id);
  }

  /** Same as {@linkcode Scope.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Takes what a scope's function returns out of the scope, into the one around it. @ignore */
  handOver(value: unknown): void {
    forEachTensor(value, (tensor) => {
      check(native.ap_scope_hand_over(context, tensor.handle, this.id));
      if (active.length <= 1) catchLater(tensor);
    });
  }

  /** Stops collecting, without disposing of anything yet. @ignore */
  suspend(): void {
    const at = active.lastIndexOf(this);
    if (at < 0) return;
    active.splice(at, 1);
    setOpenScopes(active.length);
    native.ap_scope_suspend(context, this.id);
  }
}

/** Calls `visit` for every tensor in a value: a tensor, or arrays, maps and plain objects of them. */
export function forEachTensor(value: unknown, visit: (tensor: Tensor) => void): void {
  if (value instanceof Tensor) visit(value);
  else if (Array.isArray(value)) { for (const item of value) forEachTensor(item, visit); }
  else if (value instanceof Map) { for (const item of value.values()) forEachTensor(item, visit); }
  else if (value !== null && typeof value === "object") {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      for (const item of Object.values(value)) forEachTensor(item, visit);
    }
  }
}

/**
 * Opens a scope: every tensor made until it closes is disposed of then, unless it is kept with
 * {@linkcode keep} or returned.
 *
 * Without a function it is opened for a `using` block. With one, the scope spans the call, and the
 * tensors in what it returns (also in arrays, maps and plain objects) live on in the scope around
 * it. Of an `async` function it spans the part before the first `await`.
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
  const opened = new Scope();
  if (body === undefined) {
    if (!watching) {
      watching = true;
      queueMicrotask(suspendAll);
    }
    return opened;
  }
  let result: R;
  try {
    result = body();
  } catch (error) {
    opened.dispose();
    throw error;
  }
  if (result instanceof Promise) {
    opened.suspend();
    return result.then((value) => {
      opened.handOver(value);
      return value;
    }).finally(() => opened.dispose()) as R;
  }
  opened.handOver(result);
  opened.dispose();
  return result;
}

/**
 * Takes a tensor out of the scope that it was made in: it then lives until it is disposed of (or
 * nothing refers to it any more). Returns it.
 */
export function keep<T extends Tensor>(tensor: T): T {
  check(native.ap_scope_keep(context, tensor.handle));
  catchLater(tensor);
  return tensor;
}
