/**
 * Finds how a function, method or layer of PyTorch's is called here, and calls it.
 *
 * @module
 */

import * as nn from "../../src/nn/mod.ts";
import { argumentName, hidden } from "../../src/torch/codegen/arguments.ts";
import { functions } from "../../src/torch/codegen/curated_functions.ts";
import { methods } from "../../src/torch/codegen/curated_methods.ts";
import { camel, type Entry, readEntries, schemaOf } from "../../src/torch/codegen/entries.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Argument, Schema } from "../../src/torch/schema.ts";

/** A value that a sample holds. */
export type Value = torch.Tensor | number | boolean | string | null | undefined | Value[];

/** Arguments by PyTorch's names. */
export type Named = Record<string, Value>;

/** Says that there is no typed form that takes the arguments: another thing than a refusal by one. */
export class NoForm extends Error {}

interface Form {
  entry: Entry;
  method: boolean;
}

const forms = new Map<string, Form[]>();
for (const [list, method] of [[methods, true], [functions, false]] as const) {
  for (const entry of readEntries(list)) {
    forms.set(entry.base, [...(forms.get(entry.base) ?? []), { entry, method }]);
  }
}

/** Whether a value may be an argument of a kind. */
function fits({ kind, length }: Argument, value: Value): boolean {
  if (value === undefined || value === null) return kind !== kind.toUpperCase() || kind === "t";
  switch (kind.toUpperCase()) {
    case "T":
      return value instanceof torch.Tensor;
    case "L":
    case "J":
      return Array.isArray(value) && value.every((v) => v instanceof torch.Tensor || v === null);
    case "B":
      return typeof value === "boolean";
    case "H":
    case "Y":
    case "V":
    case "M":
      return typeof value === "string";
    case "A":
    case "X":
    case "D":
      return Array.isArray(value) && value.every((v) => typeof v === "number") ||
        typeof value === "number" && length !== undefined;
    default:
      return typeof value === "number" || typeof value === "boolean" && "SN".includes(kind) ||
        kind === "I" && typeof value === "string";
  }
}

const visible = (schema: Schema) => schema.arguments.filter((a) => !hidden.has(a.name));
const inOrder = (schema: Schema) => visible(schema).filter((a) => !a.keyword);

/** What PyTorch's functions have that operators do not, where it is off. */
const off = ["inplace", "return_indices", "size_average", "reduce", "sparse", "as_tuple"];

/** The arguments of one overload in its order, by its names; undefined if they do not fit it. */
function bind(schema: Schema, args: Value[], kwargs: Named): Map<Argument, Value> | undefined {
  const given = new Map<Argument, Value>();
  const list = inOrder(schema);
  if (args.length > list.length) return undefined;
  args.forEach((value, i) => given.set(list[i], value));
  for (const [key, value] of Object.entries(kwargs)) {
    const name = key === "input" ? ["self", "input"] : [key];
    const argument = visible(schema).find((a) => name.includes(a.name));
    if (argument !== undefined) given.set(argument, value);
    else if (value !== null && !(value === false && off.includes(key))) return undefined;
  }
  for (const argument of visible(schema)) {
    const value = given.get(argument);
    if (!given.has(argument) || value === undefined) {
      if (argument.fallback === undefined && argument.kind !== "t") return undefined;
    } else if (!fits(argument, value)) return undefined;
  }
  return given;
}

/** Calls the method or function of an operator. */
export function callOperator(bases: readonly string[], args: Value[], kwargs: Named): unknown {
  if ("unbiased" in kwargs) {
    const { unbiased, ...rest } = kwargs;
    return callOperator(bases, args, { ...rest, correction: unbiased ? 1 : 0 });
  }
  if (bases.includes("unique_consecutive")) {
    // PyTorch returns what was asked for; here all three come, and are empty if not.
    const [values, inverse, counts] = call(bases, args, kwargs) as torch.Tensor[];
    const all = [values];
    if (kwargs.return_inverse) all.push(inverse);
    if (kwargs.return_counts) all.push(counts);
    return all;
  }
  return call(bases, args, kwargs);
}

