import {
  assert,
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertThrows,
} from "@std/assert";
import { ArgumentError, DisposedError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

class Block extends nn.Module {
  readonly scale: Tensor = this.registerParameter("scale", torch.ones([1]));
  fc = new nn.Linear(2, 2);
  override forward(x: Tensor): Tensor {
    return this.fc.forward(x).mul(this.scale);
  }
}

class Net extends nn.Module {
  readonly #frozen: nn.Module;
  readonly embedding = this.registerModule("patch_embed", new nn.Linear(3, 2));
  blocks = [new Block(), new Block()];
  norm = new nn.BatchNorm1d(2);
  readonly steps: Tensor = this.registerBuffer("steps", torch.zeros([1]), { persistent: false });
  constructor(frozen: nn.Module = new nn.Identity()) {
    super();
    this.#frozen = frozen;
  }
  override forward(x: Tensor): Tensor {
    let y = this.embedding.forward(x);
    for (const block of this.blocks) y = block.forward(y);
    return this.norm.forward(this.#frozen.forward(y));
  }
}

test("parts are found in fields, arrays of modules and registrations, by PyTorch's names", () => {
  using net = new Net();
  assertEquals(Object.keys(net.stateDict()), [
    "patch_embed.weight",
    "patch_embed.bias",
    "blocks.0.scale",
    "blocks.0.fc.weight",
    "blocks.0.fc.bias",
    "blocks.1.scale",
    "blocks.1.fc.weight",
    "blocks.1.fc.bias",
    "norm.weight",
    "norm.bias",
    "norm.running_mean",
    "norm.running_var",
    "norm.num_batches_tracked",
  ]);
  assertEquals(net.namedChildren().map(([name]) => name), [
    "patch_embed",
    "blocks.0",
    "blocks.1",
    "norm",
  ]);
  assertEquals(net.namedModules().map(([name]) => name), [
    "",
    "patch_embed",
    "blocks.0",
    "blocks.0.fc",
    "blocks.1",
    "blocks.1.fc",
    "norm",
  ]);
  assertEquals(net.namedBuffers().map(([name]) => name), [
    "steps",
    "norm.running_mean",
    "norm.running_var",
    "norm.num_batches_tracked",
  ]);
  assertEquals(net.numParameters(), 8 + 2 * 7 + 4);
  for (const parameter of net.parameters()) {
    assertEquals([parameter.requiresGrad, parameter.isLeaf], [true, true]);
  }
});

test("a module in a #private field is not a part", () => {
  using teacher = new nn.Linear(2, 2);
  using net = new Net(teacher);
  assert(!net.parameters().includes(teacher.weight));
});

test("a shared module is one part, and keeps both names in the state dict", () => {
  const shared = new nn.Linear(2, 2);
  using model = new nn.Sequential(shared, new nn.ReLU(), shared);
  assertEquals(model.parameters().length, 2);
  assertEquals(Object.keys(model.stateDict()), ["0.weight", "0.bias", "2.weight", "2.bias"]);
});

test("train and eval reach every module", () => {
  using net = new Net();
  const modes = () => new Set(net.namedModules().map(([, module]) => module.training));
  assertEquals(modes(), new Set([true]));
  assertEquals(net.eval(), net);
  assertEquals(modes(), new Set([false]));
  net.train();
  assertEquals(modes(), new Set([true]));
});

test("parameters live outside scopes until dispose", () => {
  const before = torch.memory().tensors;
  const model = torch.scope(() => {
    const made = new nn.Linear(3, 2);
    return { made };
  }).made;
  assertEquals(torch.memory().tensors - before, 2);
  model.forward(torch.ones([1, 3]));
  model.dispose();
  assertThrows(() => model.forward(torch.ones([1, 3])), DisposedError);
});

test("requiresGrad_ freezes; zeroGrad takes gradients off", () => {
  using layer = new nn.Linear(2, 1).to(device);
  layer.forward(torch.ones([1, 2], { device })).sum().backward();
  assert(layer.weight.grad !== null);
  layer.zeroGrad();
  assertEquals(layer.weight.grad, null);
  layer.requiresGrad_(false);
  assertEquals(layer.forward(torch.ones([1, 2], { device })).requiresGrad, false);
});

test("a state dict is references; loading copies into the same tensors", () => {
  using a = new Net();
  using b = new Net().to(device);
  a.steps.fill_(5);
  a.norm.runningMean!.fill_(3);
  const target = b.embedding.weight;
  assertEquals(b.loadStateDict(a.stateDict()), { missing: [], unexpected: [] });
  assertEquals(b.embedding.weight, target);
  assertNotStrictEquals(b.embedding.weight, a.embedding.weight);
  for (const [key, tensor] of Object.entries(a.stateDict())) {
    assertClose(b.stateDict()[key], tensor, { rtol: 0, atol: 0 });
  }
  assertEquals(b.steps.item(), 0, "a buffer that is not persistent is not loaded");
  assertEquals(target.requiresGrad, true);
  assertEquals(target.isLeaf, true);
});

test("loading keeps the module's dtype", () => {
  using a = new nn.Linear(2, 2);
  using b = new nn.Linear(2, 2).to("float64");
  b.loadStateDict(a.stateDict());
  assertEquals(b.weight.dtype, "float64");
  assertClose(b.weight, a.weight, { rtol: 0, atol: 0 });
});

test("what does not fit is listed by kind, and nothing is loaded", () => {
  using net = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(3, 2));
  const before = net.stateDict()["0.weight"].data();
  const state: Record<string, Tensor> = {
    "0.weight": torch.zeros([3, 2]),
    "0.bias": torch.zeros([4]),
    "1.weight": torch.zeros([2, 3]),
    "extra": torch.zeros([1]),
  };
  const error = assertThrows(() => net.loadStateDict(state), ArgumentError);
  assertEquals(
    error.message,
    "The state dict does not fit this Sequential; nothing was loaded.\n" +
      "  1 missing: 1.bias\n" +
      "  1 unexpected: extra\n" +
      "  1 of another shape: 0.bias is [4], must be [3]\n" +
      "Load it into the model it was saved from, or pass { strict: false }.",
  );
  assertThrows(() => net.loadStateDict(state, { strict: false }), ShapeError, "0.bias is [4]");
  assertEquals(net.stateDict()["0.weight"].data(), before);
  delete state["0.bias"];
  assertEquals(net.loadStateDict(state, { strict: false }), {
    missing: ["0.bias", "1.bias"],
    unexpected: ["extra"],
  });
  assertClose(net.stateDict()["0.weight"], [[0, 0], [0, 0], [0, 0]]);
});

test("long lists of keys are cut short", () => {
  using net = new nn.Sequential(...Array.from({ length: 8 }, () => new nn.Linear(1, 1)));
  assertThrows(
    () => net.loadStateDict({}),
    ArgumentError,
    "16 missing: 0.weight, 0.bias, 1.weight",
  );
  assertThrows(() => net.loadStateDict({}), ArgumentError, "… 8 more");
});

test("a disposed tensor in a state dict is refused before anything is loaded", () => {
  using net = new nn.Linear(2, 2);
  const before = net.weight.data();
  const gone = torch.zeros([2]);
  gone.dispose();
  assertThrows(
    () => net.loadStateDict({ weight: torch.zeros([2, 2]), bias: gone }),
    DisposedError,
  );
  assertEquals(net.weight.data(), before);
});

test("a state dict without num_batches_tracked loads, as in PyTorch", () => {
  using net = new nn.BatchNorm2d(2);
  const { num_batches_tracked: _, ...old } = net.stateDict();
  assertEquals(net.loadStateDict(old).missing, ["num_batches_tracked"]);
});

test("to() changes dtype in place: parameters, gradients and the optimizer's references stay good", () => {
  using net = new nn.BatchNorm1d(2).to(device);
  const weight = net.weight!;
  net.forward(torch.randn([4, 2], { device })).pow(3).sum().backward();
  using optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  assertEquals(net.to("float64"), net);
  assertEquals(net.weight, weight);
  assertEquals(weight.dtype, "float64");
  assertEquals(weight.grad!.dtype, "float64");
  assertEquals([weight.requiresGrad, weight.isLeaf], [true, true]);
  assertEquals(net.runningVar!.dtype, "float64");
  assertEquals(net.numBatchesTracked!.dtype, "int64");
  const before = weight.data();
  optimizer.step();
  assert(weight.data().some((value, i) => value !== before[i]));
  net.forward(torch.randn([4, 2], { device, dtype: "float64" })).sum().backward();
});

test("to() refuses dtypes that cannot be trained", () => {
  using net = new nn.Linear(1, 1);
  assertThrows(() => net.to("int64"), DTypeError, "floating-point");
});

test("parts are refused that cannot be parts", () => {
  using net = new Net();
  const w = torch.ones([2], { requiresGrad: true });
  const refused: [() => unknown, typeof ArgumentError, string][] = [
    [() => net.registerParameter("a.b", w), ArgumentError, "no dots"],
    [() => net.registerParameter("", w), ArgumentError, "not empty"],
    [() => net.registerParameter("patch_embed", w), ArgumentError, "taken"],
    [() => net.registerParameter("w", w.mul(2)), ArgumentError, "detach()"],
    [
      () => net.registerParameter("w", torch.ones([1], { dtype: "int64" })),
      DTypeError,
      "float dtype",
    ],
    [() => new nn.Sequential(3 as unknown as nn.Module), ArgumentError, "takes modules"],
  ];
  for (const [make, type, message] of refused) assertThrows(make, type, message);
});

test("containers: length, at, iteration, append", () => {
  using list = new nn.ModuleList([new nn.Linear(1, 2)]);
  list.append(new nn.Linear(2, 3));
  assertEquals(list.length, 2);
  assertEquals(list.at(-1), [...list][1]);
  assertEquals(Object.keys(list.stateDict()), ["0.weight", "0.bias", "1.weight", "1.bias"]);
  assertThrows(() => list.at(2), ArgumentError, "this ModuleList has 2");
  assertThrows(() => list.forward(), ArgumentError, "call its modules");
});

test("a module prints as in PyTorch", () => {
  using net = new nn.Sequential(new nn.Linear(2, 3), new nn.Sequential(new nn.ReLU()));
  assertEquals(
    String(net),
    "Sequential(\n  (0): Linear(2, 3)\n  (1): Sequential(\n    (0): ReLU()\n  )\n)",
  );
});

test("a classifier is its head on its features", () => {
  class Small extends nn.Classifier {
    readonly featureDim = 3;
    readonly numClasses = 2;
    readonly body = new nn.Linear(4, 3);
    override readonly head = new nn.Linear(3, 2);
    override features(images: Tensor): Tensor {
      return this.body.forward(images.flatten(1)).relu();
    }
  }
  using model = new Small();
  const images = torch.randn([5, 1, 2, 2]);
  assertEquals(model.features(images).shape, [5, 3]);
  assertClose(model.forward(images), model.head.forward(model.features(images)));
});

test("initial values can be left out for weights that are loaded right after", () => {
  torch.manualSeed(0);
  const before = torch.getRngState();
  using layer = nn.init.skipped(() => new nn.Linear(8, 8));
  assertEquals(torch.getRngState().toArray(), before.toArray());
  layer.loadStateDict({ weight: torch.ones([8, 8]), bias: torch.zeros([8]) });
  assertEquals(layer.forward(torch.ones([1, 8])).toArray(), [Array(8).fill(8)]);
  using fresh = new nn.Linear(8, 8);
  assertNotEquals(torch.getRngState().toArray(), before.toArray());
  assertEquals(fresh.weight.shape, [8, 8]);
});

test("convolutions' weights can lie with their channels last", () => {
  using conv = new nn.Conv2d(3, 4, 3);
  const images = torch.randn([2, 3, 5, 5]);
  const expected = conv.forward(images);
  conv.to({ memoryFormat: "channelsLast" });
  assertEquals(conv.weight.strides, [27, 1, 9, 3]);
  assertClose(conv.forward(images.to({ memoryFormat: "channelsLast" })), expected);
  conv.to({ memoryFormat: "contiguous" });
  assertEquals(conv.weight.strides, [27, 9, 3, 1]);
});
