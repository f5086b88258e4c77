/**
 * What a teacher needs, from a TorchScript module.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import { noGrad } from "../torch/backward.ts";
import { zeros } from "../torch/creation.ts";
import type { Device } from "../torch/device.ts";
import { type DType, isFloatingPoint } from "../torch/dtype.ts";
import { checkImageDType } from "../data/image_dtypes.ts";
import { scope } from "../torch/scope.ts";
import type { ScriptModule } from "../torch/script_module.ts";
import type { ScriptOutput } from "../torch/script_types.ts";
import { Tensor } from "../torch/tensor.ts";
import type { ForeignClassifier, ForeignModel, TokenPooling } from "./foreign_model.ts";
import { toFeatures } from "./to_features.ts";

/**
 * Where in a TorchScript module a tensor is to be had: the name of a method; or a key or an index of what `forward`
 * returns; or both, with a path into nested results.
 */
export type ScriptTap = string | number | {
  /** The method to run; `forward` by default. */
  readonly method?: string;
  /** The keys and indices that lead to the tensor in what the method returns. */
  readonly at?: string | number | readonly (string | number)[];
};

/** Which tensors of a TorchScript module are features and logits. */
export interface ScriptTaps {
  /** The features; by default what `forward` returns, if there is one tensor in it. */
  tap?: ScriptTap;
  /** The logits (B, numClasses), for a classifier; by default what `forward` returns, if there is one tensor in it. */
  logits?: ScriptTap;
  /** What becomes of tokens (B, N, D): `"class"`, the first, by default. */
  tokens?: TokenPooling;
  /** Channels, rows and columns of the image that the widths are measured with. */
  imageShape: readonly [channels: number, height: number, width: number];
}

/**
 * The features of a TorchScript module, for a descriptive teacher: `descriptive({ name, ...featuresOfScript(module, taps) })`.
 * Maps (B, D, H, W) are averaged over their rows and columns. Images are brought to the module's device and dtype.
 *
 * @param module A module, in evaluation mode, or a function that gives it whenever it is needed.
 * @param taps Where the features are.
 * @throws {ArgumentError} if the taps lead to no tensor; the message says what is there.
 * @throws {ShapeError} if a tensor cannot be features.
 */
export function featuresOfScript(
  module: ScriptModule | (() => ScriptModule),
  taps: ScriptTaps,
): ForeignModel {
  const get = typeof module === "function" ? module : () => module;
  const where = resolve(get(), taps.tap);
  const prepare = preparer(get());
  const features = (images: Tensor): Tensor =>
    scope(() =>
      toFeatures(pick(get(), get().run(where.method, prepare(images)), where), taps.tokens)
    );
  return { features, featureDim: measure(features, taps) };
}

/**
 * The features and logits of a TorchScript module, for a predictive teacher:
 * `predictive({ name, ...classifierOfScript(module, taps) })`. Without a tap the features are the logits. A method
 * that gives both is run once.
 *
 * @param module A module, in evaluation mode, or a function that gives it whenever it is needed.
 * @param taps Where features and logits are.
 * @throws {ArgumentError} if the taps lead to no tensor; the message says what is there.
 * @throws {ShapeError} if a tensor cannot be features or logits.
 */
export function classifierOfScript(
  module: ScriptModule | (() => ScriptModule),
  taps: ScriptTaps,
): ForeignClassifier {
  const get = typeof module === "function" ? module : () => module;
  const logitsAt = resolve(get(), taps.logits);
  const featuresAt = taps.tap === undefined ? logitsAt : resolve(get(), taps.tap);
  const prepare = preparer(get());
  const run = (images: Tensor): { features: Tensor; logits: Tensor } =>
    scope(() => {
      const own = get();
      const seen = prepare(images);
      const output = own.run(logitsAt.method, seen);
      const logits = pick(own, output, logitsAt);
      if (logits.ndim !== 2) {
        throw new ShapeError(
          `Logits are of shape (B, numClasses); ${name(logitsAt)} of ${own.path} is [${
            logits.shape.join(", ")
          }].`,
        );
      }
      const other = featuresAt.method === logitsAt.method
        ? output
        : own.run(featuresAt.method, seen);
      return { features: toFeatures(pick(own, other, featuresAt), taps.tokens), logits };
    });
  return {
    run,
    featureDim: measure((images) => run(images).features, taps),
    features: (images) => scope(() => run(images).features),
    numClasses: measure((images) => run(images).logits, taps),
  };
}

