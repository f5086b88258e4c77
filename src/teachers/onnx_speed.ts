/**
 * ONNX models, run again and again on the same images to see how long that takes.
 *
 * @module
 */

import { isFloatingPoint } from "../torch/dtype.ts";
import { linspace } from "../torch/creation.ts";
import { scope } from "../torch/scope.ts";
import { checkTensors } from "./onnx_checks.ts";
import { readOnnxGraph } from "./onnx_graph.ts";
import { OnnxInput } from "./onnx_image.ts";
import type { OrtRuntime, OrtSession } from "./onnx_runtime.ts";
import { openSession, readModel, runError, toOrt } from "./onnx_session.ts";

/** How a model is opened to be timed. */
export interface OnnxSpeedOptions {
  /** How many threads one operation may use. */
  readonly threads: number;
  /** Rows and columns of images, where the model leaves them open. */
  readonly imageSize?: readonly [height: number, width: number];
}

/** An ONNX model that is timed. Images are made ahead; all outputs that the file declares are computed. */
export class OnnxSpeed implements Disposable {
  /** How many images the model takes at once; null for any number. */
  readonly batch: number | null;
  /** Channels, rows and columns of an image. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  readonly #path: string;
  readonly #session: OrtSession;
  readonly #input: OnnxInput;

  /**
   * Opens a model.
   *
   * @throws {FileError} if the file cannot be read.
   * @throws {FormatError} if it is no ONNX model, or ONNX Runtime cannot load it.
   * @throws {ArgumentError} if it takes something else than images.
   */
  constructor(runtime: OrtRuntime, path: string, { threads, imageSize }: OnnxSpeedOptions) {
    const bytes = readModel(path);
    const checked = checkTensors(bytes, readOnnxGraph(bytes, path), path);
    this.#path = path;
    this.#session = openSession(runtime, path, checked.bytes, { threads, folder: checked.folder });
    try {
      this.#input = new OnnxInput(this.#session.inputMetadata, imageSize, path);
    } catch (error) {
      this.#session.dispose();
      throw error;
    }
    this.imageShape = this.#input.imageShape;
    const [batch] = this.#input.shape;
    this.batch = typeof batch === "number" ? batch : null;
  }

  /**
   * Makes what runs the model once on so many images. It throws what ONNX Runtime refuses.
   *
   * @param batch How many; what the model is fixed to if it is.
   */
  runner(batch: number): () => void {
    const { name, dtype } = this.#input;
    const [low, high] = isFloatingPoint(dtype) ? [-2, 2] : [0, 255];
    const feed = scope(() => {
      const shape = [batch, ...this.imageShape];
      const count = shape.reduce((product, size) => product * size, 1);
      const values = linspace(low, high, count).reshape(shape);
      return toOrt(this.#input.take(isFloatingPoint(dtype) ? values : values.to("uint8")));
    });
    const feeds = { [name]: feed };
    const fetches = Object.fromEntries(
      this.#session.outputMetadata.map(({ name }) => [name, null]),
    );
    return () => {
      try {
        this.#session.run(feeds, fetches, {});
      } catch (cause) {
        throw runError(this.#path, cause as Error);
      }
    };
  }

  /** Frees the model. */
  [Symbol.dispose](): void {
    this.#session.dispose();
  }
}