function call(bases: readonly string[], args: Value[], kwargs: Named): unknown {
  const found = bases.flatMap((base) => forms.get(base) ?? []);
  if (found.length === 0) throw new NoForm("no typed form");
  for (const { entry, method } of found) {
    for (const schema of entry.overloads) {
      const given = bind(schema, args, kwargs);
      if (given === undefined) continue;
      const width = Math.max(...entry.overloads.map((s) => inOrder(s).length));
      const list: Value[] = new Array(width).fill(undefined);
      const options: Record<string, Value> = {};
      for (const [argument, value] of given) {
        let at = inOrder(schema).indexOf(argument);
        // What one overload has by name and another in order is in order.
        if (at < 0) {
          at = entry.overloads.map((s) => inOrder(s).findIndex((a) => a.name === argument.name))
            .find((place) => place >= 0 && inOrder(schema).length <= place) ?? -1;
        }
        if (at >= 0) list[at] = value;
        else options[argumentName(argument)] = value;
      }
      const all: unknown[] = Object.keys(options).length > 0 ? [...list, options] : list;
      if (!method) {
        // deno-lint-ignore no-explicit-any
        return (torch as any)[entry.name](...all);
      }
      const self = all.shift();
      // deno-lint-ignore no-explicit-any
      return (self as any)[entry.name](...all);
    }
  }
  throw new NoForm("no overload takes these arguments");
}

const reductions: Record<string, number> = { none: 0, mean: 1, sum: 2 };

/** Calls an operator that has no typed form by its name, as `torch.call` does: the first of the overloads that fits. */
export function callByName(overloads: readonly string[], args: Value[], kwargs: Named): unknown {
  for (const name of overloads) {
    const schema = schemaOf(name);
    const given = schema && bind(schema, args, kwargs);
    if (given === undefined) continue;
    const named: Record<string, torch.Argument> = {};
    for (const [argument, value] of given) {
      named[argument.name] = (argument.name === "reduction" && typeof value === "string"
        ? reductions[value]
        : value) as torch.Argument;
    }
    return torch.call(name, named);
  }
  throw new NoForm("no operator takes these arguments");
}

/** The arguments that our functions have in order; the others are options. */
const functionals: Record<string, string[]> = {
  relu: ["input"],
  relu6: ["input"],
  silu: ["input"],
  mish: ["input"],
  hardswish: ["input"],
  hardsigmoid: ["input"],
  hardtanh: ["input", "min_val", "max_val"],
  leaky_relu: ["input", "negative_slope"],
  prelu: ["input", "weight"],
  elu: ["input", "alpha"],
  celu: ["input", "alpha"],
  selu: ["input"],
  glu: ["input", "dim"],
  softplus: ["input", "beta", "threshold"],
  softmax: ["input", "dim"],
  log_softmax: ["input", "dim"],
  dropout: ["input", "p", "training"],
  dropout2d: ["input", "p", "training"],
  dropout3d: ["input", "p", "training"],
  alpha_dropout: ["input", "p", "training"],
  cross_entropy: ["input", "target"],
  nll_loss: ["input", "target"],
  binary_cross_entropy_with_logits: ["input", "target"],
  layer_norm: ["input", "normalized_shape"],
  group_norm: ["input", "num_groups"],
  batch_norm: ["input", "running_mean", "running_var"],
  instance_norm: ["input"],
  local_response_norm: ["input", "size"],
  conv1d: ["input", "weight", "bias"],
  conv2d: ["input", "weight", "bias"],
  conv3d: ["input", "weight", "bias"],
  conv_transpose1d: ["input", "weight", "bias"],
  conv_transpose2d: ["input", "weight", "bias"],
  conv_transpose3d: ["input", "weight", "bias"],
  pad: ["input", "pad"],
  unfold: ["input", "kernel_size"],
  fold: ["input", "output_size", "kernel_size"],
  pixel_shuffle: ["input", "upscale_factor"],
  pixel_unshuffle: ["input", "downscale_factor"],
  channel_shuffle: ["input", "groups"],
  max_pool1d: ["input", "kernel_size"],
  max_pool2d: ["input", "kernel_size"],
  max_pool3d: ["input", "kernel_size"],
  avg_pool1d: ["input", "kernel_size"],
  avg_pool2d: ["input", "kernel_size"],
  avg_pool3d: ["input", "kernel_size"],
  adaptive_avg_pool1d: ["input", "output_size"],
  adaptive_avg_pool2d: ["input", "output_size"],
  adaptive_avg_pool3d: ["input", "output_size"],
  adaptive_max_pool1d: ["input", "output_size"],
  adaptive_max_pool2d: ["input", "output_size"],
  adaptive_max_pool3d: ["input", "output_size"],
  embedding: ["input", "weight"],
  mse_loss: ["input", "target"],
  l1_loss: ["input", "target"],
  smooth_l1_loss: ["input", "target"],
  kl_div: ["input", "target"],
  cosine_embedding_loss: ["input1", "input2", "target"],
  normalize: ["input"],
  interpolate: ["input"],
  max_unpool2d: ["input", "indices", "kernel_size"],
};

