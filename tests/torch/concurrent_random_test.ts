import { assertEquals, assertNotEquals } from "@std/assert";
import golden from "../golden/script_draws.json" with { type: "json" };
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";

const script = new URL("../golden/script_draws.pt", import.meta.url).pathname;

const draw = () => torch.scope(() => torch.dropout(torch.randn([50]), 0.5, true).sum().item());

interface Drawn {
  losses: number[];
  drawn: number[];
}

function run(question: { seed: number; resumeAt?: number }): Promise<Drawn> {
  const worker = new Worker(new URL("children/draw.ts", import.meta.url), { type: "module" });
  return new Promise<Drawn>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage({ steps: 150, rounds: 10, script, ...question });
  }).finally(() => worker.terminate());
}

test("workers that train with dropout at once each repeat what their seed gives alone", async () => {
  const alone = [await run({ seed: 1 }), await run({ seed: 2 })];
  assertNotEquals(alone[0].losses, alone[1].losses);
  let done = false;
  const together = Promise.all([run({ seed: 1 }), run({ seed: 2 }), run({ seed: 1, resumeAt: 70 })])
    .finally(() => done = true);
  // And this thread draws among them.
  torch.manualSeed(9);
  const here: number[] = [];
  while (!done) {
    if (here.length < 400) {
      here.push(draw());
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assertEquals(await together, [alone[0], alone[1], alone[0]]);
  torch.manualSeed(9);
  for (const value of here) {
    assertEquals(draw(), value);
  }
});

test("a seed here leaves a worker's numbers alone, and a worker's seed these", async () => {
  torch.manualSeed(4);
  const expected = torch.rand([4]).toArray();
  torch.manualSeed(4);
  await run({ seed: 1 });
  assertEquals(torch.scope(() => torch.rand([4]).toArray()), expected);
});

test("a TorchScript module draws PyTorch's numbers, in training and where it always draws", () => {
  using model = torch.loadScript(script);
  const x = torch.ones([8]);
  torch.manualSeed(3);
  assertClose(model.train().forward(x) as torch.Tensor, golden.forward);
  torch.manualSeed(3);
  assertClose(model.eval().run("noise", x) as torch.Tensor, golden.noise);
  assertEquals((model.forward(x) as torch.Tensor).toArray(), x.toArray());
});