interface Place {
  method: string;
  at: readonly (string | number)[];
}

function resolve(module: ScriptModule, tap: ScriptTap | undefined): Place {
  const { method = "forward", at = [] } = typeof tap === "object"
    ? tap
    : tap === undefined
    ? {}
    : typeof tap === "string" && module.methods.includes(tap)
    ? { method: tap }
    : { at: tap };
  module.schema(method); // throws if there is no such method
  return { method, at: typeof at === "object" ? at : [at] };
}

function name({ method, at }: Place): string {
  return `${method}()${at.map((key) => `[${JSON.stringify(key)}]`).join("")}`;
}

function pick(module: ScriptModule, output: ScriptOutput, place: Place): Tensor {
  let value: ScriptOutput | undefined = output;
  for (const key of place.at) {
    value = isContainer(value) && Object.hasOwn(value, key)
      ? (value as Record<string | number, ScriptOutput>)[key]
      : undefined;
  }
  // Of a named tuple with an optional part, say, which is None in evaluation.
  const found = tensorsIn(value);
  if (found.length === 1) return found[0];
  throw new ArgumentError(
    `${module.path} has ${found.length === 0 ? "no tensor" : "several tensors"} at ${
      name(place)
    }. ${place.method}() returns ${describe(output)}; its methods are ${
      module.methods.join(", ")
    }. Say where the tensor is: ${
      found.length === 0 ? "a method" : "a key, an index"
    } or { method, at: [keys and indices] }.`,
  );
}

/** The tensors in a structure, in order; of many, two. */
function tensorsIn(value: ScriptOutput | undefined): Tensor[] {
  if (value instanceof Tensor) return [value];
  const found: Tensor[] = [];
  for (const part of isContainer(value) ? Object.values(value) : []) {
    found.push(...tensorsIn(part));
    if (found.length > 1) break;
  }
  return found;
}

function isContainer(
  value: ScriptOutput | undefined,
): value is ScriptOutput[] | Record<string, ScriptOutput> {
  return typeof value === "object" && value !== null && !(value instanceof Tensor);
}

/** A structure in short: `{ features: [1, 512], stages: [[1, 64, 8, 8], [1, 128, 4, 4]] }`. */
function describe(value: ScriptOutput, depth = 0): string {
  if (value instanceof Tensor) return `a tensor [${value.shape.join(", ")}]`;
  if (!isContainer(value)) return value === null ? "None" : `a ${typeof value}`;
  if (depth > 2) return "…";
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map((item) => describe(item, depth + 1));
    return `[${shown.join(", ")}${value.length > 8 ? ", …" : ""}]`;
  }
  const entries = Object.entries(value);
  const shown = entries.slice(0, 8).map(([key, item]) => `${key}: ${describe(item, depth + 1)}`);
  return `{ ${shown.join(", ")}${entries.length > 8 ? ", …" : ""} }`;
}

/** Brings images to where the module's weights are, and makes them what those are. */
function preparer(module: ScriptModule): (images: Tensor) => Tensor {
  const target = scope((): { device: Device; dtype: DType } | undefined => {
    const weights = Object.values(module.stateDict());
    const weight = weights.find(({ dtype }) => isFloatingPoint(dtype));
    return weight && { device: weight.device, dtype: weight.dtype };
  });
  return (images) => {
    checkImageDType(images, module.path);
    return target === undefined ? images : images.to(target);
  };
}

/** How wide a function's result is for one image. */
function measure(body: (images: Tensor) => Tensor, { imageShape }: ScriptTaps): number {
  return noGrad(() => scope(() => body(zeros([1, ...imageShape])).shape[1]));
}
