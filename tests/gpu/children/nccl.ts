/** Prints what collectives give this process's card, and the gradients that a reducer leaves. */

import * as torch from "../../../src/torch/mod.ts";

const { cuda, distributed } = torch;
const found = await distributed.withProcessGroup(
  { timeout: 60, backend: "nccl" },
  (group) =>
    torch.scope(() => {
      const { rank } = group;
      const device = `cuda:${cuda.currentDevice()}` as torch.Device;
      const values = (tensor: torch.Tensor) => Array.from(tensor.data(), Number);
      const on = (numbers: number[], dtype: torch.DType = "float32") =>
        torch.tensor(numbers, { dtype, device });
      const reduced = Object.fromEntries(
        (["sum", "avg", "min", "max", "product"] as const).map((op) => [
          op,
          values(distributed.allReduce(on([rank + 1, 2]), { op })),
        ]),
      );
      const half = values(distributed.allReduce(on([rank + 1], "bfloat16")));
      const gathered = values(distributed.allGather(on([rank, 7])));
      const sent = values(distributed.broadcast(on([rank + 5])));
      const part = on([1, 2]).requiresGrad_();
      distributed.allGatherWithGrad(part).mul(rank + 1).sum().backward();

      const weight = on([1, 1]).requiresGrad_();
      using reducer = new distributed.Reducer([weight]);
      const loss = weight.mul(rank + 1).sum();
      reducer.prepareForBackward(loss);
      loss.backward();

      distributed.barrier();
      return {
        backend: group.backend,
        device,
        reduced,
        half,
        gathered,
        sent,
        grad: values(part.grad!),
        mean: values(weight.grad!),
        // Those of the CPU go by Gloo.
        cpu: values(distributed.allReduce(torch.tensor([rank + 1]))),
      };
    }),
);
console.log(JSON.stringify(found));
