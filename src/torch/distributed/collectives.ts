/**
 * What processes make of their tensors together.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { check, context, frame, native } from "../../../ffi/native.ts";
import { noGrad } from "../backward.ts";
import { call } from "../call.ts";
import { tensor as tensorOf, zeros } from "../creation.ts";
import { handleOf, make } from "../core.ts";
import { isFloatingPoint } from "../dtype.ts";
import { HANDLE } from "../handle.ts";
import { scope } from "../scope.ts";
import type { Tensor } from "../tensor.ts";
import { groupOf } from "./group_of.ts";
import { together } from "./together.ts";
import type { ProcessGroup } from "./process_group.ts";

/** In which group a call is made: the current one by default. */
export interface InGroup {
  /** The group. */
  group?: ProcessGroup;
}

/** How tensors become one. */
export type ReduceOp = "sum" | "avg" | "min" | "max" | "product";

const operations: readonly ReduceOp[] = ["sum", "avg", "min", "max", "product"];

/**
 * Replaces a tensor by the sum over all processes (or another reduction), in every process. Bit for bit the same everywhere.
 *
 * @param tensor Of the same shape and dtype in all processes.
 * @returns The tensor.
 * @throws {DistributedError} if a process is gone, failed, or does not come in time, naming it.
 */
export function allReduce(
  tensor: Tensor,
  { op = "sum", group }: InGroup & { op?: ReduceOp } = {},
): Tensor {
  if (!operations.includes(op)) {
    throw new ArgumentError(`op is one of ${operations.join(", ")}, got "${op}".`);
  }
  const within = groupOf(group);
  if (op === "avg" && !isFloatingPoint(tensor.dtype)) {
    throw new ArgumentError(
      `A mean is of floating numbers, and the tensor is ${tensor.dtype}: take the sum.`,
    );
  }
  together(within, () =>
    inPlace(tensor, (plain) => {
      // Gloo has no mean of its own.
      finish(call("_c10d_functional::all_reduce_", plain, op === "avg" ? "sum" : op, within.name));
      if (op === "avg") plain.div_(within.size);
    }));
  return tensor;
}

/**
 * Replaces a tensor by the one that a process has, in every process.
 *
 * @param tensor Of the same shape and dtype in all processes.
 * @param options `src` is whose tensor it is, rank 0's by default.
 * @returns The tensor.
 * @throws {DistributedError} as {@linkcode allReduce} does.
 */
export function broadcast(
  tensor: Tensor,
  { src = 0, group }: InGroup & { src?: number } = {},
): Tensor {
  const within = groupOf(group);
  if (!Number.isSafeInteger(src) || src < 0 || src >= within.size) {
    throw new ArgumentError(`src is a rank from 0 to ${within.size - 1}, got ${src}.`);
  }
  together(
    within,
    () =>
      inPlace(
        tensor,
        (plain) => finish(call("_c10d_functional::broadcast_", plain, src, within.name)),
      ),
  );
  return tensor;
}

/**
 * Joins the tensors of all processes along dimension 0, in the order of ranks.
 *
 * @param tensor Of the same shape and dtype in all processes, with at least one dimension.
 * @returns A tensor `size` times as long; without gradients: {@linkcode allGatherWithGrad} has them.
 * @throws {DistributedError} as {@linkcode allReduce} does.
 */
export function allGather(tensor: Tensor, { group }: InGroup = {}): Tensor {
  const within = groupOf(group);
  checkDimension(tensor);
  return noGrad(() => together(within, () => gather(tensor, within)));
}

/**
 * Joins the tensors of all processes along dimension 0, as {@linkcode allGather} does, recorded for gradients: what comes back
 * to a process is the sum, over all processes, of the gradients of its part.
 *
 * @throws {DistributedError} as {@linkcode allReduce} does.
 */
export function allGatherWithGrad(tensor: Tensor, { group }: InGroup = {}): Tensor {
  const within = groupOf(group);
  checkDimension(tensor);
  return together(within, () => {
    check(native.ap_group_gather(context, within[HANDLE], handleOf(tensor)));
    return make(frame[0]);
  });
}

/**
 * Waits until all processes have come to the same point.
 *
 * @param options `timeout` is how many seconds to wait; the group's by default.
 * @throws {DistributedError} as {@linkcode allReduce} does.
 */
export function barrier({ group, timeout }: InGroup & { timeout?: number } = {}): void {
  const within = groupOf(group);
  together(within, () => {
    check(native.ap_group_barrier(context, within[HANDLE], timeout ?? within.timeout));
  });
}

/**
 * Gives every process what each of them has, in the order of ranks.
 *
 * @param value What can be written as JSON.
 * @throws {DistributedError} as {@linkcode allReduce} does.
 */
export function allGatherObject<T>(value: T, options: InGroup = {}): T[] {
  return scope(() => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const lengths = Array.from(
      allGather(tensorOf([bytes.length], { dtype: "int64" }), options).data(),
      Number,
    );
    const padded = new Uint8Array(Math.max(...lengths));
    padded.set(bytes);
    const all = allGather(tensorOf(padded, { dtype: "uint8" }), options).data() as Uint8Array;
    return lengths.map((length, rank) => {
      const start = rank * padded.length;
      return JSON.parse(new TextDecoder().decode(all.subarray(start, start + length)));
    });
  });
}

/**
 * Gives every process what one of them has.
 *
 * @param value What can be written as JSON; only that of `src` matters.
 * @throws {DistributedError} as {@linkcode allReduce} does.
 */
export function broadcastObject<T>(
  value: T,
  { src = 0, group }: InGroup & { src?: number } = {},
): T {
  const within = groupOf(group);
  return scope(() => {
    const own = within.rank === src;
    const bytes = own ? new TextEncoder().encode(JSON.stringify(value)) : new Uint8Array();
    const options = { src, group: within };
    const length = Number(broadcast(tensorOf([bytes.length], { dtype: "int64" }), options).item());
    const carried = own ? tensorOf(bytes, { dtype: "uint8" }) : zeros([length], { dtype: "uint8" });
    return JSON.parse(new TextDecoder().decode(broadcast(carried, options).data() as Uint8Array));
  });
}

/** Waits for what was begun. */
function finish(begun: unknown): Tensor {
  return call("_c10d_functional::wait_tensor", begun as Tensor) as Tensor;
}

function gather(tensor: Tensor, group: ProcessGroup): Tensor {
  // Gloo knows no truth values.
  if (tensor.dtype === "bool") {
    return scope(() => gather(tensor.to({ dtype: "uint8" }), group).to({ dtype: "bool" }));
  }
  const { size, name } = group;
  return finish(call("_c10d_functional::all_gather_into_tensor", tensor.contiguous(), size, name));
}

/** Lets `work` write to the tensor in plain memory of a dtype that Gloo carries. */
function inPlace(tensor: Tensor, work: (plain: Tensor) => void): void {
  noGrad(() =>
    scope(() => {
      const plain = (tensor.dtype === "bool" ? tensor.to({ dtype: "uint8" }) : tensor.detach())
        .contiguous();
      work(plain);
      if (plain.dtype !== tensor.dtype || !tensor.isContiguous) tensor.detach().copy_(plain);
    })
  );
}

function checkDimension(tensor: Tensor): void {
  if (tensor.ndim > 0) return;
  throw new ArgumentError(
    "A tensor without dimensions cannot be joined with others: reshape it to [1].",
  );
}
