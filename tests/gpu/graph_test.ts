import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { CaptureError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, test } from "../helpers.ts";

const { cuda } = torch;
const ignore = !cuda.isAvailable();

/** Runs `body` as often on a stream of its own, as is to be done before it is recorded. */
function warmUp(body: () => void, times = 3): void {
  using side = new cuda.Stream();
  using current = cuda.currentStream();
  side.waitStream(current);
  cuda.stream(side, () => {
    for (let i = 0; i < times; i++) torch.scope(body);
  });
  current.waitStream(side);
}

test("what is recorded is computed at each replay, of the values that lie there then", () => {
  const input = torch.zeros([4], { device: "cuda" });
  warmUp(() => void input.mul(2).add(1));
  using graph = new cuda.CUDAGraph();
  const output = cuda.graph(graph, () => input.mul(2).add(1));
  for (const values of [[1, 2, 3, 4], [5, 6, 7, 8]]) {
    input.copy_(torch.tensor(values));
    graph.replay();
    assertEquals(output.toArray(), values.map((value) => 2 * value + 1));
  }
}, { ignore });

test("a whole step of training, replayed, gives the weights that it gives without a graph", () => {
  /** A network of two layers and a step of gradient descent on the data that lies in `x` and `y`. */
  const network = () => {
    torch.manualSeed(3);
    const weights = [[16, 32], [32, 4]].map((shape) =>
      torch.randn(shape, { device: "cuda" }).mul(0.1).detach().requiresGrad_()
    );
    const x = torch.zeros([8, 16], { device: "cuda" });
    const y = torch.zeros([8, 4], { device: "cuda" });
    const step = () => {
      for (const weight of weights) weight.grad?.zero_();
      const loss = x.matmul(weights[0]).relu().matmul(weights[1]).sub(y).pow(2).mean();
      loss.backward();
      torch.noGrad(() => {
        for (const weight of weights) weight.sub_(weight.grad!, { alpha: 0.1 });
      });
      return loss.detach();
    };
    return { weights, x, y, step };
  };
  const batches = Array.from({ length: 10 }, (_, i) => {
    torch.manualSeed(100 + i);
    return { x: torch.randn([8, 16]), y: torch.randn([8, 4]) };
  });
  const plain = network();
  const captured = network();
  // Both take the steps that come before the recording, with the gradients in place.
  for (const { x, y, step } of [plain, captured]) {
    x.copy_(batches[0].x);
    y.copy_(batches[0].y);
    warmUp(() => void step());
  }
  using graph = new cuda.CUDAGraph();
  const loss = cuda.graph(graph, captured.step);
  for (const { x, y } of batches) {
    plain.x.copy_(x);
    plain.y.copy_(y);
    const expected = torch.scope(plain.step);
    captured.x.copy_(x);
    captured.y.copy_(y);
    graph.replay();
    assertClose(loss.item(), expected.item(), { rtol: 1e-5 });
  }
  for (const [i, weight] of captured.weights.entries()) {
    assertClose(weight.detach(), plain.weights[i].detach(), { rtol: 1e-5, atol: 1e-6 });
  }
}, { ignore });

test("random numbers go on from replay to replay, the GPU's own and those of a generator", () => {
  const x = torch.ones([1000], { device: "cuda" });
  using generator = new torch.Generator(5, "cuda");
  const body = () => [
    torch.call("aten::dropout", x, 0.5, true) as torch.Tensor,
    torch.rand([1000], { device: "cuda", generator }),
  ];
  warmUp(() => void body());
  using graph = new cuda.CUDAGraph();
  graph.registerGeneratorState(generator);
  const drawn = cuda.graph(graph, body);
  const seen = [0, 1, 2].map(() => {
    graph.replay();
    return drawn.map((tensor) => tensor.toArray());
  });
  for (const [first, second] of [[0, 1], [1, 2], [0, 2]]) {
    assertNotEquals(seen[first][0], seen[second][0]);
    assertNotEquals(seen[first][1], seen[second][1]);
  }
}, { ignore });

test("what waits for the GPU cannot be recorded, and all goes on after it", () => {
  const x = torch.ones([4], { device: "cuda" });
  using graph = new cuda.CUDAGraph();
  assertThrows(() => cuda.graph(graph, () => x.sum().item()), CaptureError, "take item()");
  assertEquals(x.sum().item(), 4);
  const output = cuda.graph(graph, () => x.mul(3));
  graph.replay();
  assertEquals(output.toArray(), [3, 3, 3, 3]);
  assertThrows(() => {
    using other = new cuda.CUDAGraph();
    other.captureBegin();
  }, CaptureError);
}, { ignore });

test("graphs share memory, and give it back", () => {
  torch.emptyCache("cuda");
  const before = torch.memory("cuda");
  torch.scope(() => {
    const x = torch.ones([1 << 20], { device: "cuda" });
    const body = () => torch.scope(() => x.mul(2).add(1).exp().sum());
    const one = new cuda.CUDAGraph();
    const sum = cuda.graph(one, body);
    const held = torch.memory("cuda");
    const two = new cuda.CUDAGraph();
    const again = cuda.graph(two, body, { pool: one.pool() });
    const both = torch.memory("cuda");
    const kept = (use: torch.MemoryUse) => use.bytes + use.cachedBytes;
    assert(kept(both) - kept(held) < 4 << 20, "the second graph has its memory from the first");
    one.replay();
    two.replay();
    assertClose(again.item(), sum.item());
    one.dispose();
    two.dispose();
  });
  torch.emptyCache("cuda");
  assertEquals(torch.memory("cuda").bytes, before.bytes);
}, { ignore });
