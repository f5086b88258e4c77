/**
 * A worker that is sent what another thread has: answers each message of `foreign_handles_test.ts` with what using it
 * came to.
 *
 * @module
 */

import { context, native } from "../../../ffi/native.ts";
import * as torch from "../../../src/torch/mod.ts";

declare const self: {
  onmessage: (event: MessageEvent) => void;
  postMessage(value: unknown): void;
};

// As many as it takes for the other's handles to have something of this thread's under the same index.
const own = Array.from({ length: 200 }, (_, i) => torch.full([3], 1000 + i));

function outcome(use: () => unknown): string {
  try {
    return `gave ${use()}`;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

self.onmessage = ({ data }) => {
  if (data.bytes !== undefined) {
    const values = torch.tensor(new Float32Array(data.bytes), { shape: data.shape });
    return self.postMessage(values.mul(2).toArray());
  }
  if (data.ask === "handle") {
    const generator = new torch.Generator(1);
    return self.postMessage(
      Object.getOwnPropertySymbols(generator).map((name) =>
        (generator as unknown as Record<symbol, number>)[name]
      )[0],
    );
  }
  self.postMessage([
    outcome(() => own[0].add(data.tensor)),
    outcome(() => native.ap_tensor_meta(context, data.handle) >= 0 ? "a tensor" : "an error"),
  ]);
};
