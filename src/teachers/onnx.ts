/**
 * ONNX models as teachers: run by ONNX Runtime on the CPU (or what else it has), with any tensor that they
 * compute as features.
 *
 * @module
 */

import { ArgumentError, DisposedError, DTypeError, ShapeError } from "../base/errors.ts";
import { zeros } from "../torch/creation.ts";
import { type DType, isFloatingPoint } from "../torch/dtype.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import { checkTensors } from "./onnx_checks.ts";
import { readOnnxGraph, withOutputs } from "./onnx_graph.ts";
import { computeNamed } from "./onnx_compute.ts";
import { OnnxInput } from "./onnx_image.ts";
import { isNormedLast } from "./onnx_modules.ts";
import { checkOptions, type OnnxOutput, type OpenOnnxOptions } from "./onnx_options.ts";
import {
  dtypeOfOnnx,
  type OrtMetadata,
  type OrtRuntime,
  ortRuntime,
  type OrtSession,
} from "./onnx_runtime.ts";
import { openSession, readModel, shapeOf } from "./onnx_session.ts";
import { findTap, penultimate } from "./onnx_taps.ts";
import { isChannelsLast, toFeatures } from "./to_features.ts";

/**
 * Opens an ONNX model. ONNX Runtime (`npm:onnxruntime-node`) is loaded by the first call. A file of weights beside the
 * model is found by itself.
 *
 * A model is a program of operations. It reads and starts nothing, but whoever made it decides how much time and memory
 * it takes, also while it is opened, since ONNX Runtime computes then what is constant: open those of people you trust.
 *
 * @throws {FileError} if the file cannot be read.
 * @throws {FormatError} if it is no ONNX model, or ONNX Runtime cannot load it.
 * @throws {ArgumentError} if it computes no tensor of the name wanted (the message has the nearest ones), takes
 * several inputs, or an option cannot be used.
 * @throws {LibraryError} if ONNX Runtime cannot be loaded.
 *
 * @example
 * ```ts ignore
 * import { teachers, torch } from "@apprentice/distill";
 *
 * using model = await teachers.openOnnx("efficientnet.onnx", { tap: "avgpool", logits: true });
 * const { features, logits } = model.run(torch.rand([8, 3, 224, 224]));
 * ```
 */
export async function openOnnx(path: string, options: OpenOnnxOptions = {}): Promise<OnnxModel> {
  return new OnnxModel(await ortRuntime(), path, options);
}

/** An open ONNX model. Get one with {@linkcode openOnnx}. */
export class OnnxModel implements Disposable {
  /** The file that it was opened from. */
  readonly path: string;
  /** The name of its input. */
  readonly inputName: string;
  /** The shape of its input; a name, or `"?"`, for what is not fixed. */
  readonly inputShape: readonly (number | string)[];
  /**
   * The dtype of its input. Images of others are converted; a model of whole numbers normalizes pixels itself, and takes
   * bytes from 0 to 255.
   */
  readonly inputDType: DType;
  /** The outputs that the file declares. */
  readonly outputs: readonly OnnxOutput[];
  /** The name of the tensor that the features are made of. */
  readonly tap: string;
  /** The name of the tensor of logits, if there are any. */
  readonly logits: string | undefined;
  /** The width of the features, D. */
  readonly featureDim: number;
  /** The number of classes, if there are logits. */
  readonly numClasses: number | undefined;
  /** Channels, rows and columns of an image; what is not fixed is as in {@linkcode OpenOnnxOptions.imageSize}. */
  readonly imageShape: readonly [channels: number, height: number, width: number];

  /** The files beside the model that its weights lie in. */
  readonly weightFiles: readonly string[];

  readonly #runtime: OrtRuntime;
  readonly #options: OpenOnnxOptions;
  readonly #input: OnnxInput;
  /** Whether the tap's maps are (B, H, W, D). */
  readonly #mapsLast: boolean;
  #session: OrtSession | null;

