/**
 * The tensor.
 *
 * @module
 */

import { check, context, frame, native, releaseOne } from "../../ffi/native.ts";
import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import { backward, type BackwardOptions } from "./backward.ts";
import { call } from "./call.ts";
import type { Stream } from "./cuda/streams.ts";
import { defineTensor, handleOf, make } from "./core.ts";
import { HANDLE } from "./handle.ts";
import { nest, readBytes } from "./data_transfer.ts";
import type { NestedArray } from "./nested_array.ts";
import type { Device } from "./device.ts";
import { deviceName } from "./device_codes.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { dtypeFromCode } from "./dtype_codes.ts";
import { indexPut, indexTensor } from "./indexing.ts";
import type { Index } from "./slice.ts";
import type { Scalar } from "./scalar.ts";
import { TensorOperators, where } from "./operators.gen.ts";
import { describe, format } from "./print.ts";
import { targetOptions } from "./target.ts";
import { recording, refuseWhileRecording, waiting } from "./waits.ts";

/** Where and as what {@linkcode Tensor.to} copies a tensor. */
export interface ToOptions {
  /** The dtype wanted; unchanged if absent. */
  dtype?: DType;
  /** The device wanted; unchanged if absent. */
  device?: Device;
  /** Copies even where nothing changes. */
  copy?: boolean;
  /** Does not wait for a copy between pinned CPU memory and a GPU. */
  nonBlocking?: boolean;
  /** The order of the elements in memory wanted. */
  memoryFormat?: "contiguous" | "preserve" | "channelsLast";
}

/** Has the frame say what a tensor is; returns how many slots that takes. */
function readMeta(tensor: TensorOperators): number {
  return check(native.ap_tensor_meta(context, tensor[HANDLE]));
}

/** The number of dimensions, whose sizes and strides are in the frame then. */
function readLayout(tensor: TensorOperators): number {
  const slots = readMeta(tensor);
  const dims = frame[6];
  if (slots === 7 + 2 * dims) return dims;
  throw new ShapeError(
    dims > 1000
      ? `The shape of a tensor of ${dims} dimensions has no room in the argument frame; reshape() it.`
      : "A nested tensor has no one shape; aten::to_padded_tensor gives it one.",
  );
}

/**
 * An n-dimensional array on a device, with autograd: libtorch's tensor.
 *
 * Its memory is native. It is freed by {@linkcode Tensor.dispose}, at the end of the
 * {@linkcode https://jsr.io/@apprentice/distill | scope} it was made in, at the end of the block of its `using`,
 * or, as a safety net, some time after nothing refers to it any more. A tensor used after that
 * throws a `DisposedError`.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * using x = torch.tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * console.log(x.grad!.toArray()); // [[2, 4], [6, 8]]
 * ```
 */
export class Tensor extends TensorOperators implements Disposable {
  /** The size of every dimension. */
  get shape(): number[] {
    const shape = new Array<number>(readLayout(this));
    for (let i = 0; i < shape.length; i++) shape[i] = frame[7 + i];
    return shape;
  }

  /** How many elements lie between neighbors of every dimension. */
  get strides(): number[] {
    const dims = readLayout(this);
    return Array.from({ length: dims }, (_, i) => frame[7 + dims + i]);
  }

  /** The number of dimensions. */
  get ndim(): number {
    readMeta(this);
    return frame[6];
  }

  /** The number of elements. */
  get numel(): number {
    const dims = readLayout(this);
    let count = 1;
    for (let i = 0; i < dims; i++) count *= frame[7 + i];
    return count;
  }

  /** The element type. */
  get dtype(): DType {
    readMeta(this);
    return dtypeFromCode(frame[0]);
  }

  /** The device that the tensor lies on. */
  get device(): Device {
    readMeta(this);
    return deviceName(frame[1], frame[2]);
  }

  /** Whether autograd records what is done with this tensor. */
  get requiresGrad(): boolean {
    readMeta(this);
    return frame[3] !== 0;
  }
  set requiresGrad(on: boolean) {
    readMeta(this);
    if (!on && frame[4] === 0) {
      throw new ArgumentError(
        "Only leaves of the autograd graph stop requiring gradients; detach() gives a result without them.",
      );
    }
    check(native.ap_set_requires_grad(context, this[HANDLE], on ? 1 : 0));
  }

