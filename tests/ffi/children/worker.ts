/**
 * A worker that uses the library: answers each message of `workers_test.ts`.
 *
 * @module
 */

import { context, native, open } from "../../../ffi/native.ts";
import * as torch from "../../../src/torch/mod.ts";

declare const self: {
  onmessage: (event: MessageEvent) => void;
  postMessage(value: unknown): void;
};

const kept: torch.Tensor[] = [];

/** Works until the worker is terminated. Deno does not end a worker in the middle of synchronous code. */
async function endless(): Promise<void> {
  const x = torch.keep(torch.ones([200, 200]));
  for (;;) {
    torch.scope(() => void x.matmul(x).matmul(x));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

self.onmessage = ({ data }) => {
  switch (data.ask) {
    case "work": {
      // The same chain of steps everywhere: an answer that is not this worker's own would show.
      const before = torch.memory().tensors;
      const x = torch.full([64], data.seed);
      for (let i = 0; i < 300; i++) torch.scope(() => void x.add_(torch.ones([64]).mul(i % 3)));
      const sum = torch.scope(() => x.sum().item());
      kept.push(torch.ones([10]));
      x.dispose();
      return self.postMessage({ sum, context, live: torch.memory().tensors - before });
    }
    case "foreign": {
      open();
      const status = native.ap_tensor_meta(context, data.handle);
      return self.postMessage({
        status,
        inOtherContext: native.ap_tensor_meta(data.context, data.handle),
        live: torch.memory().tensors,
      });
    }
    case "grad": {
      const x = torch.ones([2], { requiresGrad: true });
      return self.postMessage({ enabled: torch.isGradEnabled(), records: x.mul(2).requiresGrad });
    }
    case "endless": {
      self.postMessage("started");
      return void endless();
    }
  }
};
