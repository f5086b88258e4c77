/** Prints the gradients that a reducer leaves. */

import * as torch from "../../../../src/torch/mod.ts";

const { distributed } = torch;
const found = await distributed.withProcessGroup({ timeout: 20 }, ({ rank }) => {
  const leaf = () => torch.ones([3], { dtype: "float64", requiresGrad: true });
  const [both, first, none] = [leaf(), leaf(), leaf()];
  using reducer = new distributed.Reducer([both, first, none], { bucketMegabytes: 1e-5 });
  const grads = () =>
    [both, first, none].map(({ grad }) => grad === null ? null : Array.from(grad.data(), Number));
  const steps = [1, 2].map((step) =>
    torch.scope(() => {
      torch.clearGrads([both, first, none]);
      // What is gathered before counts, too, and is each process's own until then.
      both.mul(100 * (rank + 1)).sum().backward();
      const loss = rank === 0 ? both.mul(first).mul(step).sum() : both.mul(3).sum();
      reducer.prepareForBackward(loss);
      loss.backward();
      return grads();
    })
  );
  return { steps };
});
console.log(JSON.stringify(found));
