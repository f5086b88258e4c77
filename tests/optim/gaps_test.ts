import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DeviceError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

type Options = Record<string, number | boolean | [number, number]>;

interface Group {
  places: number[];
  options: Options;
}

interface Case {
  kind: "SGD" | "Adam" | "AdamW";
  options: Options;
  groups: Group[];
  dtypes: torch.DType[];
  joins: Record<string, Group>;
  changes: Record<string, Record<string, Options>>;
  masks: string[];
  seen: Record<string, number[][]>;
}

/** What `golden/optim_gaps.py` computed. */
const golden: { shapes: number[][]; steps: number; cases: Record<string, Case> } = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/optim_gaps.json", import.meta.url)),
);

/** The parameters and gradients of the script. */
function valuesOf(place: number, step: number, dtype: torch.DType): Tensor {
  const shape = golden.shapes[place];
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from(
    { length: count },
    (_, i) => 0.5 * Math.sin(0.7 * step + 1.3 * place + 0.31 * i),
  );
  return torch.tensor(values, { dtype: "float64" }).reshape(shape).to(dtype).to(device).detach();
}

type Optimizer = optim.SGD | optim.Adam;

class Play {
  readonly params: Tensor[];
  optimizer: Optimizer;

  constructor(readonly one: Case) {
    this.params = golden.shapes.map((_, place) =>
      valuesOf(place, -1, one.dtypes[place]).requiresGrad_()
    );
    this.optimizer = this.make();
  }

  make(): Optimizer {
    const { kind, options, groups } = this.one;
    return new optim[kind](groups.map((group) => this.group(group)), options as never);
  }

  group({ places, options }: Group): optim.ParamGroup {
    return { params: places.map((place) => this.params[place]), ...options };
  }

  /** Everything but the optimizer's step. */
  before(step: number): void {
    const { joins, changes, masks } = this.one;
    if (joins[step]) this.optimizer.addParamGroup(this.group(joins[step]));
    for (const [place, changed] of Object.entries(changes[step] ?? {})) {
      Object.assign(this.optimizer.paramGroups[Number(place)], changed);
    }
    this.params.forEach((param, place) => {
      const has = masks[step][place] === "1";
      torch.scope(() => param.grad = has ? valuesOf(place, step, param.dtype) : null);
    });
  }

  values(): number[][] {
    return this.params.map((param) => Array.from(param.detach().double().data() as Float64Array));
  }
}

for (const [name, one] of Object.entries(golden.cases)) {
  const tolerance = one.dtypes.includes("float16")
    ? { rtol: 2e-2, atol: 1e-2 }
    : { rtol: 5e-6, atol: 1e-6 };

  test(`${name}: gradients that come and go give PyTorch's parameters`, () => {
    const play = new Play(one);
    using optimizer = play.optimizer;
    for (let step = 0; step < golden.steps; step++) {
      play.before(step);
      optimizer.step();
      if (one.seen[step]) torch.scope(() => assertClose(play.values(), one.seen[step], tolerance));
    }
  });

  test(`${name}: a state saved between gaps goes on with the same numbers`, () => {
    const play = new Play(one);
    for (let step = 0; step < golden.steps; step++) {
      play.before(step);
      play.optimizer.step();
      // After every step another optimizer takes over: what it was told, and nothing else, is in its state.
      const { tensors, scalars } = play.optimizer.stateDict();
      const state = { tensors, scalars: JSON.parse(JSON.stringify(scalars)) };
      const next = play.make();
      for (const [joined, group] of Object.entries(one.joins)) {
        if (Number(joined) <= step) next.addParamGroup(play.group(group));
      }
      next.loadStateDict(state);
      play.optimizer.dispose();
      play.optimizer = next;
    }
    using _ = play.optimizer;
    assertClose(play.values(), one.seen[golden.steps - 1], tolerance);
  });
}

