/**
 * An ONNX graph while it is made.
 *
 * @module
 */

import type { DType } from "../../torch/dtype.ts";
import { type Tensor, tensor } from "../../torch/mod.ts";
import type { Dim } from "../symbolic.ts";

/** What an operator of ONNX is set to. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

/** An operation of the graph. */
export interface OnnxNode {
  /** The name of the operation, which says in which module it lies: `/layer1/layer1.0/conv1/Conv`. */
  readonly name: string;
  /** The operator, such as `"Conv"`. */
  readonly operator: string;
  /** The names of what it takes; empty for what is left out. */
  readonly inputs: readonly string[];
  /** The names of what it makes. */
  readonly outputs: readonly string[];
  /** The settings of the operation by name. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** What goes into the graph or comes out. */
export interface OnnxPort {
  /** The name that is fed or fetched. */
  readonly name: string;
  /** The element type. */
  readonly dtype: DType;
  /** The sizes of its dimensions; a name for what is left open. */
  readonly shape: readonly (number | string)[];
}

/** A dtype that operations of ONNX take, and its number there. */
export const ONNX_DTYPES: Partial<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** Gathers operations and constants; what is the same is there once. */
export class GraphBuilder {
  /** Operations, in an order in which they can be run. */
  readonly nodes: OnnxNode[] = [];
  /** Tensors of the file, by name. */
  readonly initializers = new Map<string, Tensor>();
  /** The names of the modules around what is added, from the outermost on. */
  scope: readonly string[] = [];
  readonly #constants = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #multiples = new Map<number, string>();
  readonly #images: string;

  /** @param images The input whose first dimension is the batch. */
  constructor(images: string) {
    this.#images = images;
    this.#used.add(images);
  }

  /** Adds an operation; returns the name of what it makes. */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.addSeveral(operator, inputs, attributes, 1)[0];
  }

  /** Adds an operation of several outputs. */
  addSeveral(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    count: number,
  ): string[] {
    const name = this.#unique(`/${[...this.scope, operator].join("/")}`);
    const outputs = Array.from({ length: count }, (_, i) => this.#unique(`${name}_output_${i}`));
    this.nodes.push({ name, operator, inputs, outputs, attributes });
    return outputs;
  }

  /** Adds an operation whose output has a name of its own choosing. */
  name(operator: string, inputs: readonly string[], output: string): void {
    const name = this.#unique(`/${operator}`);
    this.nodes.push({ name, operator, inputs, outputs: [output], attributes: {} });
    this.#used.add(output);
  }

  /** The operator that makes what has a name; undefined for what is given or kept. */
  operatorOf(name: string): string | undefined {
    return this.nodes.findLast(({ outputs }) => outputs.includes(name))?.operator;
  }

  /** Takes a tensor into the file, under a name of its own. */
  initializer(name: string, tensor: Tensor): string {
    if (this.initializers.get(name) === tensor) return name;
    const own = this.#unique(name);
    this.initializers.set(own, tensor);
    return own;
  }

  /** A constant that `make` makes, once for each key. */
  constant(key: string, make: () => Tensor): string {
    let name = this.#constants.get(key);
    if (name === undefined) {
      name = this.initializer(`constant_${this.#constants.size}`, make());
      this.#constants.set(key, name);
    }
    return name;
  }

  /** The batch times a number, as a list of one int64. */
  batches(factor: number): string {
    let name = this.#multiples.get(factor);
    if (name !== undefined) return name;
    // What is the same for all modules lies in none.
    const { scope } = this;
    this.scope = [];
    name = factor === 1
      ? this.add("Shape", [this.#images], { start: 0, end: 1 })
      : this.add("Mul", [this.batches(1), this.ints([factor])]);
    this.scope = scope;
    this.#multiples.set(factor, name);
    return name;
  }

  /** A list of int64. */
  ints(values: readonly number[]): string {
    const shape = [values.length];
    return this.constant(`int64 [${values}]`, () => tensor(values, { dtype: "int64", shape }));
  }

  /** One number. */
  scalar(value: number, dtype: DType = "float32"): string {
    return this.constant(`${dtype} ${value}`, () => tensor(value, { dtype }));
  }

  /** Sizes as a list of int64. */
  sizes(dims: readonly Dim[]): string {
    if (dims.every((dim) => typeof dim === "number")) return this.ints(dims as number[]);
    const parts = dims.map((dim) =>
      typeof dim === "number" ? this.ints([dim]) : this.batches(dim.batches)
    );
    return parts.length === 1 ? parts[0] : this.add("Concat", parts, { axis: 0 });
  }

  #unique(name: string): string {
    let own = name;
    for (let i = 1; this.#used.has(own); i++) own = `${name}_${i}`;
    this.#used.add(own);
    return own;
  }
}
