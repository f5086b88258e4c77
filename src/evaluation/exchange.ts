/**
 * What processes tell each other, round by round.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { Device, DType, Tensor } from "../torch/mod.ts";

/** What one process tells the others in a round. */
export interface Message<Words> {
  /** What can be written as JSON. */
  readonly words: Words;
  /** Tensors of any dtypes and shapes. */
  readonly tensors: readonly Tensor[];
}

/** How a tensor lies in a message. */
interface Packed {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Says that it was on a device, and not in the processor's memory. */
  readonly away: boolean;
}

/** What a message begins with: its bytes in all, and those of its text. */
const HEAD = 2 * Float64Array.BYTES_PER_ELEMENT;

/**
 * Gives every process what each of them has to say, round by round: bytes travel, so that nothing is rounded. It is one
 * exchange a round; two where a message is longer than any before.
 */
export class Exchange<Words> {
  readonly #group: torch.distributed.ProcessGroup;
  readonly #device: Device;
  /** The bytes of an exchange: as many as the longest message had, the same in all processes. */
  #capacity = HEAD;

  /**
   * Sends nothing yet.
   *
   * @param device Where tensors are put that were on a device at their sender's.
   */
  constructor(group: torch.distributed.ProcessGroup, device: Device) {
    this.#group = group;
    this.#device = device;
  }

  /**
   * Sends a message, and returns those of all processes, by rank; their tensors belong to the scope that is open.
   *
   * @throws {DistributedError} as `allGather` does.
   */
  round(message: Message<Words>): Message<Words>[] {
    return torch.noGrad(() =>
      torch.scope(() => {
        const own = pack(message);
        let all = this.#gather(own);
        const longest = Math.max(...all.map((row) => headOf(row)[0]));
        if (longest > this.#capacity) {
          this.#capacity = longest;
          all = this.#gather(own);
        }
        return all.map((row) => unpack<Words>(row, this.#device));
      })
    );
  }

  /** The messages as far as they fit. */
  #gather(own: Tensor): Tensor[] {
    const capacity = this.#capacity;
    const left = capacity - own.numel;
    const sent = left <= 0
      ? own.narrow(0, 0, capacity)
      : torch.cat([own, torch.zeros([left], { dtype: "uint8" })]);
    const all = torch.distributed.allGather(sent, { group: this.#group });
    return Array.from(
      { length: this.#group.size },
      (_, rank) => all.narrow(0, rank * capacity, capacity),
    );
  }
}

function pack<Words>({ words, tensors }: Message<Words>): Tensor {
  const parts = tensors.map((tensor) =>
    tensor.detach().cpu().contiguous().reshape([-1]).view("uint8")
  );
  const packed = tensors.map(({ dtype, shape, device }, i): Packed => ({
    dtype,
    shape,
    bytes: parts[i].numel,
    away: device !== "cpu",
  }));
  const text = new TextEncoder().encode(JSON.stringify([words, packed]));
  const start = new Uint8Array(HEAD + text.length);
  const total = parts.reduce((sum, part) => sum + part.numel, start.length);
  new Float64Array(start.buffer, 0, 2).set([total, text.length]);
  start.set(text, HEAD);
  return torch.cat([torch.tensor(start, { dtype: "uint8" }), ...parts]);
}

function unpack<Words>(row: Tensor, device: Device): Message<Words> {
  const [, length] = headOf(row);
  const text = row.narrow(0, HEAD, length).data() as Uint8Array;
  const [words, packed] = JSON.parse(new TextDecoder().decode(text)) as [Words, Packed[]];
  let from = HEAD + length;
  const tensors = packed.map(({ dtype, shape, bytes, away }) => {
    // A copy lies where numbers of its dtype may lie.
    const tensor = row.narrow(0, from, bytes).clone().view(dtype).reshape(shape);
    from += bytes;
    return away ? tensor.to(device) : tensor;
  });
  return { words, tensors };
}

function headOf(row: Tensor): Float64Array {
  const bytes = (row.narrow(0, 0, HEAD).data() as Uint8Array).slice();
  return new Float64Array(bytes.buffer);
}