test("a parameter that lags another by one step is updated once in each step", () => {
  for (const kind of ["Adam", "AdamW"] as const) {
    const params = [0, 1].map(() => torch.ones([1], { device, requiresGrad: true }));
    using optimizer = new optim[kind](params, { lr: 0.1, weightDecay: 0 });
    params[1].grad = torch.ones([1], { device });
    optimizer.step();
    params[0].grad = torch.ones([1], { device });
    optimizer.step();
    assertClose(params, [[0.9], [0.8]]);
    const { scalars } = optimizer.stateDict();
    assertEquals([scalars["0.step"], scalars["1.step"]], [1, 2]);
  }
});

test("parameters all of whose lags differ are each updated once", () => {
  const params = Array.from({ length: 6 }, () => torch.zeros([], { device, requiresGrad: true }));
  using optimizer = new optim.Adam(params, { lr: 1 });
  for (let step = 0; step < 6; step++) {
    params.slice(0, step + 1).forEach((param) => param.grad = torch.ones([], { device }));
    optimizer.step();
  }
  assertClose(params, [-6, -5, -4, -3, -2, -1]);
});

test("gradients without memory of their own, sparse ones and expanded ones count by their values", () => {
  for (const kind of ["SGD", "Adam", "AdamW"] as const) {
    const make = (params: Tensor[]) => new optim[kind](params, { lr: 0.1, weightDecay: 0.1 });
    const table = () => torch.arange(6, { device }).float().reshape(3, 2).detach().requiresGrad_();
    const run = (loss: (x: Tensor) => Tensor): Tensor => {
      const x = table();
      using optimizer = make([x]);
      for (let step = 0; step < 2; step++) {
        optimizer.zeroGrad();
        loss(x).backward();
        optim.clipGradNorm([x], 1);
        optimizer.step();
      }
      return x;
    };
    // sgn's gradient is libtorch's tensor of zeros that has no memory.
    assertClose(run((x) => x.sgn().sum()), run((x) => x.mul(0).sum()));
    const places = torch.tensor([0, 2, 2], { dtype: "int64", device });
    const looked = (sparse: boolean) => (x: Tensor) =>
      torch.embedding(x, places, -1, false, sparse).pow(2).sum();
    assertClose(run(looked(true)), run(looked(false)));
    assertClose(run((x) => x.sum()), run((x) => x.mul(torch.ones([3, 2], { device })).sum()));
  }
});

test("state goes along when a parameter's memory is laid out otherwise", () => {
  const run = (turn: boolean): Tensor => {
    torch.manualSeed(3);
    using conv = new nn.Conv2d(3, 4, 3).to(device);
    using optimizer = new optim.Adam(conv.parameters(), { lr: 0.1 });
    for (let step = 0; step < 4; step++) {
      if (turn && step === 2) conv.to({ memoryFormat: "channelsLast" });
      optimizer.zeroGrad();
      torch.scope(() => conv.forward(torch.randn([2, 3, 5, 5]).to(device)).pow(2).sum().backward());
      optimizer.step();
    }
    return conv.weight.detach().contiguous().clone();
  };
  assertClose(run(true), run(false), { rtol: 1e-3, atol: 1e-4 });
});

test("an optimizer without state goes on after its parameters have moved", () => {
  using layer = new nn.Linear(2, 1).to(device);
  using optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
  optimizer.step();
  layer.to("float64");
  torch.scope(() =>
    layer.forward(torch.ones([1, 2], { device, dtype: "float64" })).sum().backward()
  );
  const before = layer.bias!.item();
  optimizer.step();
  assertClose(layer.bias!.item(), before - 0.1);
  using adam = new optim.Adam(layer.parameters());
  adam.zeroGrad();
  adam.step();
  layer.to("float32");
  torch.scope(() => layer.forward(torch.ones([1, 2], { device })).sum().backward());
  adam.step();
  layer.to("float64");
  assertThrows(() => adam.step(), DeviceError, "Move the model first");
});

