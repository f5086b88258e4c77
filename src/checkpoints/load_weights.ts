/**
 * Loading published weights into a model.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import { isContiguous } from "../archive/pytorch/arrangement.ts";
import { ArgumentError, DTypeError, ShapeError } from "../base/errors.ts";
import { Classifier, type Module } from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import { Tensor } from "../torch/mod.ts";
import type { WeightsFile } from "./weights_file.ts";
import { Copier } from "./copy.ts";
import { compare, isCounter, isUnder, mismatch } from "./fit.ts";
import { openWeights } from "./open.ts";
import { type StoredTensor, viewOf } from "./stored_tensor.ts";
import { findState, shapesOf, throughTensors, type Values } from "./translate.ts";
import type { WeightsDialect } from "./weights_dialect.ts";

/** How {@linkcode loadWeights} loads. */
export interface LoadWeightsOptions {
  /**
   * `"load"` (the default): the file's head is loaded like everything else and must fit. `"fresh"`: the model's
   * head keeps its own weights, and the file's is passed over. `"fit"`: the one if the file has a head of
   * the same shape, else the other.
   */
  head?: "load" | "fresh" | "fit";
  /** How the names of the head's parameters begin, such as `["fc."]`; found by itself for a classifier. */
  headPrefixes?: readonly string[];
  /** Whether names that one side lacks are an error; true by default. */
  strict?: boolean;
  /**
   * Makes the model's tensors share the mapped file instead of copying it, where dtype and device allow: nothing is
   * read before it is used, and models that are loaded from one file share its memory. What is written to them never
   * reaches the file. For models that stay as they are. While the model lives the file must not be made shorter.
   */
  assign?: boolean;
  /** Gives tensors of the file other names before they are compared with the model's; null leaves one out. */
  rename?: (name: string) => string | null;
  /**
   * What the names in the file begin with where the model's do not, such as `"teacher.backbone."`; nested dicts
   * count as names with dots. By default that under which most of the model's names are found.
   */
  prefix?: string;
  /** Names by which other publishers know the model's parameters. */
  dialects?: readonly WeightsDialect[];
  /** Classes to be left out of a file of PyTorch; see `openWeights`. */
  ignore?: readonly string[];
  /** What a message says to do where only the head does not fit, for callers without `head`. @ignore */
  headAdvice?: string;
}

/** What {@linkcode loadWeights} did. */
export interface WeightsReport {
  /** How many tensors were loaded. */
  readonly loaded: number;
  /** What the names in the file began with where the model's did not. */
  readonly prefix: string;
  /** Whose names the file had, if not the model's. */
  readonly dialect: string | null;
  /** Names that the model has and the file lacks. */
  readonly missing: string[];
  /** Names that the file has beside the model's and the model lacks. */
  readonly unexpected: string[];
}