  /** Whether this tensor is a leaf of the autograd graph: made by the user, not by an operation. */
  get isLeaf(): boolean {
    readMeta(this);
    return frame[4] !== 0;
  }

  /** Whether the elements lie in memory without gaps, in order. */
  get isContiguous(): boolean {
    const shape = this.shape;
    const strides = this.strides;
    let expected = 1;
    for (let i = shape.length - 1; i >= 0; i--) {
      if (shape[i] !== 1 && strides[i] !== expected) return false;
      expected *= shape[i];
    }
    return true;
  }

  /** The size of dimension `dim`; negative ones count from the last. */
  size(dim: number): number {
    const shape = this.shape;
    const size = shape.at(dim);
    if (size === undefined) {
      throw new ArgumentError(
        `There is no dimension ${dim} in a tensor of shape [${shape.join(", ")}].`,
      );
    }
    return size;
  }

  /**
   * The gradient that {@linkcode Tensor.backward} summed up here, or null. Every read makes a new tensor object of
   * the same memory. What is assigned has this tensor's shape, dtype and device, and is not this tensor.
   *
   * A gradient with a graph of its own (`createGraph`) loses the graph, not its values, when the last object of its
   * tensor is disposed of: each would hold the other for good.
   *
   * @throws {ApprenticeError} on assignment, if that is not so.
   */
  get grad(): Tensor | null {
    frame[0] = this[HANDLE];
    check(native.ap_get_grads(context, 1));
    return frame[0] === 0 ? null : make(frame[0]);
  }
  set grad(value: Tensor | null) {
    check(
      native.ap_set_grad(
        context,
        this[HANDLE],
        value === null || value === undefined ? 0 : handleOf(value),
      ),
    );
  }

  /**
   * Adds the gradients of this tensor, of one element unless `gradient` is given, to the `grad` of
   * every leaf it was computed from.
   */
  backward(gradient?: Tensor, options?: BackwardOptions): void {
    backward([this], gradient === undefined ? undefined : [gradient], options);
  }

  /** Switches the recording of gradients on or off, in place, and returns this tensor. */
  requiresGrad_(on = true): this {
    this.requiresGrad = on;
    return this;
  }

  /**
   * The one element as a number (1 or 0 for a bool).
   *
   * @throws {DTypeError} for an int64 beyond 2^53 or a complex number, which a number cannot hold: use `data()`.
   */
  item(): number {
    if (waiting !== null) waiting("item", [this]);
    if (check(native.ap_tensor_item(context, this[HANDLE])) === 1) return frame[0];
    const value = frame[0] * 4294967296 + frame[1];
    if (!Number.isSafeInteger(value)) {
      throw new DTypeError(
        `The int64 ${
          (BigInt(frame[0]) << 32n) + BigInt(frame[1])
        } is beyond 2^53 and does not fit a number; read it with data().`,
      );
    }
    return value;
  }

  /**
   * The values as nested arrays of numbers (booleans for bool, pairs of real and imaginary part for complex
   * dtypes); a bare value for a tensor without dimensions.
   *
   * @throws {DTypeError} for an int64 or uint64 beyond 2^53, which a number cannot hold: use `data()`.
   */
  toArray(): NestedArray {
    return nest(this.data(), this.shape, this.dtype);
  }

  /**
   * A copy of the values, in order, as the typed array of their dtype: `BigInt64Array` for int64,
   * `BigUint64Array` for uint64, `Float16Array` for float16, `Uint8Array` for uint8 and bool, a `Float32Array` of the
   * exact values for bfloat16 and the float8 ones, and a `Float32Array` (`Float64Array` for complex128) of real and
   * imaginary parts by turns for complex ones.
   */
  data(): TypedArray {
    return readBytes(this);
  }

