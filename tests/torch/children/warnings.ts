/**
 * Does what makes libtorch warn, and what makes it fail. It must print nothing to stderr.
 *
 * @module
 */

import { libraryFileName } from "../../../ffi/libtorch.ts";
import { locate } from "../../../ffi/locate.ts";
import * as torch from "../../../src/torch/mod.ts";

let errors = 0;
function failing(body: () => unknown): void {
  try {
    body();
  } catch {
    errors++;
  }
}

const x = torch.ones([2, 3, 4], { requiresGrad: true });
// No degrees of freedom.
torch.ones([1]).std();
// Deprecated: a mask of uint8, a transpose of three dimensions, a result that must be resized.
torch.call("aten::index.Tensor", x, [torch.ones([2], { dtype: "uint8" })]);
torch.call("aten::numpy_T", x);
torch.call("aten::add.out", x.detach(), x.detach(), { out: torch.ones([1]) });
torch.mseLoss(torch.ones([2, 1]), torch.ones([2]));
torch.upsampleBilinear2d(torch.ones([1, 1, 2, 2]), [3, 3], true);
// The gradient of something that was no leaf, and a graph that holds itself.
x.sum().backward(undefined, { createGraph: true });
failing(() => x.matmul(torch.ones([7])));
failing(() => torch.ones([2]).reshape(3));
failing(() => torch.call("aten::nothing", x));
// What MKL says of a wrong argument (a matrix of -1 rows), which it would print on stdout.
const { libtorch } = locate();
if (libtorch !== undefined) {
  const { sgetrf_: factorize } =
    Deno.dlopen(`${libtorch.path}/lib/${libraryFileName("torch_cpu")}`, {
      sgetrf_: {
        parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
        result: "void",
        optional: true,
      },
    }).symbols;
  const one = () => new Int32Array([1]);
  factorize?.(new Int32Array([-1]), one(), new Float32Array(1), one(), one(), one());
}
console.log(`errors ${errors}`);
