/** Prints what each collective gives this process. */

import * as torch from "../../../../src/torch/mod.ts";

const { distributed } = torch;
const before = torch.memory().tensors;
const found = await distributed.withProcessGroup({ timeout: 20 }, (group) => {
  const { rank } = group;
  const values = (tensor: torch.Tensor) => Array.from(tensor.data(), Number);
  const made = torch.scope(() => {
    const reduced = Object.fromEntries(
      (["sum", "avg", "min", "max", "product"] as const).map((op) => [
        op,
        values(distributed.allReduce(torch.tensor([rank + 1, 2], { dtype: "float64" }), { op })),
      ]),
    );
    const dtypes = (["float32", "float16", "bfloat16", "int64", "int32", "uint8", "int8"] as const)
      .map((dtype) => values(distributed.allReduce(torch.tensor([rank + 1], { dtype }))));
    const strided = torch.zeros([2, 3]);
    distributed.allReduce(strided.t().fill_(rank));
    const column = torch.zeros([2, 2]);
    distributed.broadcast(column.select(1, 0).fill_(rank + 5), { src: 1 });
    const part = torch.tensor([1, 2], { dtype: "float64", requiresGrad: true });
    const weights = torch.arange(2 * group.size, { dtype: "float64" });
    distributed.allGatherWithGrad(part).mul(weights).mul(rank + 1).sum().backward();
    return {
      reduced,
      dtypes,
      strided: values(strided),
      column: values(column),
      gathered: values(distributed.allGather(torch.tensor([[rank, 7]]))),
      truths: values(distributed.allGather(torch.tensor([rank === 0], { dtype: "bool" }))),
      grad: values(part.grad!),
    };
  });
  distributed.barrier();
  return {
    rank,
    ...made,
    objects: distributed.allGatherObject({ rank, text: "é".repeat(rank) }),
    object: distributed.broadcastObject({ from: rank }, { src: 1 }),
    added: group.store.add("sum", rank + 1) > 0,
    absent: group.store.get("absent") === undefined,
  };
});
console.log(JSON.stringify({ ...found, left: torch.memory().tensors - before }));