test("a parameter whose memory is not its own is refused, and nothing moves", () => {
  const a = torch.ones([4], { device, requiresGrad: true });
  const b = torch.ones([2, 2], { device, requiresGrad: true });
  using optimizer = new optim.Adam([a, b], { lr: 0.1 });
  a.sum().add(b.sum()).backward();
  torch.call("aten::set_data", b, torch.ones([1, 1], { device }).expand(2, 2));
  assertThrows(() => optimizer.step(), ArgumentError, "parameter 1 has no memory of its own");
  assertClose(a, [1, 1, 1, 1]);
  torch.call("aten::set_data", b, torch.ones([3], { device }));
  assertThrows(() => optimizer.step(), ArgumentError, "call zeroGrad()");
  assertClose(a, [1, 1, 1, 1]);
});

test("parameters that join late must be new and trainable", () => {
  const p = torch.ones([2], { device, requiresGrad: true });
  using optimizer = new optim.Adam([p], { lr: 0.1 });
  assertThrows(() => optimizer.addParamGroup({ params: [p] }), ArgumentError, "there twice");
  assertThrows(
    () => optimizer.addParamGroup({ params: [torch.ones([1], { dtype: "int64" })] }),
    ArgumentError,
    "parameter 1 is of dtype int64",
  );
  const q = torch.ones([1], { device, requiresGrad: true });
  assertThrows(() => optimizer.addParamGroup({ params: [q], lr: NaN }), ArgumentError, "lr");
  assertEquals(optimizer.paramGroups.length, 1);
  const schedule = new optim.StepLR(optimizer, { stepSize: 1 });
  optimizer.addParamGroup({ params: [q], lr: 5 });
  schedule.step();
  assertClose(optimizer.paramGroups.map((group) => group.lr), [0.01, 0.5]);
});

test("states with impossible numbers, or parts missing, are refused", () => {
  const params = [torch.ones([2], { device, requiresGrad: true })];
  using optimizer = new optim.Adam(params, { lr: 0.1 });
  params[0].grad = torch.ones([2], { device });
  optimizer.step();
  const { tensors, scalars } = optimizer.stateDict();
  const refused: [Record<string, number>, string][] = [
    [{ ...scalars, "0.step": NaN }, "no count of steps"],
    [{ ...scalars, "0.step": 0.5 }, "no count of steps"],
    [{ ...scalars, "groups.0.lr": NaN }, "lr must be"],
    [{ ...scalars, "groups.0.beta1": 1 }, "betas"],
    [{ ...scalars, "groups.1.lr": 1 }, "of 1 groups"],
    [{ ...scalars, "groups.1.initialLr": 1 }, "of 1 groups"],
  ];
  for (const [numbers, message] of refused) {
    assertThrows(
      () => optimizer.loadStateDict({ tensors, scalars: numbers }),
      ArgumentError,
      message,
    );
  }
  assertThrows(
    () => optimizer.loadStateDict({ tensors: {}, scalars }),
    ArgumentError,
    "parameter 0 has made 1 steps, and lacks",
  );
  using more = new optim.Adam([{ params }, { params: [torch.ones([1], { requiresGrad: true })] }]);
  assertThrows(() => more.loadStateDict({ tensors, scalars }), ArgumentError, "addParamGroup()");
  assert(optimizer.stateDict().tensors["0.exp_avg"] !== undefined, "the state is what it was");
});

test("AdamW's decay is decoupled, Adam's by choice", () => {
  const make = () => [torch.ones([2], { device, requiresGrad: true })];
  assertThrows(
    () => new optim.AdamW(make(), { decoupledWeightDecay: false }),
    ArgumentError,
    "AdamW: decoupledWeightDecay",
  );
  const run = (optimizer: optim.Adam | optim.AdamW): number[] => {
    using _ = optimizer;
    const [p] = optimizer.paramGroups[0].params;
    p.grad = torch.ones([2], { device });
    optimizer.step();
    return p.toArray() as number[];
  };
  const decay = { lr: 0.1, weightDecay: 0.5 };
  assertEquals(
    run(new optim.Adam(make(), { ...decay, decoupledWeightDecay: true })),
    run(new optim.AdamW(make(), decay)),
  );
});