  /** Use {@linkcode openOnnx}. @ignore */
  constructor(runtime: OrtRuntime, path: string, options: OpenOnnxOptions) {
    this.path = path;
    this.#runtime = runtime;
    this.#options = options;
    checkOptions(options, runtime);
    let bytes = readModel(path);
    const graph = readOnnxGraph(bytes, path);
    const checked = checkTensors(bytes, graph, path);
    bytes = checked.bytes;
    this.weightFiles = checked.files;
    const { logits } = options;
    this.logits = logits === true
      ? graph.outputs.includes("logits") ? "logits" : graph.outputs[0]
      : logits === undefined
      ? undefined
      : findTap(graph, logits, path);
    this.tap = options.tap !== undefined
      ? findTap(graph, options.tap, path)
      : graph.outputs.includes("features")
      ? "features"
      : this.logits === undefined
      ? graph.outputs[0]
      : penultimate(graph, this.logits) ?? noTap(path, this.logits);
    const normedLast = isNormedLast(graph, this.tap);
    const more = new Set(this.#wanted().filter((name) => !graph.outputs.includes(name)));
    bytes = withOutputs(bytes, [...more]);
    this.#session = openSession(runtime, path, bytes, {
      ...options,
      folder: checked.folder,
    });
    try {
      const { inputMetadata, outputMetadata } = this.#session;
      const input = this.#input = new OnnxInput(inputMetadata, options.imageSize, path);
      this.inputName = input.name;
      this.inputShape = input.shape;
      this.inputDType = input.dtype;
      this.imageShape = input.imageShape;
      this.outputs = outputMetadata.filter(({ name }) => graph.outputs.includes(name)).map((
        one,
      ) => ({
        name: one.name,
        dtype: dtypeOfOnnx(one.type),
        shape: shapeOf(one),
      }));
      for (const name of this.#wanted()) checkFloats(path, name, outputMetadata);
      [this.#mapsLast, this.featureDim, this.numClasses] = scope(() => {
        const image = zeros([1, ...this.imageShape], { dtype: this.inputDType });
        const computed = this.compute(image, this.#wanted());
        const mapsLast = normedLast || isChannelsLast(computed[this.tap].shape, this.imageShape);
        const { features, logits } = this.#read(computed, mapsLast);
        return [mapsLast, features.shape[1], logits?.shape[1]];
      });
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Where features and logits are, in words. */
  get places(): Record<string, string> {
    const { tap, logits } = this;
    const { tokens } = this.#options;
    return { features: tap, ...(logits && { logits }), ...(tokens && { tokens }) };
  }

  /**
   * Runs the model on images (B, C, H, W), also one that takes (B, H, W, C). One that was exported for a fixed
   * number of images is run as often as needed.
   *
   * This call waits until the model has run: ONNX Runtime's own work is not done in the background.
   *
   * @returns On the images' device: features (B, featureDim), where maps (B, D, H, W) are averaged over their rows and
   * columns, and of tokens (B, N, D) the class token or the mean is taken; and logits (B, numClasses) if the
   * model was opened with some. Half precision becomes float32.
   * @throws {ShapeError} if the images are of another size than the model takes.
   * @throws {DTypeError} if the model takes whole numbers and the images are none, such as normalized ones.
   * @throws {DisposedError} if the model was disposed of.
   */
  run(images: Tensor): { features: Tensor; logits?: Tensor } {
    return scope(() => this.#read(this.compute(images, this.#wanted()), this.#mapsLast));
  }

  #wanted(): string[] {
    return this.logits === undefined ? [this.tap] : [this.tap, this.logits];
  }

  /** Features and logits in what was computed. */
  #read(
    computed: Record<string, Tensor>,
    mapsLast: boolean,
  ): { features: Tensor; logits?: Tensor } {
    const features = toFeatures(computed[this.tap], this.#options.tokens, mapsLast);
    if (this.logits === undefined) return { features };
    const logits = computed[this.logits];
    if (logits.ndim !== 2) {
      throw new ShapeError(
        `Logits are of shape (B, numClasses); "${this.logits}" of ${this.path} is [${
          logits.shape.join(", ")
        }].`,
      );
    }
    return { features, logits };
  }

  /**
   * Runs the model and gives what it computed as it is, by name.
   *
   * @param images As for {@linkcode OnnxModel.run}.
   * @param names Outputs of the model, its tap or its logits; all outputs by default.
   */
  compute(images: Tensor, names?: readonly string[]): Record<string, Tensor> {
    const session = this.#session;
    if (session === null) throw new DisposedError(`The ONNX model ${this.path} was disposed of.`);
    const wanted = names ?? this.outputs.map(({ name }) => name);
    const known = session.outputMetadata.map(({ name }) => name);
    const unknown = wanted.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new ArgumentError(
        `${this.path} was opened with the outputs ${known.join(", ")}, not "${unknown}".`,
      );
    }
    return computeNamed(session, this.#input, images, wanted, this.path);
  }

  /** Opens the same model once more, at once: for what lets go of a model and needs it again. */
  reopen(): OnnxModel {
    return new OnnxModel(this.#runtime, this.path, this.#options);
  }

  /** Whether the model was disposed of. */
  get isDisposed(): boolean {
    return this.#session === null;
  }

  /** Frees the model now. Later uses throw a `DisposedError`; disposing again does nothing. */
  dispose(): void {
    this.#session?.dispose();
    this.#session = null;
  }

  /** Same as {@linkcode OnnxModel.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function noTap(path: string, logits: string): never {
  throw new ArgumentError(
    `It cannot be told which tensor goes into the last layer before "${logits}" of ${path}: give the one to be taken ` +
      `as features as tap.`,
  );
}

/** Refuses tensors that are no floats: what a quantized model holds in between is not what it means. */
function checkFloats(path: string, name: string, outputs: readonly OrtMetadata[]): void {
  const type = outputs.find((one) => one.name === name)?.type;
  const dtype = type === undefined ? undefined : dtypeOfOnnx(type);
  if (dtype === undefined || isFloatingPoint(dtype)) return;
  throw new DTypeError(
    `The tensor "${name}" of ${path} is ${dtype}: whole numbers, not features or logits. In a quantized model tap what ` +
      "is made floats again (the output of a DequantizeLinear), or quantize it in the format QDQ, in which all tensors are.",
  );
}
