import { assert, assertEquals } from "@std/assert";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { cases } from "./operator_cases.ts";

// The numbers are PyTorch's; see tests/golden/torch_ops.py.
const path = new URL("../golden/torch_ops.safetensors", import.meta.url).pathname;

function load(): Record<string, torch.Tensor> {
  const golden = torch.loadSafetensors(path);
  for (const tensor of Object.values(golden)) torch.keep(tensor);
  return golden;
}

/** How close results must be, by dtype: half precision numbers differ by a rounding. */
const tolerances: Partial<Record<torch.DType, { rtol: number; atol: number }>> = {
  float16: { rtol: 2e-3, atol: 1e-5 },
  bfloat16: { rtol: 1e-2, atol: 1e-5 },
};
const usual = device === "cpu" ? { rtol: 2e-5, atol: 2e-6 } : { rtol: 1e-4, atol: 2e-5 };

test("operators and their gradients give PyTorch's numbers, dtypes and shapes", async (t) => {
  const golden = load();
  const inputNames = Object.keys(golden).filter((name) => name.startsWith("input/"))
    .map((name) => name.slice("input/".length));
  const failed: string[] = [];
  for (const [name, run] of Object.entries(cases)) {
    try {
      torch.scope(() => compare(name, run));
    } catch (error) {
      failed.push(`${name}: ${(error as Error).message}`);
    }
  }
  for (const tensor of Object.values(golden)) tensor.dispose();
  for (const failure of failed) await t.step(failure, () => assert(false));

  function compare(name: string, run: (typeof cases)[string]): void {
    const inputs = Object.fromEntries(inputNames.map((input) => {
      const value = golden[`input/${input}`].to({ device, copy: true });
      value.requiresGrad = torch.isFloatingPoint(value.dtype);
      return [input, value];
    }));
    const result = run(inputs);
    const results = Array.isArray(result) ? result : [result];
    const expected = Object.keys(golden).filter((key) => /^\/\d+$/.test(key.slice(name.length)))
      .filter((key) => key.startsWith(`${name}/`));
    assertEquals(results.length, expected.length, "the number of results");
    results.forEach((tensor, i) => {
      const wanted = golden[`${name}/${i}`];
      assertEquals([tensor.dtype, tensor.shape], [wanted.dtype, wanted.shape], `result ${i}`);
      assertClose(tensor.detach(), wanted, tolerances[tensor.dtype] ?? usual);
    });
    const withGrad = results.filter((tensor) => tensor.requiresGrad);
    const gradients = Object.keys(golden).filter((key) => key.startsWith(`${name}/grad/`));
    assertEquals(withGrad.length > 0, gradients.length > 0, "whether there are gradients");
    if (withGrad.length === 0) return;
    withGrad.map((tensor) => tensor.mul(weights(tensor)).sum().double())
      .reduce((sum, one) => sum.add(one)).backward();
    const loose = results.some((tensor) => tolerances[tensor.dtype] !== undefined);
    for (const key of gradients) {
      const grad = inputs[key.slice(`${name}/grad/`.length)].grad;
      assert(grad !== null, `${key} is missing`);
      assertClose(grad, golden[key], loose ? tolerances.bfloat16 : usual);
    }
  }
});

/** Cosines of 0, 1, 2, …: so that no gradient is the same everywhere. */
function weights(like: torch.Tensor): torch.Tensor {
  return torch.arange(like.numel, { dtype: like.dtype, device }).cos().reshape(like.shape);
}

test("the cases are those of the golden file", () => {
  const golden = load();
  const names = new Set(
    Object.keys(golden).map((key) => key.split("/")[0]).filter((name) => name !== "input"),
  );
  assertEquals([...names].sort(), Object.keys(cases).sort());
  for (const tensor of Object.values(golden)) tensor.dispose();
});
