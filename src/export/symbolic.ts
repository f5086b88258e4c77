/**
 * What in a trace depends on the number of images.
 *
 * Tracing writes every number down as it was. Two traces with different numbers of images tell which numbers follow the
 * batch: those that grow in proportion to it.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { Tensor } from "../torch/mod.ts";
import type { Trace, TracedNode } from "../torch/trace.ts";

/** The size of a dimension: a number, or a multiple of the batch. */
export type Dim = number | { readonly batches: number };

/** What two traces tell of the batch. */
export interface BatchUse {
  /** By the index of a constant of whole numbers, how many times the batch it is. */
  readonly multiples: ReadonlyMap<number, number>;
  /** By the number of a value of the first trace, the sizes of its dimensions. */
  readonly shapes: ReadonlyMap<number, readonly Dim[]>;
}

/**
 * Compares traces of one computation for two numbers of images.
 *
 * @throws {ArgumentError} if they differ in anything but multiples of these.
 */
export function batchUse(
  [trace, other]: readonly [Trace, Trace],
  batches: readonly [number, number],
): BatchUse {
  const multiples = new Map<number, number>();
  const shapes = new Map<number, readonly Dim[]>();
  const dims = (shape: readonly number[], twin: readonly number[], node: TracedNode): Dim[] =>
    shape.map((size, i) => size === twin[i] ? size : { batches: multiple(size, twin[i], node) });
  const multiple = (value: number, twin: number, node: TracedNode): number => {
    const factor = value / batches[0];
    if (Number.isInteger(factor) && factor * batches[1] === twin) return factor;
    throw unlike(node, `${value} for ${batches[0]} images is ${twin} for ${batches[1]}`);
  };
  for (const [i, input] of trace.inputs.entries()) {
    shapes.set(input.id, dims(input.shape!, other.inputs[i].shape!, trace.nodes[0]));
  }
  for (const [index, node] of trace.nodes.entries()) {
    const twin = other.nodes[index];
    if (twin?.kind !== node.kind || twin.module !== node.module) {
      throw unlike(node, `other operators are called, ${twin?.kind ?? "none"} in ${twin?.module}`);
    }
    const { value } = node;
    if (typeof value === "number" && value !== twin.value && !Object.is(value, twin.value)) {
      multiples.set(index, multiple(value, twin.value as number, node));
    } else if (value instanceof Tensor && !value.equal(twin.value as Tensor)) {
      throw unlike(node, "it takes a tensor that differs");
    }
    for (const [i, { id, shape }] of node.outputs.entries()) {
      const twinShape = twin.outputs[i]?.shape ?? null;
      if (shape !== null && twinShape !== null) shapes.set(id, dims(shape, twinShape, node));
    }
  }
  if (other.nodes.length !== trace.nodes.length) {
    throw unlike(other.nodes[trace.nodes.length], "more operators are called");
  }
  return { multiples, shapes };
}

function unlike(node: TracedNode, how: string): ArgumentError {
  return new ArgumentError(
    `The model does something else for other numbers of images, so that it cannot be exported for all: at ${node.kind} ` +
      `in ${node.module === "" ? "the model itself" : `its module ${node.module}`}, ${how}.`,
  );
}
