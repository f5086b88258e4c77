import { assert, assertEquals, assertThrows } from "@std/assert";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

test("what reads values is counted by name, and what does not is not", () => {
  const x = torch.tensor([1, 0, 2], { device });
  const { result, total, counts, places } = torch.countSynchronizations(() => {
    x.mul(2).add(1).sum();
    x.where(x.gt(0), 5);
    x.nonzero();
    x.index(x.gt(0));
    x.index(torch.tensor([0, 1], { dtype: "int64", device }));
    x.equal(x);
    torch.call("aten::masked_select", x, x.gt(0));
    x.data();
    return x.sum().item();
  }, { tensors: "all", places: true });
  assertEquals(result, 3);
  assertEquals(counts, { nonzero: 1, index: 1, equal: 1, masked_select: 1, data: 1, item: 1 });
  assertEquals(total, 6);
  assert(places.every(({ stack }) => stack.includes("synchronizations_test.ts")));
});

test("on the processor nothing waits for a card", () => {
  const x = torch.ones([2]);
  assertEquals(torch.countSynchronizations(() => x.sum().item() + x.data().length).total, 0);
});

test("a promise is waited for, an error passes, and one count may be within another", async () => {
  const x = torch.keep(torch.ones([2]));
  const { total } = await torch.countSynchronizations(async () => {
    await Promise.resolve();
    using sum = x.sum();
    return torch.countSynchronizations(() => sum.item(), { tensors: "all" }).total + sum.item();
  }, { tensors: "all" });
  assertEquals(total, 1);
  assertThrows(
    () =>
      torch.countSynchronizations(() => {
        throw new RangeError("inside");
      }),
    RangeError,
    "inside",
  );
  assertEquals(torch.countSynchronizations(() => x.numel, { tensors: "all" }).total, 0);
  x.dispose();
});
