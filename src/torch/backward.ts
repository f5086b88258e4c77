/**
 * Gradients: `backward`, `grad`, and the modes that switch recording off.
 *
 * @module
 */

import { check, context, frame, native, open } from "../../ffi/native.ts";
import { frameSlots } from "../../ffi/symbols.ts";
import { ArgumentError } from "../base/errors.ts";
import { handleOf, make } from "./core.ts";
import { HANDLE } from "./handle.ts";
import type { Device } from "./device.ts";
import { deviceCode } from "./device_codes.ts";
import type { DType } from "./dtype.ts";
import { dtypeCode } from "./dtype_codes.ts";
import { synchronous } from "./synchronous.ts";
import type { Tensor } from "./tensor.ts";

/** How {@linkcode backward} runs. */
export interface BackwardOptions {
  /** Keeps the graph for another pass. */
  retainGraph?: boolean;
  /**
   * Records the pass itself, for gradients of gradients. The gradient that a leaf is given then has a graph that holds
   * the leaf, so memory is freed only when the leaf is disposed of, or its `grad` set to null or taken off by
   * `zeroGrad()`: do that in every step, or use {@linkcode grad}, which leaves no gradient behind.
   */
  createGraph?: boolean;
  /** Only these leaves receive gradients. */
  inputs?: readonly Tensor[];
}

const retain = 1;
const create = 2;
const unused = 4;

function putHandles(at: number, tensors: readonly (Tensor | null | undefined)[]): number {
  for (const tensor of tensors) {
    frame[at++] = tensor === null || tensor === undefined ? 0 : handleOf(tensor);
  }
  return at;
}

function checkLengths(roots: readonly Tensor[], gradients?: readonly (Tensor | null)[]): void {
  if (gradients !== undefined && gradients.length !== roots.length) {
    throw new ArgumentError(
      `${gradients.length} gradients were given for ${roots.length} tensors; give one for each.`,
    );
  }
}

/** Adds the gradients of `roots` to the `grad` of every leaf they were computed from. */
export function backward(
  roots: readonly Tensor[],
  gradients?: readonly (Tensor | null)[],
  options?: BackwardOptions,
): void {
  checkLengths(roots, gradients);
  const inputs = options?.inputs ?? [];
  if (options?.inputs?.length === 0) {
    throw new ArgumentError(
      "`inputs` is an empty list, so there is nothing to compute gradients of; leave it out for all leaves.",
    );
  }
  let at = putHandles(0, roots);
  at = putHandles(at, gradients ?? roots.map(() => null));
  putHandles(at, inputs);
  const flags = (options?.retainGraph ? retain : 0) | (options?.createGraph ? create : 0);
  check(native.ap_backward(context, roots.length, inputs.length, flags));
}

/** How {@linkcode grad} runs. */
export interface GradOptions {
  /** The gradients of the outputs; ones for outputs of one element. */
  gradients?: readonly (Tensor | null)[];
  /** Keeps the graph for another pass. */
  retainGraph?: boolean;
  /** Records the pass itself, for gradients of gradients. */
  createGraph?: boolean;
  /** Returns null for inputs that no output depends on, instead of throwing. */
  allowUnused?: boolean;
}

/**
 * The gradients of `outputs` with respect to `inputs`, without touching any `grad`.
 *
 * @throws {ArgumentError} if there are no outputs or no inputs, or they are not in arrays.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * const x = torch.tensor(3, { requiresGrad: true });
 * const [first] = torch.grad([x.pow(3)], [x], { createGraph: true }); // 27
 * const [second] = torch.grad([first!], [x]); // 18
 * ```
 */
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  options?: GradOptions,
): (Tensor | null)[] {
  if (!Array.isArray(outputs) || !Array.isArray(inputs)) {
    throw new ArgumentError("grad() takes an array of outputs and an array of inputs.");
  }
  checkLengths(outputs, options?.gradients);
  if (outputs.length === 0 || inputs.length === 0) {
    throw new ArgumentError(
      `grad() takes at least one output and one input, got ${outputs.length} outputs and ${inputs.length} inputs.`,
    );
  }
  let at = putHandles(0, outputs);
  at = putHandles(at, options?.gradients ?? outputs.map(() => null));
  putHandles(at, inputs);
  const flags = (options?.retainGraph ? retain : 0) | (options?.createGraph ? create : 0) |
    (options?.allowUnused ? unused : 0);
  const count = check(native.ap_grad(context, outputs.length, inputs.length, flags));
  const handles = Array.from(frame.subarray(0, count));
  return handles.map((handle) => handle === 0 ? null : make(handle));
}

/**
 * The gradients of many tensors in one native call: what {@linkcode Tensor.grad} gives for each.
 */
export function gradsOf(tensors: readonly Tensor[]): (Tensor | null)[] {
  const total = tensors.length;
  const grads = new Array<Tensor | null>(total);
  for (let start = 0; start < total; start += frameSlots) {
    const count = putPart(tensors, start);
    check(native.ap_get_grads(context, count));
    for (let i = 0; i < count; i++) grads[start + i] = frame[i] === 0 ? null : make(frame[i]);
  }
  return grads;
}

