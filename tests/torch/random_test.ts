import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import golden from "../golden/torch_random.json" with { type: "json" };
import { ApprenticeError, ArgumentError, DisposedError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

// On the CPU whatever the device of the other tests is: a GPU draws other numbers.
const zeros = (...shape: number[]) => torch.zeros(shape);

const draws: Record<keyof typeof golden.random, () => torch.Tensor> = {
  randn: () => torch.randn([2, 3]),
  randnLong: () => torch.randn([20]),
  randnDouble: () => torch.randn([3], { dtype: "float64" }),
  randnHalf: () => torch.randn([3], { dtype: "float16" }),
  rand: () => torch.rand([2, 3]),
  randint: () => torch.randint(10, [8]),
  randintLow: () => torch.randint(-5, 5, [8]),
  randperm: () => torch.randperm(10),
  normal: () => torch.normal(2, 0.5, [4]),
  dropout: () => torch.dropout(torch.ones([12]), 0.4, true),
  featureDropout: () => torch.featureDropout(torch.ones([2, 3, 1, 1]), 0.5, true),
  bernoulli: () => torch.full([8], 0.3).bernoulli(),
  bernoulliP: () => zeros(8).bernoulli(0.6),
  multinomial: () => torch.tensor([0.1, 0.2, 0.7]).multinomial(6, true),
  uniform_: () => zeros(4).uniform_(-2, 3),
  normal_: () => zeros(4).normal_(1, 2),
  random_: () => zeros(4).long().random_(100),
  exponential_: () => zeros(4).exponential_(2),
  randLike: () => torch.randLike(zeros(2, 2)),
  randintLike: () => torch.randintLike(zeros(4), 3, 9),
  poisson: () => torch.tensor([1, 5, 20]).poisson(),
  afterOthers: () => {
    torch.rand([3]);
    torch.randperm(5);
    return torch.randn([2]);
  },
  generatorRandn: () => withGenerator((generator) => torch.randn([4], { generator })),
  generatorRand: () => withGenerator((generator) => torch.rand([4], { generator })),
  generatorRandint: () => withGenerator((generator) => torch.randint(3, 30, [4], { generator })),
  generatorRandperm: () => withGenerator((generator) => torch.randperm(6, { generator })),
  generatorNormal_: () => withGenerator((generator) => zeros(4).normal_(0, 1, { generator })),
};

function withGenerator(draw: (generator: torch.Generator) => torch.Tensor): torch.Tensor {
  using generator = new torch.Generator(11);
  return draw(generator);
}

for (const [name, draw] of Object.entries(draws)) {
  test(`random numbers are PyTorch's: ${name}`, () => {
    torch.manualSeed(7);
    assertClose(draw(), golden.random[name as keyof typeof golden.random], { atol: 1e-7 });
  });
}

const makers: Record<keyof typeof golden.created, () => torch.Tensor> = {
  arange: () => torch.arange(5, { device }),
  arangeStep: () => torch.arange(1, 2, 0.3, { device }),
  arangeDown: () => torch.arange(5, 1, -2, { device }),
  linspace: () => torch.linspace(-1, 2, 7, { device }),
  logspace: () => torch.logspace(0, 2, 5, { device }),
  logspaceTwo: () => torch.logspace(0, 4, 5, { device, base: 2 }),
  eye: () => torch.eye(3, { device }),
  eyeWide: () => torch.eye(2, 3, { device }),
  full: () => torch.full([2, 2], 1.5, { device }),
  trilIndices: () => torch.trilIndices(3, 3, -1, { device }),
  vander: () => torch.vander(torch.tensor([1, 2, 3], { device })),
};

for (const [name, make] of Object.entries(makers)) {
  test(`what is created is PyTorch's: ${name}`, () => {
    const made = make();
    assertClose(made, golden.created[name as keyof typeof golden.created]);
    assertEquals(made.device.split(":")[0], device.split(":")[0]);
  });
}

test("manualSeed: the same seed gives the same numbers, another one others", () => {
  const draw = (seed: number) => {
    torch.manualSeed(seed);
    return torch.randn([8], { device }).toArray();
  };
  const first = draw(3);
  assertEquals(draw(3), first);
  assertNotEquals(draw(4), first);
  draw(Number.MAX_SAFE_INTEGER);
  for (const seed of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => torch.manualSeed(seed), ArgumentError, String(seed));
  }
});

