/**
 * A card's streams beside the one that steps run on, where this libtorch has a card.
 *
 * @module
 */

import type { Device } from "./device.ts";
import * as torch from "./mod.ts";
import type { Tensor } from "./tensor.ts";

/** The part of a stream of `torch.cuda` that is used here. */
interface CudaStream extends Disposable {
  waitStream(other: CudaStream): void;
}

/** The part of `torch.cuda` that is used here; a libtorch without streams has none of it. */
interface CudaStreams {
  Stream?: new (options: { device: Device }) => CudaStream;
  stream?<R>(stream: CudaStream, body: () => R): R;
  currentStream?(device?: Device): CudaStream;
}

/** Work that a card does beside the current stream's. */
export class SideStream {
  readonly #device: Device;
  readonly #cuda: Required<CudaStreams>;
  readonly #stream: CudaStream;

  /** Takes a stream of a card. */
  private constructor(device: Device, cuda: Required<CudaStreams>) {
    this.#device = device;
    this.#cuda = cuda;
    this.#stream = new cuda.Stream({ device });
  }

  /** A stream of a device; null where there are none, as on the processor. */
  static of(device: Device): SideStream | null {
    const cuda = torch.cuda as unknown as CudaStreams;
    const { Stream, stream, currentStream } = cuda;
    if (device === "cpu" || !Stream || !stream || !currentStream) return null;
    return new SideStream(device, cuda as Required<CudaStreams>);
  }

  /**
   * Runs work on the stream.
   *
   * @param options Whether it comes after what was asked of the current stream so far; false for what needs none of that.
   */
  run<R>(work: () => R, { after }: { after: boolean }): R {
    if (after) {
      using current = this.#cuda.currentStream(this.#device);
      this.#stream.waitStream(current);
    }
    return this.#cuda.stream(this.#stream, work);
  }

  /** Has the current stream wait for this one, whose tensors it uses from now on. The processor does not wait. */
  join(tensors: Iterable<Tensor>): void {
    using current = this.#cuda.currentStream(this.#device);
    current.waitStream(this.#stream);
    for (const tensor of tensors) {
      // Else its memory goes to the next tensor of this stream while the other one still reads it.
      (tensor as unknown as { recordStream(stream: CudaStream): void }).recordStream(current);
    }
  }
}