/** What PyTorch's functions take for its own history. */
const historic = ["size_average", "reduce", "_stacklevel"];

/** Options by our names; what is absent or off is left out. */
function optionsOf(named: Named, except: readonly string[]): Record<string, Value> {
  const options: Record<string, Value> = {};
  for (const [name, value] of Object.entries(named)) {
    if (except.includes(name) || value === undefined || value === null) continue;
    if (historic.includes(name)) throw new NoForm(`${name} is not there`);
    options[camel(name)] = value;
  }
  return options;
}

/** Calls a function of `nn.functional`; undefined if there is none of that name. */
export function functionalOf(name: string): ((named: Named) => unknown) | undefined {
  const order = functionals[name];
  if (order === undefined) return undefined;
  return (named) => {
    const list: unknown[] = order.map((key) => named[key]);
    while (list.length > 0 && list.at(-1) === undefined) list.pop();
    const options = optionsOf(named, order);
    while (list.length < order.length) list.push(undefined);
    // deno-lint-ignore no-explicit-any
    const run = (nn.functional as any)[camel(name)];
    return Object.keys(options).length > 0 ? run(...list, options) : run(...list);
  };
}

/** The arguments that our layers have in order; the others are options. */
const layers: Record<string, string[]> = {
  Linear: ["in_features", "out_features"],
  Conv1d: ["in_channels", "out_channels", "kernel_size"],
  Conv2d: ["in_channels", "out_channels", "kernel_size"],
  Conv3d: ["in_channels", "out_channels", "kernel_size"],
  ConvTranspose1d: ["in_channels", "out_channels", "kernel_size"],
  ConvTranspose2d: ["in_channels", "out_channels", "kernel_size"],
  ConvTranspose3d: ["in_channels", "out_channels", "kernel_size"],
  Embedding: ["num_embeddings", "embedding_dim"],
  BatchNorm1d: ["num_features"],
  BatchNorm2d: ["num_features"],
  BatchNorm3d: ["num_features"],
  InstanceNorm1d: ["num_features"],
  InstanceNorm2d: ["num_features"],
  InstanceNorm3d: ["num_features"],
  LayerNorm: ["normalized_shape"],
  RMSNorm: ["normalized_shape"],
  GroupNorm: ["num_groups", "num_channels"],
  LocalResponseNorm: ["size"],
  MaxPool1d: ["kernel_size"],
  MaxPool2d: ["kernel_size"],
  MaxPool3d: ["kernel_size"],
  AvgPool1d: ["kernel_size"],
  AvgPool2d: ["kernel_size"],
  AvgPool3d: ["kernel_size"],
  AdaptiveAvgPool1d: ["output_size"],
  AdaptiveAvgPool2d: ["output_size"],
  AdaptiveAvgPool3d: ["output_size"],
  AdaptiveMaxPool1d: ["output_size"],
  AdaptiveMaxPool2d: ["output_size"],
  AdaptiveMaxPool3d: ["output_size"],
  ZeroPad1d: ["padding"],
  ZeroPad2d: ["padding"],
  ZeroPad3d: ["padding"],
  ReflectionPad1d: ["padding"],
  ReflectionPad2d: ["padding"],
  ReflectionPad3d: ["padding"],
  ReplicationPad1d: ["padding"],
  ReplicationPad2d: ["padding"],
  ReplicationPad3d: ["padding"],
  CircularPad1d: ["padding"],
  CircularPad2d: ["padding"],
  CircularPad3d: ["padding"],
  ConstantPad1d: ["padding", "value"],
  ConstantPad2d: ["padding", "value"],
  ConstantPad3d: ["padding", "value"],
  MultiheadAttention: ["embed_dim", "num_heads"],
  TransformerEncoderLayer: ["d_model", "nhead"],
  LeakyReLU: ["negative_slope"],
  PReLU: ["num_parameters"],
  ELU: ["alpha"],
  CELU: ["alpha"],
  Hardtanh: ["min_val", "max_val"],
  Softplus: ["beta", "threshold"],
  GLU: ["dim"],
  Softmax: ["dim"],
  LogSoftmax: ["dim"],
  Dropout: ["p"],
  Flatten: ["start_dim", "end_dim"],
  ReLU: [],
  ReLU6: [],
  GELU: [],
  SiLU: [],
  SELU: [],
  Mish: [],
  Hardswish: [],
  Hardsigmoid: [],
  Sigmoid: [],
  LogSigmoid: [],
  Tanh: [],
  CrossEntropyLoss: [],
  NLLLoss: [],
  MSELoss: [],
  L1Loss: [],
  SmoothL1Loss: [],
  KLDivLoss: [],
  BCEWithLogitsLoss: [],
  CosineEmbeddingLoss: [],
};

