/**
 * New tensors.
 *
 * @module
 */

import { dtypes } from "../base/dtypes.ts";
import { ArgumentError, DeviceError } from "../base/errors.ts";
import { isNameOf } from "../base/lookup.ts";
import { call } from "./call.ts";
import { dtypeOfArray, flatten, fromBytes, fromList } from "./data_transfer.ts";
import type { NestedArray } from "./nested_array.ts";
import type { Device } from "./device.ts";
import { type DType, isComplex, isFloatingPoint, type TypedArray } from "./dtype.ts";
import type { Generator } from "./random.ts";
import type { Scalar } from "./scalar.ts";
import { checkExact, isScalar } from "./scalar_slots.ts";
import type { Tensor } from "./tensor.ts";
import { recording, refuseWhileRecording } from "./waits.ts";

/** What a new tensor is made as. */
export interface TensorOptions {
  /** The element type; float32 unless the values say otherwise. */
  dtype?: DType;
  /** Where the tensor lies; the CPU by default. */
  device?: Device;
  /** Whether autograd records what is done with it. */
  requiresGrad?: boolean;
  /**
   * Whether a tensor on the CPU lies in pinned memory, from where `to({ device: "cuda", nonBlocking: true })` copies it
   * without waiting (default false). It takes a GPU.
   */
  pinMemory?: boolean;
}

/** Options of {@linkcode tensor}. */
export interface FromValuesOptions extends TensorOptions {
  /** The shape; that of the nested arrays, or one dimension for a typed array, by default. */
  shape?: readonly number[];
}

/** Options of the functions that draw random numbers. */
export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from; the device's own by default. */
  generator?: Generator;
}

/**
 * A tensor of the given values: a number, nested arrays or any typed array, copied once.
 *
 * Numbers become float32 (JavaScript cannot tell 1 from 1.0), booleans bool, bigints int64; a typed
 * array keeps its type (`Uint16Array` becomes int32, `Uint32Array` and `BigUint64Array` int64, which more operators
 * take; `dtype` keeps them as they are). Numbers for a complex dtype are real parts; a typed array for one holds
 * real and imaginary parts by turns, as `data()` gives them.
 *
 * @throws {ShapeError} if nested arrays are ragged or the values do not fill `shape`.
 * @throws {DTypeError} if a value does not fit the dtype.
 * @throws {DeviceError} if `pinMemory` is asked for and there is no GPU, or the tensor is to lie on one.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * torch.tensor([[1, 2], [3, 4]]);
 * torch.tensor([0, 2, 1], { dtype: "int64" });
 * torch.tensor(new Uint8Array(784), { shape: [28, 28] });
 * ```
 */
export function tensor(values: NestedArray | TypedArray, options: FromValuesOptions = {}): Tensor {
  checkPinned(options);
  let made: Tensor;
  if (ArrayBuffer.isView(values)) {
    made = fromTypedArray(values as TypedArray, options);
  } else {
    const { flat, shape } = flatten(values);
    const first = typeof flat[0];
    const natural = first === "boolean" ? "bool" : first === "bigint" ? "int64" : "float32";
    made = fromList(flat, options.dtype ?? natural, options.shape ?? shape);
  }
  return finish(made, options);
}

function fromTypedArray(values: TypedArray, options: FromValuesOptions): Tensor {
  const { dtype } = options;
  if (dtype !== undefined && dtype in dtypes && isComplex(dtype)) {
    const shape = options.shape ?? [values.length / 2];
    if (values instanceof Float64Array) return recast(values, "complex128", shape, dtype);
    return recast(Float32Array.from(values as Iterable<number>, Number), "complex64", shape, dtype);
  }
  const shape = options.shape ?? [values.length];
  const pinned = options.pinMemory ?? false;
  for (const [name, type] of unsigned) {
    if (values instanceof type && dtype === name) return fromBytes(values, name, shape, pinned);
  }
  const own = dtypeOfArray(values);
  if (own !== undefined) {
    if (options.dtype === "bool" || options.dtype === undefined || options.dtype === own) {
      if (options.dtype !== "bool") return fromBytes(values, own, shape, pinned);
      using bytes = fromBytes(values, own, shape);
      return bytes.to("bool");
    }
    using made = fromBytes(values, own, shape);
    return made.to(options.dtype);
  }
  if (values instanceof Uint16Array) {
    return fromTypedArray(Int32Array.from(values), options);
  }
  if (values instanceof Uint32Array || values instanceof BigUint64Array) {
    return fromList(
      Array.from(values as Iterable<number | bigint>, BigInt),
      options.dtype ?? "int64",
      shape,
    );
  }
  throw new ArgumentError(`A tensor cannot be made of a ${(values as object).constructor.name}.`);
}

