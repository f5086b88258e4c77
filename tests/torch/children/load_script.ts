// A worker that loads TorchScript files and tells the shape of what they return.

import * as torch from "../../../src/torch/mod.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(message: unknown): void;
};

scope.onmessage = ({ data: path }) => {
  try {
    using model = torch.loadScript(path);
    using output = model.forward(torch.rand([1, 3, 8, 8])) as torch.Tensor;
    scope.postMessage(output.shape);
  } catch (error) {
    scope.postMessage((error as Error).message);
  }
};
