/**
 * What a model is made of, and what it costs to run.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import type { Module } from "../nn/mod.ts";
import { evaluated } from "../nn/modes.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import { watchProducts } from "../torch/products.ts";
import { multiplyAdds } from "./multiply_adds.ts";
import type { SummaryRow } from "./summary_row.ts";
import { summaryTable } from "./summary_table.ts";
import { watchForwards } from "./watch_forwards.ts";

/** What {@linkcode summary} runs a model with. */
export interface SummaryOptions {
  /** The side of the images; the model's `imageSize` if it has one, else 224. */
  readonly imageSize?: number;
  /** Channels of the images; those of the model's first 2-D convolution if it has one, else 3. */
  readonly inChannels?: number;
  /** The number of images; 1 by default. */
  readonly batch?: number;
  /** The whole shape of the input, for models of something else than images. */
  readonly inputShape?: readonly number[];
  /** How deep the table goes below the model; 3 by default. */
  readonly depth?: number;
}

/** What {@linkcode summary} found. Its text is a table. */
export class Summary {
  /** The shape of the input. */
  readonly inputShape: readonly number[];
  /** All modules, the model first. */
  readonly rows: readonly SummaryRow[];
  /** Values of all parameters. */
  readonly params: number;
  /** Values of those parameters that are trained. */
  readonly trainable: number;
  /** Values of all buffers. */
  readonly buffers: number;
  /**
   * Multiply-adds of one forward pass of the whole batch: those of convolutions, linear layers, products of matrices
   * and attention, whoever calls them. Norms, activations, pooling and element-wise work count nothing, as in fvcore
   * and torchvision's tables; nor does what a TorchScript module or a recurrent layer does inside.
   */
  readonly flops: number;
  /** Values that the counted operators gave, as fvcore and timm count activations. */
  readonly activations: number;
  readonly #depth: number;

  /** Made by {@linkcode summary}. @ignore */
  constructor(
    rows: readonly SummaryRow[],
    counts: { inputShape: readonly number[]; trainable: number; buffers: number; depth: number },
  ) {
    this.rows = rows;
    this.inputShape = counts.inputShape;
    this.trainable = counts.trainable;
    this.buffers = counts.buffers;
    this.#depth = counts.depth;
    const [{ params, flops, activations }] = rows;
    this.params = params;
    this.flops = flops;
    this.activations = activations;
  }

  /** The table. */
  toString(): string {
    return summaryTable(this, this.#depth);
  }

  /** What `console.log` shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

/**
 * Runs a model once, in evaluation mode and without gradients, on an input of zeros, and counts what it is made of and
 * what it did. The model is left as it was.
 *
 * @throws {ArgumentError} if an option cannot be used.
 *
 * @example
 * ```ts
 * import { models, nn } from "@apprentice/distill";
 *
 * using model = new nn.Sequential(new nn.Conv2d(3, 8, 3), new nn.Flatten(), new nn.Linear(7200, 10));
 * const { params, flops } = models.summary(model, { imageSize: 32 });
 * console.log(params, flops); // 72234, 266400
 * ```
 */
export function summary(model: Module, options: SummaryOptions = {}): Summary {
  const inputShape = options.inputShape ?? imageShape(model, options);
  const depth = options.depth ?? 3;
  if (inputShape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new ArgumentError(
      `summary: sizes must be whole numbers of at least 1, got [${inputShape.join(", ")}].`,
    );
  }
  if (!Number.isSafeInteger(depth) || depth < 0) {
    throw new ArgumentError(`summary: depth must be a whole number of at least 0, got ${depth}.`);
  }
  const parameters = model.parameters();
  const counts = {
    inputShape,
    depth,
    trainable: values(parameters.filter((tensor) => tensor.requiresGrad)),
    buffers: values(model.namedBuffers().map(([, tensor]) => tensor)),
  };
  return new Summary(treeRows(model, observe(model, inputShape, parameters[0])), counts);
}

function imageShape(model: Module, options: SummaryOptions): number[] {
  const own = (model as { imageSize?: unknown }).imageSize;
  const { imageSize = typeof own === "number" ? own : 224, batch = 1 } = options;
  const first = model.namedModules().find(([, module]) => module instanceof nn.Conv2d)?.[1];
  const { inChannels = (first as nn.Conv2d | undefined)?.inChannels ?? 3 } = options;
  return [batch, inChannels, imageSize, imageSize];
}

const values = (tensors: readonly torch.Tensor[]): number =>
  tensors.reduce((sum, tensor) => sum + tensor.numel, 0);

/** What one module did itself, without those below it. */
interface Work {
  output: readonly number[] | null;
  flops: number;
  activations: number;
}

/** Runs the model and notes what every module of it did. */
function observe(
  model: Module,
  inputShape: readonly number[],
  like?: torch.Tensor,
): Map<Module, Work> {
  const work = new Map<Module, Work>();
  for (const module of model.modules()) {
    work.set(module, { output: null, flops: 0, activations: 0 });
  }
  evaluated(model, () =>
    torch.scope(() =>
      torch.noGrad(() => {
        const input = torch.zeros(inputShape, { device: like?.device, dtype: like?.dtype });
        const onOutput = (module: Module, output: unknown): void => {
          if (output instanceof torch.Tensor) work.get(module)!.output = output.shape;
        };
        watchForwards(new Set(work.keys()), { onOutput }, (running) =>
          watchProducts((operator, result, operands) => {
            const own = work.get(running() ?? model)!;
            own.flops += multiplyAdds(operator, result as torch.Tensor, operands);
            own.activations += (result as torch.Tensor).numel;
          }, () => model.forward(input)));
      })
    ));
  return work;
}

/** The rows of a module and all below it, each with the sums of what is below. */
function treeRows(model: Module, work: ReadonlyMap<Module, Work>): SummaryRow[] {
  const seenModules = new Set<Module>();
  const seenTensors = new Set<torch.Tensor>();
  const walk = (module: Module, name: string, depth: number): SummaryRow[] => {
    seenModules.add(module);
    const own = work.get(module)!;
    const below: SummaryRow[] = [];
    let { flops, activations } = own;
    let params = 0;
    for (const tensor of ownParameters(module)) {
      if (!seenTensors.has(tensor)) params += tensor.numel;
      seenTensors.add(tensor);
    }
    for (const [key, child] of module.namedChildren()) {
      if (seenModules.has(child)) continue;
      const rows = walk(child, name === "" ? key : `${name}.${key}`, depth + 1);
      params += rows[0].params;
      flops += rows[0].flops;
      activations += rows[0].activations;
      below.push(...rows);
    }
    const type = module.constructor.name;
    return [{ name, type, depth, output: own.output, params, flops, activations }, ...below];
  };
  return walk(model, "", 0);
}

/** A module's parameters without those of its children: their names have no dot. */
function ownParameters(module: Module): torch.Tensor[] {
  return module.namedParameters().filter(([name]) => !name.includes(".")).map(([, tensor]) =>
    tensor
  );
}