/** Makes a layer of PyTorch's constructor arguments. */
export function makeLayer(name: string, named: Named): nn.Module {
  const order = layers[name];
  if (order === undefined) throw new NoForm("no typed form");
  const options = optionsOf(named, [...order, "device", "dtype", "batch_first", "return_indices"]);
  const list = order.map((key) => named[key]);
  // deno-lint-ignore no-explicit-any
  return new (nn as any)[name](...list, options);
}

/** Calls a layer with what PyTorch's was called with. */
export function callLayer(layer: nn.Module, made: Named, given: Named): unknown {
  if (layer instanceof nn.MultiheadAttention || layer instanceof nn.TransformerEncoderLayer) {
    const [x] = Object.values(given) as torch.Tensor[];
    if (!made.batch_first && x.ndim === 3) throw new NoForm("the batch always comes first");
  }
  if (layer instanceof nn.MultiheadAttention) {
    const { query, key, value } = given as Record<string, torch.Tensor>;
    const options = {
      mask: given.attn_mask as torch.Tensor ?? undefined,
      keyPaddingMask: given.key_padding_mask as torch.Tensor ?? undefined,
      averageAttnWeights: given.average_attn_weights as boolean ?? true,
    };
    if (given.need_weights === false) return layer.forward(query, key, value, options);
    return layer.forward(query, key, value, { ...options, needWeights: true });
  }
  if (layer instanceof nn.TransformerEncoderLayer) {
    return layer.forward(given.src as torch.Tensor, {
      mask: given.src_mask as torch.Tensor ?? undefined,
      keyPaddingMask: given.src_key_padding_mask as torch.Tensor ?? undefined,
    });
  }
  if (made.return_indices) {
    return (layer as nn.MaxPool2d).forward(given.input as torch.Tensor, { returnIndices: true });
  }
  if (given.output_size) {
    const outputSize = given.output_size as number[];
    return (layer as nn.ConvTranspose2d).forward(given.input as torch.Tensor, { outputSize });
  }
  return layer.forward(...Object.values(given) as torch.Tensor[]);
}