/** What {@linkcode stepGradsOf} returns. */
export interface StepGrads {
  /** The gradients, null where there is none. */
  readonly grads: (Tensor | null)[];
  /** A number that stays the same while no tensor changes its shape, strides, dtype or device. */
  readonly layout: number;
}

/** Tensors of one native call: as many as the frame holds, with room to spare. */
const perCall = 32_768;

/**
 * The gradients of many tensors as an optimizer's step takes them. One that is sparse, that is libtorch's zeros without
 * memory, or that lies in memory otherwise than its tensor is replaced by one of the same values that does not.
 *
 * @param fused Whether native kernels will run along the tensors' memory: then it must have no gaps.
 * @throws {ArgumentError} if a tensor's memory has gaps or is not its own, or a gradient is not of its tensor's shape,
 * dtype and device.
 */
export function stepGradsOf(tensors: readonly Tensor[], fused = true): StepGrads {
  const grads = new Array<Tensor | null>(tensors.length);
  let layout = 0;
  for (let from = 0; from < tensors.length; from += perCall) {
    const count = Math.min(perCall, tensors.length - from);
    for (let i = 0; i < count; i++) frame[i] = handleOf(tensors[from + i]);
    check(native.ap_step_grads(context, count, fused ? 1 : 0));
    for (let i = 0; i < count; i++) grads[from + i] = frame[i] === 0 ? null : make(frame[i]);
    layout = (31 * layout + frame[count]) % Number.MAX_SAFE_INTEGER;
  }
  return { grads, layout };
}

/** Takes the gradients off many tensors in one native call. */
export function clearGrads(tensors: readonly Tensor[]): void {
  for (let start = 0; start < tensors.length; start += frameSlots) {
    check(native.ap_clear_grads(context, putPart(tensors, start)));
  }
}

/** Writes the handles from `start` on that have room in the frame; returns how many. */
function putPart(tensors: readonly Tensor[], start: number): number {
  const count = Math.min(tensors.length - start, frameSlots);
  for (let i = 0; i < count; i++) frame[i] = tensors[start + i]?.[HANDLE];
  return count;
}

/** Runs `body` without recording gradients and returns what it returns. */
export function noGrad<R>(body: () => R): R {
  return withGradMode(0, body, "noGrad");
}

/** Runs `body` with gradients recorded, inside a {@linkcode noGrad}. */
export function enableGrad<R>(body: () => R): R {
  return withGradMode(1, body, "enableGrad");
}

function withGradMode<R>(mode: number, body: () => R, name: string): R {
  open();
  const before = check(native.ap_grad_mode(context, mode));
  try {
    return synchronous(body(), name);
  } finally {
    native.ap_grad_mode(context, before);
  }
}

/** Whether gradients are recorded now. */
export function isGradEnabled(): boolean {
  open();
  return check(native.ap_grad_mode(context, -1)) === 1;
}

/**
 * Runs `body` in inference mode: like {@linkcode noGrad}, and faster, because tensors made inside can
 * never take part in autograd later. With `mode` false it runs outside an inference mode around it: for tensors that are
 * kept longer.
 */
export function inferenceMode<R>(body: () => R, mode = true): R {
  open();
  check(native.ap_inference_mode(context, mode ? 1 : 2));
  try {
    return synchronous(body(), "inferenceMode");
  } finally {
    native.ap_inference_mode(context, 0);
  }
}

/** The dtype of the autocast that runs now, by the kind of device. */
const autocastDtypes = new Map<number, number>();

/**
 * Runs `body` with automatic mixed precision on `device` (the CPU by default): operators that gain from it compute in
 * `dtype`, such as convolutions and products of matrices; losses and sums compute in float32. Weights stay float32, and so
 * do their gradients. Call `backward` outside of it. Within another, `enabled: false` switches it off for a part.
 *
 * @example
 * ```ts
 * import { nn, torch } from "@apprentice/distill";
 *
 * using model = new nn.Linear(4, 2);
 * const labels = torch.tensor([0, 1], { dtype: "int64" });
 * const loss = torch.autocast(() =>
 *   nn.functional.crossEntropy(model.forward(torch.randn([2, 4])), labels)
 * );
 * loss.backward();
 * ```
 */
export function autocast<R>(
  body: () => R,
  options?: { device?: Device; dtype?: "bfloat16" | "float16"; enabled?: boolean },
): R {
  open();
  const type = deviceCode(options?.device ?? "cpu") >> 8;
  const code = dtypeCode((options?.dtype ?? "bfloat16") as DType);
  const on = options?.enabled ?? true ? 1 : 0;
  const before = check(native.ap_autocast(context, type, on, code));
  const dtypeBefore = autocastDtypes.get(type) ?? code;
  if (on) autocastDtypes.set(type, code);
  try {
    return synchronous(body(), "autocast");
  } finally {
    // The dtype of the one around it, too: that goes on in it.
    native.ap_autocast(context, type, before, dtypeBefore);
    if (before) autocastDtypes.set(type, dtypeBefore);
  }
}
