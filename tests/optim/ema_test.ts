import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, DeviceError, ShapeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { filled, golden, valuesOf } from "./comforts_golden.ts";

const net = () =>
  filled(new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2)));

/** What the script trains, with what is called after every step. */
function train(model: nn.Module, after: (step: number) => void, steps = 5): void {
  using optimizer = new optim.SGD(model.parameters(), { lr: 0.2, momentum: 0.9 });
  for (let step = 0; step < steps; step++) {
    torch.scope(() => model.forward(valuesOf([6, 3], 10 + step)).pow(2).mean().backward());
    optimizer.step();
    optimizer.zeroGrad();
    after(step);
  }
}

const plain = (state: Record<string, torch.Tensor>) =>
  Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, tensor.toArray()]));

for (const [name, expected] of Object.entries(golden.averages)) {
  test(`averages are PyTorch's, buffers ${name}`, () => {
    using model = net();
    using ema = new optim.Ema(model, { decay: 0.8, averageBuffers: name === "averaged" });
    train(model, (step) => {
      ema.update();
      const weights = ema.weights();
      for (const [key, values] of Object.entries(expected[step])) {
        assertClose(weights[key].flatten(), values, { rtol: 1e-4, atol: 1e-6 });
      }
      assertEquals(Number(weights["1.num_batches_tracked"].item()), step + 1);
    });
    assertEquals(ema.updates, 5);
  });
}

test("a decay that warms up is timm's", () => {
  using model = net();
  using ema = new optim.Ema(model, { decay: 0.6, warmup: true, updateAfter: 1, minDecay: 0.1 });
  const decays: number[] = [];
  const expected: torch.Tensor[] = [];
  train(model, () => {
    decays.push(ema.decay);
    ema.update();
    expected.push(model.parameters()[0].detach().clone());
  });
  // timm: 0 up to updateAfter, then 1 - (1 + t)^(-2/3), at most 0.6.
  assertClose(decays, [0, 0, 1 - 2 ** (-2 / 3), 1 - 3 ** (-2 / 3), 0.6]);
  const mean = expected.slice(1).reduce((average, weight, i) =>
    average.mul(decays[i + 1]).add(weight.mul(1 - decays[i + 1]))
  );
  assertClose(ema.weights()["0.weight"], mean);
  using floor = new optim.Ema(model, {
    warmup: true,
    warmupGamma: 1000,
    warmupPower: 1,
    minDecay: 0.25,
    averageBuffers: true,
  });
  floor.update();
  assertEquals(floor.decay, 0.25);
});

test("the model has the averages for a while, and then its own weights bit for bit", async () => {
  using model = net();
  using ema = new optim.Ema(model, { decay: 0.8 });
  train(model, () => ema.update());
  torch.noGrad(() => model.parameters()[0].select(0, 0).fill_(NaN));
  const bits = () =>
    Object.values(model.stateDict()).map((tensor) => new Uint8Array(tensor.data().buffer.slice(0)));
  const live = bits();
  const weights = plain(ema.weights());
  const x = valuesOf([6, 3], 3);
  const seen = ema.withAverage(() => {
    assertEquals(ema.swapped, true);
    assertThrows(() => ema.update(), ArgumentError, "swap()");
    assertThrows(() => ema.stateDict(), ArgumentError, "swap()");
    assertThrows(() => ema.withAverage(() => 0), ArgumentError, "swap()");
    return plain(model.stateDict());
  });
  assertEquals(seen, weights);
  assertEquals(bits(), live);
  assertThrows(
    () => ema.withAverage(() => assert(false, "within")),
    Error,
    "within",
  );
  assertEquals(bits(), live);
  const later = await ema.withAverage(async () => {
    await Promise.resolve();
    return plain(model.stateDict());
  });
  assertEquals(later, weights);
  assertEquals(bits(), live);
  await assertRejects(
    () => ema.withAverage(() => Promise.reject(new Error("late"))),
    Error,
    "late",
  );
  assertEquals([bits(), ema.swapped, plain(ema.weights())], [live, false, weights]);
  // Training goes on from the optimizer's own tensors.
  x.dispose();
});

test("an average that goes on from a saved state gives the same numbers", () => {
  using whole = net();
  using all = new optim.Ema(whole, { decay: 0.9, warmup: true });
  using model = net();
  using first = new optim.Ema(model, { decay: 0.9, warmup: true });
  const second = new optim.Ema(model, { decay: 0.9, warmup: true });
  train(whole, () => all.update());
  train(model, (step) => {
    (step < 3 ? first : second).update();
    if (step === 2) second.loadStateDict(first.stateDict());
  });
  assertEquals(plain(second.weights()), plain(all.weights()));
  assertEquals(second.stateDict().scalars, { updates: 5 });
  using other = net();
  other.loadStateDict(second.weights());
  second.dispose();
});

test("a tensor with two names is averaged once", () => {
  class Tied extends nn.Module {
    readonly first = new nn.Linear(2, 2, { bias: false });
    readonly again = this.first;
    constructor() {
      super();
      this.registerModule("other", this.first);
    }
    override forward(x: torch.Tensor): torch.Tensor {
      return this.first.forward(x);
    }
  }
  using model = new Tied().to(device);
  torch.noGrad(() => model.first.weight.fill_(0));
  using ema = new optim.Ema(model, { decay: 0.5 });
  ema.update();
  torch.noGrad(() => model.first.weight.fill_(1));
  ema.update();
  for (const weight of Object.values(ema.weights())) {
    assertEquals(weight.toArray(), [[0.5, 0.5], [0.5, 0.5]]);
  }
});

test("what cannot be averaged is refused", () => {
  using model = net();
  for (
    const options of [
      { decay: 1.1 },
      { decay: NaN },
      { minDecay: -1 },
      { updateAfter: 0.5 },
      { warmupGamma: 0 },
      { warmupPower: Infinity },
    ]
  ) assertThrows(() => new optim.Ema(model, options), ArgumentError, "Ema: ");
  using none = new nn.ReLU();
  assertThrows(() => new optim.Ema(none), ArgumentError, "no parameters");
  using ema = new optim.Ema(model);
  const { tensors } = ema.stateDict();
  const { "0.weight": weight, ...others } = tensors;
  const before = plain(tensors);
  const load = (state: Record<string, torch.Tensor>, updates = 1) => () =>
    ema.loadStateDict({ tensors: state, scalars: { updates } });
  assertThrows(load(others), ArgumentError, '"0.weight"');
  assertThrows(load({ ...tensors, more: weight }), ArgumentError, '"more"');
  assertThrows(load({ ...tensors, "2.bias": torch.zeros([3]) }), ShapeError, "[3], must be [2]");
  assertThrows(load(tensors, -1), ArgumentError, "count of updates");
  assertEquals([plain(ema.weights()), ema.updates], [before, 0]);
  model.to("float64");
  assertThrows(() => ema.update(), DeviceError, "float64");
});