test("getRngState, setRngState: a state put back gives the same numbers again", () => {
  torch.manualSeed(1);
  torch.randn([3], { device });
  const state = torch.getRngState(device);
  const values = torch.randn([5], { device }).toArray();
  torch.randn([5], { device });
  torch.setRngState(state, device);
  assertEquals(torch.randn([5], { device }).toArray(), values);
  assertEquals(state.dtype, "uint8");
  assertThrows(() => torch.setRngState(torch.ones([3])), Error);
  assertThrows(() => torch.setRngState(torch.zeros([10], { dtype: "uint8" })), Error);
  // A state whose place in its table of 624 words does not go with how many of them are left: it would be read
  // beyond its end.
  const place = torch.getRngState();
  const bytes = new DataView(place.data().slice().buffer as ArrayBuffer);
  for (const [left, next] of [[600, 600], [625, 0], [0, 1], [1, 625], [-1, 0], [1, 2 ** 31 + 1]]) {
    bytes.setInt32(8, left, true);
    bytes.setBigUint64(16, BigInt(next), true);
    const damaged = torch.tensor(new Uint8Array(bytes.buffer));
    assertThrows(() => torch.setRngState(damaged), ApprenticeError, "getRngState");
  }
  torch.setRngState(place);
});

test("Generator: neither sees nor disturbs the other numbers", () => {
  torch.manualSeed(5);
  const expected = torch.randn([3], { device }).toArray();
  torch.manualSeed(5);
  using generator = new torch.Generator(9, device);
  const own = torch.randn([3], { device, generator }).toArray();
  assertEquals(torch.randn([3], { device }).toArray(), expected);
  torch.manualSeed(99);
  using same = new torch.Generator(9, device);
  assertEquals(torch.randn([3], { device, generator: same }).toArray(), own);
});

test("Generator: lives on outside the scope it was made in; disposed of, it is a DisposedError", () => {
  const generator = torch.scope(() => new torch.Generator(1));
  assertEquals(torch.rand([2], { generator }).shape, [2]);
  generator.dispose();
  assertThrows(() => torch.rand([2], { generator }), DisposedError);
  assertThrows(() => new torch.Generator(-1), ArgumentError, "-1");
  // A tensor is no generator, and a generator no tensor.
  const tensor = torch.ones([1]);
  assertThrows(() => torch.rand([2], { generator: tensor as never }), ArgumentError, "generator");
  using other = new torch.Generator(1);
  assertThrows(
    () => torch.ones([1]).add(other as never),
    ArgumentError,
    "should be a tensor and is a generator",
  );
});

test("creation: dtypes, devices and gradients as asked for", () => {
  const made = torch.zeros([2], { dtype: "int16", device });
  assertEquals([made.dtype, made.toArray()], ["int16", [0, 0]]);
  assertEquals(torch.ones([], { device }).item(), 1);
  assertEquals(torch.ones([0, 3], { device }).shape, [0, 3]);
  assertEquals(torch.full([2], true, { device }).dtype, "bool");
  assertEquals(torch.full([2], 7, { dtype: "int64", device }).dtype, "int64");
  assertEquals(torch.empty([2, 3], { dtype: "float16", device }).shape, [2, 3]);
  assertEquals(torch.arange(3).dtype, "int64");
  assertEquals(torch.arange(3.5).toArray(), [0, 1, 2, 3]);
  assertEquals(torch.arange(3, { dtype: "float32" }).dtype, "float32");
  assertEquals(torch.randn([2], { requiresGrad: true, device }).requiresGrad, true);
  assert(torch.zeros([2], { requiresGrad: true }).isLeaf);
  assertThrows(() => torch.zeros([-1]), Error, "-1");
  assertThrows(() => torch.zeros([1.5]), ArgumentError, "1.5");
  assertThrows(() => torch.zeros([NaN]), ArgumentError, "nan");
  assertThrows(() => torch.zeros([2], { dtype: "float" as never }), Error, "float");
  assertThrows(() => torch.zeros([2], { device: "gpu" as never }), Error, "gpu");
  assertThrows(() => torch.ones([2], { dtype: "int64", requiresGrad: true }), Error, "loating");
});