/** A model that fits a state dict of itself for images of another size to its own. */
interface AdaptsState {
  adaptState(state: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
}

/**
 * Loads published weights into a model, which keeps its devices and dtypes. Where the state dict lies in the file and what
 * stands before its names is found by comparing with the model's names. Everything is compared first, and nothing is
 * loaded unless all of it fits. The file is copied piece by piece: no second copy of the weights is made.
 *
 * @param model The model.
 * @param source A file, folder or index, as {@linkcode openWeights} takes them, or an open {@linkcode WeightsFile}.
 * @param options What to do about the head, names and memory.
 * @returns What was loaded and passed over.
 * @throws {ArgumentError} if names are missing or unexpected, or several parts of the file fit.
 * @throws {ShapeError} if names fit but shapes differ.
 * @throws {FormatError} if the file holds no sound weights.
 *
 * @example
 * ```ts
 * import { checkpoints, nn, torch } from "@apprentice/distill";
 *
 * const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
 * using net = new nn.Linear(3, 2);
 * torch.saveSafetensors(path, { "module.weight": torch.ones([2, 3]), "module.bias": torch.zeros([2]) });
 * checkpoints.loadWeights(net, path).prefix; // "module."
 * Deno.removeSync(path);
 * ```
 */
export function loadWeights(
  model: Module,
  source: string | WeightsFile,
  options: LoadWeightsOptions = {},
): WeightsReport {
  if (typeof source !== "string") return torch.scope(() => load(model, source, options));
  using checkpoint = openWeights(source, { ignore: options.ignore });
  return torch.scope(() => load(model, checkpoint, options));
}

function load(model: Module, checkpoint: WeightsFile, options: LoadWeightsOptions): WeightsReport {
  const { path } = checkpoint;
  const name = model.constructor.name;
  const headPrefixes = options.headPrefixes ?? headPrefixesOf(model);
  let fresh = isFresh(options, name, headPrefixes);
  const isHead = (key: string): boolean => fresh && isUnder(key, headPrefixes);
  const own = new Map(Object.entries(model.stateDict()).filter(([key]) => !isHead(key)));
  const shapes = new Map([...own].map(([key, tensor]) => [key, tensor.shape]));

  const all = readAll(checkpoint, options.rename);
  const found = findState(
    { path, model: name },
    shapes,
    all,
    options.dialects ?? [],
    options.prefix,
  );
  let values = found.values;
  const first = compare(shapes, shapesOf(values));
  if (first.misshaped.length + first.unexpected.length > 0 && adapts(model)) {
    values = throughTensors(values, (state) => adapted(model, state, path));
  }
  if (options.head === "fit") {
    const { missing, unexpected, misshaped } = compare(shapes, shapesOf(values));
    fresh = [missing, unexpected, misshaped].flat().some((key) => isUnder(key, headPrefixes));
    for (const key of [...own.keys()].filter(isHead)) {
      own.delete(key);
      shapes.delete(key);
    }
  }
  values = new Map([...values].filter(([key]) => !isHead(key)));

  const given = shapesOf(values);
  const difference = compare(shapes, given);
  const { missing, unexpected, misshaped } = difference;
  const strict = options.strict ?? true;
  const problems = {
    missing: strict ? missing.filter((key) => !isCounter(key)) : [],
    unexpected: strict ? unexpected : [],
    misshaped,
  };
  if (Object.values(problems).some((list) => list.length > 0)) {
    const { prefix } = found;
    throw mismatch({
      path,
      model: name,
      prefix,
      own: shapes,
      given,
      difference: problems,
      headPrefixes: fresh ? [] : headPrefixes,
      skipped: checkpoint.skipped,
      headAdvice: options.headAdvice,
    });
  }
  checkDTypes(path, own, values);
  const copier = new Copier();
  try {
    const pairs = [...own].flatMap(([key, tensor]) => {
      const value = values.get(key);
      return value === undefined ? [] : [[tensor, value] as const];
    });
    torch.noGrad(() => {
      for (const [tensor, value] of pairs) put(tensor, value, options.assign ?? false, copier);
    });
    const { prefix, dialect } = found;
    return { loaded: pairs.length, prefix, dialect, missing, unexpected };
  } finally {
    copier.done();
  }
}

/** All tensors of a file of weights, by the names that the user wants for them. */
function readAll(checkpoint: WeightsFile, rename: LoadWeightsOptions["rename"]): Values {
  const values: Values = new Map();
  for (const name of checkpoint.names) {
    const key = rename === undefined ? name : rename(name);
    if (key === null) continue;
    if (values.has(key)) {
      throw new ArgumentError(
        `rename() gives two tensors of ${checkpoint.path} the name ${
          quote(key)
        }; give each its own.`,
      );
    }
    values.set(key, checkpoint.stored(name));
  }
  return values;
}

function isFresh(
  { head }: LoadWeightsOptions,
  model: string,
  headPrefixes: readonly string[],
): boolean {
  if (head !== undefined && !["load", "fresh", "fit"].includes(head)) {
    throw new ArgumentError(`head is "load", "fresh" or "fit", got ${quote(String(head))}.`);
  }
  if (head === "fresh" && headPrefixes.length === 0) {
    throw new ArgumentError(
      `It is not known which part of this ${model} is its head; give headPrefixes, such as ["fc."].`,
    );
  }
  return head === "fresh";
}

/** How the names of a classifier's head begin: the head's own, or those of its parts where it has none. */
export function headPrefixesOf(model: Module): string[] {
  if (!(model instanceof Classifier)) return [];
  const modules = model.namedModules();
  const own = modules.find(([name, module]) => module === model.head && name !== "");
  if (own !== undefined) return [`${own[0]}.`];
  const parts = new Set(model.head.children());
  return modules.filter(([, module]) => parts.has(module)).map(([name]) => `${name}.`);
}

function adapts(model: Module): model is Module & AdaptsState {
  return typeof (model as Partial<AdaptsState>).adaptState === "function";
}

/** What a model makes of a state dict; what it says against it names the file and the model. */
function adapted(
  model: Module & AdaptsState,
  state: Readonly<Record<string, Tensor>>,
  path: string,
): Record<string, Tensor> {
  try {
    return model.adaptState(state);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new ShapeError(
      `${path} does not fit this ${model.constructor.name}; nothing was loaded: ${error.message}`,
      { cause: error },
    );
  }
}

/** Complex numbers would lose their imaginary part in silence. */
function checkDTypes(path: string, own: ReadonlyMap<string, Tensor>, values: Values): void {
  for (const [key, tensor] of own) {
    const value = values.get(key);
    if (value === undefined || value instanceof Tensor || !value.dtype.startsWith("complex")) {
      continue;
    }
    throw new DTypeError(
      `${path} has ${value.dtype} for ${key}, which is ${tensor.dtype} in the model; nothing was loaded. ` +
        "Leave it out by rename and { strict: false }, or store its real part.",
    );
  }
}

/** Gives a tensor of the model its value. */
function put(tensor: Tensor, value: StoredTensor | Tensor, assign: boolean, copier: Copier): void {
  const shared = assign && value.dtype === tensor.dtype && tensor.device === "cpu";
  if (value instanceof Tensor) {
    if (shared) torch.call("aten::set_data", tensor, value.detach());
    else tensor.copy_(value);
  } else if (shared && isContiguous(value)) {
    torch.scope(() => void torch.call("aten::set_data", tensor, viewOf(value)));
  } else {
    copier.copy(tensor, value);
  }
}
