/**
 * ONNX models as teachers: run by ONNX Runtime on the CPU (or what else it has), with any tensor that they
 * compute as features.
 *
 * @module
 */

import { ArgumentError, DisposedError, DTypeError, ShapeError } from "../base/errors.ts";
import { zeros } from "../torch/creation.ts";
import { type DType, isFloatingPoint } from "../torch/dtype.ts";
import { checkImageDType } from "../data/image_dtypes.ts";
import { cat } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import { Tensor } from "../torch/tensor.ts";
import { checkTensors } from "./onnx_checks.ts";
import { readOnnxGraph, withOutput } from "./onnx_graph.ts";
import { imageShapeOf, isChannels } from "./onnx_image.ts";
import { asTaken } from "./onnx_input.ts";
import { isNormedLast } from "./onnx_modules.ts";
import { checkOptions, type OnnxOutput, type OpenOnnxOptions } from "./onnx_options.ts";
import {
  dtypeOfOnnx,
  type OrtMetadata,
  type OrtRuntime,
  ortRuntime,
  type OrtSession,
  type OrtTensor,
} from "./onnx_runtime.ts";
import { fromOrt, openSession, readModel, runError, shapeOf, toOrt } from "./onnx_session.ts";
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

  readonly #runtime: OrtRuntime;
  readonly #options: OpenOnnxOptions;
  /** The files beside the model that its weights lie in. */
  readonly weightFiles: readonly string[];
  readonly #channelsLast: boolean;
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
      : this.logits === undefined
      ? graph.outputs[0]
      : penultimate(graph, this.logits) ?? noTap(path, this.logits);
    const normedLast = isNormedLast(graph, this.tap);
    for (const name of new Set([this.tap, this.logits])) {
      if (name !== undefined && !graph.outputs.includes(name)) bytes = withOutput(bytes, name);
    }
    this.#session = openSession(runtime, path, bytes, {
      ...options,
      folder: checked.folder,
    });
    try {
      const { inputMetadata, outputMetadata } = this.#session;
      if (inputMetadata.length !== 1 || !inputMetadata[0].isTensor) {
        throw new ArgumentError(
          `${path} takes ${inputMetadata.length} inputs (${
            inputMetadata.map(({ name }) => name).join(", ")
          }); a teacher takes one, a tensor of images.`,
        );
      }
      const [input] = inputMetadata;
      this.inputName = input.name;
      this.inputShape = shapeOf(input);
      this.inputDType = dtypeOfOnnx(input.type) ?? noDType(path, input);
      this.outputs = outputMetadata.filter(({ name }) => graph.outputs.includes(name)).map((
        one,
      ) => ({
        name: one.name,
        dtype: dtypeOfOnnx(one.type),
        shape: shapeOf(one),
      }));
      if (this.inputShape.length !== 4) {
        throw new ArgumentError(
          `${path} takes an input of shape [${
            this.inputShape.join(", ")
          }], not images (B, C, H, W).`,
        );
      }
      const [, second, , last] = this.inputShape;
      this.#channelsLast = isChannels(last) && !isChannels(second);
      const { imageSize } = options;
      this.imageShape = imageShapeOf(this.inputShape, this.#channelsLast, imageSize, path);
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
    return scope(() => {
      const input = this.#input(images);
      const [batch] = input.shape;
      const fixed = this.inputShape[0];
      if (typeof fixed === "string" || fixed === batch) {
        return this.#infer(session, input, wanted, images);
      }
      const parts: Record<string, Tensor>[] = [];
      for (let at = 0; at < batch; at += fixed) {
        let part = input.narrow(0, at, Math.min(fixed, batch - at));
        const missing = fixed - part.shape[0];
        if (missing > 0) {
          part = cat([part, zeros([missing, ...input.shape.slice(1)], { dtype: input.dtype })]);
        }
        parts.push(this.#infer(session, part, wanted, images));
      }
      return Object.fromEntries(
        wanted.map((name) => [name, cat(parts.map((part) => part[name])).narrow(0, 0, batch)]),
      );
    });
  }

  /** The images as the model takes them, on the CPU. */
  #input(images: Tensor): Tensor {
    if (!(images instanceof Tensor)) {
      throw new ArgumentError(`A model looks at a tensor of images, got ${typeof images}.`);
    }
    checkImageDType(images, this.path);
    const given = images.shape;
    const [channels, height, width] = [1, 2, 3].map((at) =>
      this.inputShape[this.#channelsLast ? [0, 3, 1, 2][at] : at]
    );
    const fits = given.length === 4 && given[0] > 0 &&
      [channels, height, width].every((size, i) =>
        typeof size === "string" || size === given[i + 1]
      );
    if (!fits) {
      throw new ShapeError(
        `${this.path} takes images of shape [B, ${channels}, ${height}, ${width}], got [${
          given.join(", ")
        }].`,
      );
    }
    const converted = asTaken(images.detach(), this.inputDType, this.path);
    return this.#channelsLast ? converted.permute(0, 2, 3, 1) : converted;
  }

  #infer(
    session: OrtSession,
    input: Tensor,
    names: readonly string[],
    images: Tensor,
  ): Record<string, Tensor> {
    let computed: Record<string, OrtTensor>;
    try {
      computed = session.run(
        { [this.inputName]: toOrt(input) },
        Object.fromEntries(names.map((name) => [name, null])),
        {},
      );
    } catch (cause) {
      throw runError(this.path, cause as Error);
    }
    const { device } = images;
    return Object.fromEntries(
      names.map((name) => [name, fromOrt(computed[name], name, this.path).to(device)]),
    );
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

function noDType(path: string, { name, type }: OrtMetadata): never {
  throw new DTypeError(
    `The input "${name}" of ${path} has ONNX's element type number ${type}, which no tensor here has.`,
  );
}

/** Refuses tensors that are no floats: what a quantized model holds in between is not what it means. */
function checkFloats(path: string, name: string, outputs: readonly OrtMetadata[]): void {
  const type = outputs.find((one) => one.name === name)?.type;
  const dtype = type === undefined ? undefined : dtypeOfOnnx(type);
  if (dtype === undefined || isFloatingPoint(dtype)) return;
  throw new DTypeError(
    `The tensor "${name}" of ${path} is ${dtype}: whole numbers, not features or logits. Of a quantized model tap what ` +
      "is made floats again (the output of a DequantizeLinear), or quantize it in the format QDQ, in which all tensors are.",
  );
}
