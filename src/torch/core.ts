/**
 * What every operator needs: the handle, how results become tensors, who owns their lifetime.
 *
 * @module
 */

import {
  check,
  context,
  frame,
  native,
  open,
  readText,
  releaseOne,
  writeText,
} from "../../ffi/native.ts";
import { ArgumentError } from "../base/errors.ts";
import { checkSignature } from "./schema.ts";
import type { Tensor } from "./tensor.ts";
import { HANDLE } from "./handle.ts";
import { TensorCore } from "./tensor_core.ts";

/** What a value is that should have been another, in the words of an error; of what was once a tensor, what to do. */
export function describeValue(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  if (Array.isArray(value)) return "an array";
  const name = value.constructor?.name ?? "Object";
  if (name === "Object") {
    return "an object. Tensors do not go through postMessage or structuredClone: post the array that data() gives, " +
      "and the shape, and make a tensor of them there with torch.tensor(values, { shape })";
  }
  if (name !== "Tensor" && name !== "Generator") return name;
  if (HANDLE in value) return `a ${name.toLowerCase()}`;
  return `a ${name.toLowerCase()} of another copy of this package. Import one copy, or pass the values: ` +
    "torch.tensor(other.data(), { shape: other.shape })";
}

/**
 * The native handle of what should be a tensor, or a generator.
 *
 * @throws {ArgumentError} if it is none of this package's.
 */
export function handleOf(value: { readonly [HANDLE]: number }, what = "tensor"): number {
  const handle: unknown = value?.[HANDLE];
  if (typeof handle === "number") return handle;
  const article = /^[aeiou]/.test(what) ? "An" : "A";
  throw new ArgumentError(`${article} ${what} is expected here, got ${describeValue(value)}.`);
}

// An object that has a tensor's prototype and is none has no handle either.
Object.defineProperty(TensorCore.prototype, HANDLE, { value: NaN, writable: true });

let TensorClass: new (handle: number) => Tensor;

/** Called once by `tensor.ts`: this file cannot import the class that is built on it. */
export function defineTensor(type: new (handle: number) => Tensor): void {
  TensorClass = type;
}

// The safety net for tensors made outside every scope and never disposed of. It runs between turns
// of the event loop, so a synchronous loop cannot rely on it. Handles are never used twice: letting
// one go that is gone already does nothing.
const net = new FinalizationRegistry<number>((handle) => releaseOne(context, handle));

/** Tensors made in a scope that may have to let go of them; see `scope.ts`. */
export class Collection {
  #tensors: Tensor[] = [];
  #compactAt = 4096;

  /** Adds a tensor. */
  add(tensor: Tensor): void {
    if (this.#tensors.push(tensor) < this.#compactAt) return;
    this.#tensors = this.#tensors.filter((one) => native.ap_tensor_meta(context, one[HANDLE]) >= 0);
    this.#compactAt = Math.max(4096, 2 * this.#tensors.length);
  }

  /** Takes all tensors out. */
  take(): Tensor[] {
    return this.#tensors.splice(0);
  }
}

let openScopes = 0;
let collecting: Collection | null = null;
let adopting: ((handle: number) => boolean) | null = null;

/**
 * Sets what takes in a tensor that is made while no scope is open: the scope of the asynchronous function
 * that runs now, while there are such scopes; else null.
 */
export function setAdopting(adopt: ((handle: number) => boolean) | null): void {
  adopting = adopt;
}

/**
 * Tells how many scopes are open, so that a tensor made in one needs no safety net, and what the innermost
 * collects its tensors in, if it does.
 */
export function setOpenScopes(count: number, collection: Collection | null): void {
  openScopes = count;
  collecting = collection;
}

/** Puts a tensor or generator that no scope owns under the safety net. */
export function catchLater(tensor: { readonly [HANDLE]: number }): void {
  net.register(tensor, tensor[HANDLE]);
}

/** Gives a tensor that no open scope owns to the scope of the asynchronous function that runs now, or else to the net. */
export function ownLater(tensor: Tensor): void {
  if (adopting === null || !adopting(tensor[HANDLE])) net.register(tensor, tensor[HANDLE]);
}

/** Wraps a new native handle. */
export function make(handle: number): Tensor {
  const tensor = new TensorClass(handle);
  if (openScopes === 0) ownLater(tensor);
  else if (collecting !== null) collecting.add(tensor);
  return tensor;
}

/** Like {@linkcode make}, for results that may be absent (handle 0). */
export function makeOptional(handle: number): Tensor | undefined {
  return handle === 0 ? undefined : make(handle);
}

/** The tensors of a list result: the frame holds their number, then their handles. */
export function makeList(): Tensor[] {
  const count = frame[0];
  const tensors = new Array<Tensor>(count);
  for (let i = 0; i < count; i++) tensors[i] = make(frame[i + 1]);
  return tensors;
}

/**
 * Finds an operator's native number by its full name.
 *
 * @param name Such as `aten::add.Tensor`.
 * @param kinds The letters of the arguments and results that the caller was written for, if it was: then
 * an operator that has others in the loaded libtorch is an error instead of a call gone wrong.
 * @throws {ArgumentError} if there is no such operator.
 * @throws {VersionError} if `kinds` is given and the loaded libtorch has no such operator, or another one.
 */
export function findOperator(name: string, kinds?: string): number {
  open();
  const id = native.ap_op_find(context, writeText(name));
  if (kinds === undefined) return check(id);
  const found = id < 0 ? undefined : readText(check(native.ap_op_schema(context, id)));
  checkSignature(name, kinds, found);
  return id;
}
