/**
 * A call of one of PyTorch's operators, as whoever translates it sees it.
 *
 * @module
 */

import { ApprenticeError } from "../../base/errors.ts";
import type { DType } from "../../torch/dtype.ts";
import { Tensor } from "../../torch/mod.ts";
import type { ScriptOutput } from "../../torch/script_types.ts";
import type { Dim } from "../symbolic.ts";
import { type Attribute, type GraphBuilder, ONNX_DTYPES } from "./graph.ts";

/** What an operator takes or makes. */
export type Value =
  | {
    readonly kind: "tensor";
    /** The name that it has in the graph. */
    readonly name: string;
    /** The dtype of its values. */
    readonly dtype: DType;
    /** The sizes of its dimensions; a complex tensor has one dimension more in the graph, of the two parts. */
    readonly shape: readonly Dim[];
  }
  | { readonly kind: "constant"; readonly value: ScriptOutput }
  | { readonly kind: "batches"; readonly batches: number }
  | { readonly kind: "list"; readonly items: readonly Value[] };

/** A tensor among {@linkcode Value}s. */
export type TensorValue = Extract<Value, { kind: "tensor" }>;

/** An operator, or a way to call one, that has no translation. The message says which and where. */
export class UntranslatedError extends ApprenticeError {}

/** What a call makes: dtype and shape of a tensor. */
export interface Made {
  /** The dtype of its values. */
  readonly dtype: DType;
  /** The sizes of its dimensions. */
  readonly shape: readonly Dim[];
}

/** A call: its arguments by place, and the graph that its translation is added to. */
export class Call {
  /** Where operations go. */
  readonly graph: GraphBuilder;
  /** What is made: of a call that makes a list the tensors in it. */
  readonly made: readonly Made[];
  readonly #args: readonly Value[];

  /** @ignore */
  constructor(graph: GraphBuilder, args: readonly Value[], made: readonly Made[]) {
    this.graph = graph;
    this.#args = args;
    this.made = made;
  }