/** The typed arrays that keep their dtype only where it is asked for. */
const unsigned = [
  ["uint16", Uint16Array],
  ["uint32", Uint32Array],
  ["uint64", BigUint64Array],
] as const;

/** A tensor of a typed array's values as they are, in another dtype. */
function recast(values: TypedArray, own: DType, shape: readonly number[], dtype: DType): Tensor {
  const made = fromBytes(values, own, shape);
  if (own === dtype) return made;
  using _made = made;
  return made.to(dtype);
}

/** Refuses pinned memory for what does not lie on the CPU. */
function checkPinned({ pinMemory, device }: TensorOptions): void {
  if (pinMemory && device !== undefined && device !== "cpu") {
    throw new DeviceError(
      `Only tensors on the CPU lie in pinned memory, and this one is to lie on ${device}.`,
    );
  }
}

/** Moves a tensor made on the CPU to where it should be. */
function finish(made: Tensor, options: TensorOptions): Tensor {
  let result = made;
  if (options.pinMemory && !made.isPinned()) {
    // What was made by a conversion is not pinned yet.
    using unpinned = made;
    result = unpinned.pinMemory();
  } else if (options.device !== undefined && options.device !== "cpu") {
    if (recording) refuseWhileRecording();
    // Nobody waits: what is copied from is taken over before this returns.
    result = made.to({ device: options.device, nonBlocking: true });
    made.dispose();
  }
  return track(result, options);
}

/** Has autograd record what is done with a new tensor, if that was asked for. */
function track(made: Tensor, options: TensorOptions): Tensor {
  if (!options.requiresGrad) return made;
  try {
    made.requiresGrad = true;
    return made;
  } catch (error) {
    made.dispose();
    throw error;
  }
}

function create(
  name: string,
  args: Parameters<typeof call>[1][],
  options: TensorOptions,
  dtype?: DType,
): Tensor {
  checkPinned(options);
  const made = call(name, ...args, {
    dtype: options.dtype ?? dtype ?? "float32",
    device: options.device ?? "cpu",
    ...(options.pinMemory ? { pin_memory: true } : {}),
    ...("generator" in options && options.generator
      ? { generator: options.generator as Generator }
      : {}),
  }) as Tensor;
  return track(made, options);
}

/** A shape as a list, with options behind it, or as numbers one after the other. */
type Shape<O> = [shape: readonly number[], options?: O] | number[];

function split<O extends object>(given: Shape<O>): [shape: readonly number[], options: O] {
  const [first, options] = given;
  return Array.isArray(first) ? [first, (options ?? {}) as O] : [given as number[], {} as O];
}

/** A tensor of zeros, of a shape such as `[2, 3]`. */
export function zeros(shape: readonly number[], options?: TensorOptions): Tensor;
/** A tensor of zeros, of a shape such as `2, 3`. */
export function zeros(...shape: number[]): Tensor;
export function zeros(...given: Shape<TensorOptions>): Tensor {
  const [shape, options] = split(given);
  return create("aten::zeros", [shape], options);
}

/** A tensor of ones, of a shape such as `[2, 3]`. */
export function ones(shape: readonly number[], options?: TensorOptions): Tensor;
/** A tensor of ones, of a shape such as `2, 3`. */
export function ones(...shape: number[]): Tensor;
export function ones(...given: Shape<TensorOptions>): Tensor {
  const [shape, options] = split(given);
  return create("aten::ones", [shape], options);
}

/**
 * A tensor whose elements are all `value`.
 *
 * @throws {ArgumentError} if the dtype is one of whole numbers and `value` a number beyond 2^53: write a BigInt.
 */
export function full(
  shape: readonly number[],
  value: Scalar | boolean,
  options: TensorOptions = {},
): Tensor {
  const natural = typeof value === "boolean"
    ? "bool"
    : typeof value === "bigint"
    ? "int64"
    : undefined;
  const { dtype } = options;
  if (isNameOf(dtypes, dtype) && !isFloatingPoint(dtype) && !isComplex(dtype)) checkExact(value);
  return create("aten::full", [shape, value], options, natural);
}

/** A tensor of whatever lies in its memory, of a shape such as `[2, 3]`. */
export function empty(shape: readonly number[], options?: TensorOptions): Tensor;
/** A tensor of whatever lies in its memory, of a shape such as `2, 3`. */
export function empty(...shape: number[]): Tensor;
export function empty(...given: Shape<TensorOptions>): Tensor {
  const [shape, options] = split(given);
  return create("aten::empty.memory_format", [shape], options);
}