  /**
   * This tensor as another dtype, on another device, or both; itself where nothing changes.
   *
   * @example
   * ```ts
   * import { torch } from "@apprentice/distill";
   *
   * const half = torch.ones([2]).to("float16");
   * const there = half.to({ device: "cpu", dtype: "float32" });
   * ```
   */
  to(target: DType | Device | ToOptions): Tensor {
    const options = targetOptions<ToOptions>(target);
    if (recording && options.device !== undefined && options.device !== "cpu") {
      if (this.device === "cpu") refuseWhileRecording();
    }
    const moved = call(
      "aten::to.dtype_layout",
      this,
      {
        dtype: options.dtype,
        device: options.device,
        non_blocking: options.nonBlocking ?? false,
        copy: options.copy ?? false,
        memory_format: options.memoryFormat,
      },
    ) as Tensor;
    if (waiting !== null) waiting("copy", [moved, this], options.nonBlocking);
    return moved;
  }

  /** This tensor on the CPU. */
  cpu(): Tensor {
    return this.to("cpu");
  }

  /** This tensor on CUDA device `index`, or the current one. */
  cuda(index?: number): Tensor {
    return this.to(index === undefined ? "cuda" : `cuda:${index}`);
  }

  /**
   * Keeps this tensor's memory, once it is disposed of, until a stream has done what was asked of it so far. It is needed
   * where another stream than the one that the tensor was made on uses it.
   *
   * @throws {DeviceError} if the tensor lies on the CPU.
   */
  recordStream(stream: Stream): void {
    call("aten::record_stream", this, stream);
  }

  /** This tensor as float32. */
  float(): Tensor {
    return this.to("float32");
  }

  /** This tensor as float64. */
  double(): Tensor {
    return this.to("float64");
  }

  /** This tensor as float16. */
  half(): Tensor {
    return this.to("float16");
  }

  /** This tensor as bfloat16. */
  bfloat16(): Tensor {
    return this.to("bfloat16");
  }

  /** This tensor as int64. */
  long(): Tensor {
    return this.to("int64");
  }

  /** This tensor as int32. */
  int(): Tensor {
    return this.to("int32");
  }

  /** This tensor as bool. */
  bool(): Tensor {
    return this.to("bool");
  }

  /**
   * A part of the tensor, as `x[…]` in PyTorch: a number takes one element of its dimension,
   * `torch.slice(a, b, step)` a range, `null` adds a dimension, `"..."` stands for as many full
   * dimensions as are left, a tensor or an array of numbers picks elements, a bool tensor filters.
   *
   * @example
   * ```ts
   * import { torch } from "@apprentice/distill";
   *
   * const x = torch.arange(12).reshape(3, 4);
   * x.index(0); // the first row
   * x.index("...", -1); // the last column
   * x.index(torch.slice(1), torch.slice(0, 4, 2)); // x[1:, 0:4:2]
   * x.index(x.gt(5)); // the elements above 5
   * ```
   */
  index(...at: Index[]): Tensor {
    return indexTensor(this, at);
  }

  /** Writes `value` to the part that {@linkcode Tensor.index} would return, in place. */
  indexPut_(at: Index[], value: Tensor | Scalar, options?: { accumulate?: boolean }): this {
    indexPut(this, at, value, options?.accumulate ?? false);
    return this;
  }

  /** This tensor where `condition` is true, `other` elsewhere, with broadcasting. */
  where(condition: Tensor, other: Tensor | Scalar): Tensor {
    return where(condition, this, other);
  }

  /** The transpose of a matrix. */
  get T(): Tensor {
    return this.t();
  }

  /** The tensor with its last two dimensions swapped. */
  get mT(): Tensor {
    return this.transpose(-2, -1);
  }

  /** Whether the native tensor is gone. */
  get isDisposed(): boolean {
    return native.ap_tensor_meta(context, this[HANDLE]) < 0;
  }

  /** Frees the tensor now. Later uses throw a `DisposedError`; disposing again does nothing. */
  dispose(): void {
    releaseOne(context, this[HANDLE]);
  }

  /** Same as {@linkcode Tensor.dispose}, for `using`. */
  [Symbol.dispose](): void {
    releaseOne(context, this[HANDLE]);
  }

  /** The values (shortened), shape, dtype and device. */
  override toString(): string {
    return format(this);
  }

  /** What JSON and string conversions of structures show: dtype and shape. */
  get [Symbol.toStringTag](): string {
    return this.isDisposed ? "Tensor(disposed)" : describe(this);
  }

  /** What `console.log` shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return format(this);
  }
}

defineTensor(Tensor);