  /** Adds an operation, as {@linkcode GraphBuilder.add} does. */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.graph.add(operator, inputs, attributes);
  }

  /** How many arguments there are. */
  get count(): number {
    return this.#args.length;
  }

  /** The argument at a place; null for what was not given. */
  value(at: number): Value {
    return this.#args[at] ?? { kind: "constant", value: null };
  }

  /** Whether the argument at a place is left out. */
  isNone(at: number): boolean {
    const value = this.value(at);
    return value.kind === "constant" && value.value === null;
  }

  /** The tensor at a place. */
  tensor(at: number): TensorValue {
    const value = this.value(at);
    if (value.kind !== "tensor") throw this.untranslated(`argument ${at + 1} is no tensor`);
    return value;
  }

  /** The name of the tensor at a place. */
  name(at: number): string {
    return this.tensor(at).name;
  }

  /** The name of the tensor at a place; a number becomes one of `dtype`, and another dtype is changed to it. */
  as(at: number, dtype: DType): string {
    const value = this.value(at);
    if (value.kind === "tensor") return this.cast(value.name, value.dtype, dtype);
    if (value.kind === "batches") {
      return this.cast(this.graph.batches(value.batches), "int64", dtype);
    }
    return this.graph.scalar(Number(this.#constant(at)), dtype);
  }

  /** Changes the dtype of what has a name. */
  cast(name: string, from: DType, to: DType): string {
    return from === to ? name : this.add("Cast", [name], { to: this.onnxDType(to) });
  }

  /** The number of a dtype in ONNX. */
  onnxDType(dtype: DType): number {
    const number = ONNX_DTYPES[dtype];
    if (number === undefined) throw this.untranslated(`ONNX has no tensors of ${dtype} here`);
    return number;
  }

  /** The number at a place, or `fallback` if none was given. */
  number(at: number, fallback?: number): number {
    const value = this.#constant(at);
    if (value === null && fallback !== undefined) return fallback;
    if (typeof value === "number") return value;
    throw this.untranslated(`argument ${at + 1} is no number that is the same for all images`);
  }

  /** Whether what is at a place is true. */
  flag(at: number): boolean {
    return this.#constant(at) === true;
  }

  /** The string at a place. */
  text(at: number): string {
    return String(this.#constant(at));
  }

  /** The numbers at a place; one number is a list of one. */
  numbers(at: number): number[] {
    const value = this.value(at);
    if (value.kind === "constant" && typeof value.value === "number") return [value.value];
    if (value.kind !== "list") {
      const list = value.kind === "constant" ? value.value : null;
      if (Array.isArray(list)) return list as number[];
      throw this.untranslated(`argument ${at + 1} is no list of numbers`);
    }
    return value.items.map((item) => {
      if (item.kind === "constant" && typeof item.value === "number") return item.value;
      throw this.untranslated(`argument ${at + 1} has a number that follows the batch`);
    });
  }

  /** The number at a place, which may follow the batch. */
  dim(at: number): Dim {
    return toDim(this.value(at)) ?? this.number(at);
  }

  /** The numbers at a place, each of which may follow the batch. */
  dims(at: number): Dim[] {
    const value = this.value(at);
    if (value.kind !== "list") return this.numbers(at);
    return value.items.map((item) => {
      const dim = toDim(item);
      if (dim === null) throw this.untranslated(`argument ${at + 1} is no list of numbers`);
      return dim;
    });
  }

  /** The list of tensors, or of none, at a place. */
  list(at: number): readonly Value[] {
    const value = this.value(at);
    if (value.kind !== "list") throw this.untranslated(`argument ${at + 1} is no list of tensors`);
    return value.items;
  }

  /** A dimension of the tensor at place 0, counted from its first; `at` is where the call names it. */
  axis(at: number, rank: number = this.tensor(0).shape.length): number {
    const given = this.number(at);
    return given < 0 ? given + rank : given;
  }

  /** Dimensions of the tensor at place 0; all of them where none are named. */
  axes(at: number): number[] {
    const rank = this.tensor(0).shape.length;
    const given = this.isNone(at) ? [] : this.numbers(at);
    return given.length === 0
      ? Array.from({ length: rank }, (_, i) => i)
      : given.map((axis) => axis < 0 ? axis + rank : axis);
  }

  /** A size that is the same for all numbers of images. */
  fixed(dim: Dim): number {
    if (typeof dim === "number") return dim;
    throw this.untranslated("the batch is among the dimensions that it works on");
  }

  /** Gives what has a name another shape. */
  reshape(name: string, shape: readonly Dim[]): string {
    const open = shape.filter((dim) => typeof dim !== "number").length;
    // What is computed by the reader is left open: one dimension may be.
    const sizes = open === 1
      ? this.graph.ints(shape.map((dim) => typeof dim === "number" ? dim : -1))
      : this.graph.sizes(shape);
    return this.add("Reshape", [name, sizes]);
  }

  /** The error that this call has no translation. */
  untranslated(why: string): UntranslatedError {
    return new UntranslatedError(why);
  }

  #constant(at: number): ScriptOutput {
    const value = this.value(at);
    if (value.kind !== "constant") {
      throw this.untranslated(`argument ${at + 1} depends on the images`);
    }
    return value.value instanceof Tensor ? value.value.item() as number : value.value;
  }
}

/** A number, or a multiple of the batch; null for all else. */
function toDim(value: Value): Dim | null {
  if (value.kind === "batches") return { batches: value.batches };
  return value.kind === "constant" && typeof value.value === "number" ? value.value : null;
}

/** What translates a call: returns the names of what it makes, one or, for a call that makes a list, several. */
export type Translation = (call: Call) => string | readonly string[];

/** Translations by the operators' names, without the namespace `aten::` and the `_` of those that work in place. */
export type Translations = Readonly<Record<string, Translation>>;