/**
 * The numbers from `start` (0) up to, not including, `end`, every `step`. int64 if all three are
 * whole numbers or BigInts, as in PyTorch, else float32.
 */
export function arange(end: Scalar, options?: TensorOptions): Tensor;
/** The numbers from `start` up to, not including, `end`, every `step`. */
export function arange(start: Scalar, end: Scalar, step?: Scalar, options?: TensorOptions): Tensor;
/** The numbers from `start` up to, not including, `end`. */
export function arange(start: Scalar, end: Scalar, options?: TensorOptions): Tensor;
export function arange(
  first: Scalar,
  second?: Scalar | TensorOptions,
  third: Scalar | TensorOptions = 1,
  options: TensorOptions = {},
): Tensor {
  const [start, end] = isScalar(second) ? [first, second] : [0, first];
  const step = isScalar(third) ? third : 1;
  const chosen = [second, third].find((it) => typeof it === "object" && !isScalar(it)) ?? options;
  const whole = [start, end, step].every((it) => typeof it === "bigint" || Number.isInteger(it));
  return create(
    "aten::arange.start_step",
    [start, end, step],
    chosen as TensorOptions,
    whole ? "int64" : "float32",
  );
}

/** `steps` numbers from `start` to `end`, both included, at equal distances. */
export function linspace(
  start: Scalar,
  end: Scalar,
  steps: number,
  options: TensorOptions = {},
): Tensor {
  return create("aten::linspace", [start, end, steps], options);
}

/** `steps` numbers from base^start to base^end, at equal ratios. */
export function logspace(
  start: Scalar,
  end: Scalar,
  steps: number,
  options: TensorOptions & { base?: number } = {},
): Tensor {
  return create("aten::logspace", [start, end, steps, options.base ?? 10], options);
}

/** The identity matrix of `n` rows and `m` (default `n`) columns. */
export function eye(n: number, m?: number | TensorOptions, options: TensorOptions = {}): Tensor {
  const chosen = typeof m === "object" ? m : options;
  return create("aten::eye.m", [n, typeof m === "number" ? m : n], chosen);
}

/** Random numbers, evenly distributed in [0, 1), of a shape such as `[2, 3]`. */
export function rand(shape: readonly number[], options?: RandomOptions): Tensor;
/** Random numbers, evenly distributed in [0, 1), of a shape such as `2, 3`. */
export function rand(...shape: number[]): Tensor;
export function rand(...given: Shape<RandomOptions>): Tensor {
  const [shape, options] = split(given);
  return create(options.generator ? "aten::rand.generator" : "aten::rand", [shape], options);
}

/** Random numbers of the standard normal distribution, of a shape such as `[2, 3]`. */
export function randn(shape: readonly number[], options?: RandomOptions): Tensor;
/** Random numbers of the standard normal distribution, of a shape such as `2, 3`. */
export function randn(...shape: number[]): Tensor;
export function randn(...given: Shape<RandomOptions>): Tensor {
  const [shape, options] = split(given);
  return create(options.generator ? "aten::randn.generator" : "aten::randn", [shape], options);
}

/** Random whole numbers from `low` up to, not including, `high`; int64 by default. */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options?: RandomOptions,
): Tensor;
/** Random whole numbers from 0 up to, not including, `high`; int64 by default. */
export function randint(high: number, shape: readonly number[], options?: RandomOptions): Tensor;
export function randint(
  a: number,
  b: number | readonly number[],
  c?: readonly number[] | RandomOptions,
  d?: RandomOptions,
): Tensor {
  const [low, high, shape, options] = typeof b === "number"
    ? [a, b, c as readonly number[], d ?? {}]
    : [0, a, b, (c ?? {}) as RandomOptions];
  return create(
    options.generator ? "aten::randint.low_generator" : "aten::randint.low",
    [low, high, shape],
    options,
    "int64",
  );
}

/** The numbers from 0 to n - 1 in random order; int64 by default. */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  return create(
    options.generator ? "aten::randperm.generator" : "aten::randperm",
    [n],
    options,
    "int64",
  );
}

/** Random numbers of normal distributions with the given mean and standard deviation. */
export function normal(
  mean: number,
  std: number,
  shape: readonly number[],
  options: RandomOptions = {},
): Tensor {
  return create("aten::normal.float_float", [mean, std, shape], options);
}
